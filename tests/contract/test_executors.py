"""Every executor keeps its contract."""

from collections.abc import Callable

import pytest
from tests.contract.executor_suite import ExecutorSuite, SeparateSuite

from holdfast.core.seams import Executor
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.local import LocalExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings


class TestInline(ExecutorSuite):
    @pytest.fixture
    def make(self) -> Callable[[int], Executor]:
        return lambda jobs: InlineExecutor(ExecutorSettings(jobs=jobs))


class TestLocal(SeparateSuite):
    @pytest.fixture
    def make(self) -> Callable[[int], Executor]:
        return lambda jobs: LocalExecutor(ExecutorSettings(jobs=jobs))
