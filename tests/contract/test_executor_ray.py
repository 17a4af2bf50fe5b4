"""The executor on Ray keeps the contract, on a real cluster of this machine."""

from collections.abc import Callable, Iterator

import pytest
from tests.contract.executor_suite import SeparateSuite

from holdfast.core.seams import Executor
from holdfast.runtime.executors.ray import RayExecutor, RaySettings, open_ray
from holdfast.runtime.executors.sharing import ExecutorSettings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]

_CLUSTER = RaySettings(cpus=0.5)


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayExecutor]:
    pytest.importorskip("ray")
    with open_ray(ExecutorSettings(jobs=2), _CLUSTER) as executor:
        yield executor


class TestRay(SeparateSuite):
    @pytest.fixture
    def make(self, cluster: RayExecutor) -> Callable[[int], Executor]:
        return lambda jobs: RayExecutor(cluster._ray, ExecutorSettings(jobs=jobs), _CLUSTER)
