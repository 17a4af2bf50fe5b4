"""Boards, grids and lists keep the contract of domains, on the tasks that ship as examples."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.contract.adapter_suite import AdapterContract
from tests.sandbox_here import sandbox_here

from holdfast.library.adapter import Adapter
from holdfast.library.boards.adapter import Boards
from holdfast.library.grids.adapter import Grids
from holdfast.library.lists.adapter import Lists
from holdfast.library.python_domain import PythonDomain
from holdfast.library.records import Candidate, Program, Task
from holdfast.runtime.sandbox.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples" / "library"
DOMAINS: dict[str, tuple[PythonDomain, str]] = {
    "boards": (
        Boards(),
        "def petals(center: Tile) -> Shape:\n"
        '    """A ring.\n\n    >>> len(petals(Tile(5, 5)))\n    6\n    """\n'
        "    return center.neighbors()\n",
    ),
    "grids": (
        Grids(),
        "def petals(center: Tile) -> Shape:\n"
        '    """A cross.\n\n    >>> len(petals(Tile(5, 5)))\n    4\n    """\n'
        "    return center.neighbors()\n",
    ),
    "lists": (
        Lists(),
        'def petals(items: list[int]) -> int:\n    """A count.\n\n    >>> petals([1, 1, 2])\n    2\n    """\n'
        "    return len(runs(items))\n",
    ),
}


@pytest.fixture(params=DOMAINS)
def domain(request: pytest.FixtureRequest) -> str:
    """One after the other."""
    return str(request.param)


@pytest.mark.asyncio
class TestShippedDomains(AdapterContract):
    @pytest.fixture
    def sandbox(self) -> Sandbox:
        return sandbox_here()

    @pytest.fixture
    def adapter(self, domain: str) -> Adapter:
        return as_adapter(DOMAINS[domain][0])

    @pytest_asyncio.fixture
    async def running(self, domain: str, sandbox: Sandbox) -> AsyncIterator[Adapter]:
        adapter, _ = DOMAINS[domain]
        async with adapter.opened(sandbox, workers=2):
            yield as_adapter(adapter)

    @pytest.fixture
    def tasks(self, domain: str) -> list[Task]:
        adapter = as_adapter(DOMAINS[domain][0])
        files = [adapter.load(EXAMPLES / domain / f"{name}.jsonl") for name in ("train", "validation")]
        assert [len(each.tasks) for each in files] == [24, 8]
        assert not any(each.defects for each in files)
        return [task for each in files for task in each.tasks]

    @pytest.fixture
    def broken(self, tasks: list[Task]) -> Program:
        return Program(tasks[0].key, ("nobody_defined_this()",))

    @pytest.fixture
    def candidate(self, domain: str) -> Candidate:
        return Candidate("petals", DOMAINS[domain][1], "somebody", ())

    async def test_each_example_step_does_something(self, adapter: Adapter, tasks: list[Task]) -> None:
        for task in tasks:
            before = task.start
            for step in task.steps:
                assert step.instruction.strip()
                assert adapter.changes(before, step.state), (task.key, step.instruction)
                before = step.state

    async def test_no_example_is_there_twice(self, tasks: list[Task]) -> None:
        assert len({repr((task.start, [step.state for step in task.steps])) for task in tasks}) == len(tasks)


def as_adapter(domain: PythonDomain) -> Adapter:
    """What a domain is to the pipeline."""
    assert isinstance(domain, Boards | Grids | Lists)
    return domain
