"""The proposer: its search runs in the sandbox, goes on, and survives what a file does to it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from tests.contract.proposer_suite import ProposerCase, ProposerSuite
from tests.sandbox_here import sandbox_here

from holdfast.core.goals import Goal, Subgoal
from holdfast.models.enumerative import EnumerativeProposer, EnumerativeSettings
from holdfast.models.synthesis.task import Example, HelperSignature, Parameter, SynthesisTask
from holdfast.runtime.sandbox.sandbox import Sandbox

SETTINGS = EnumerativeSettings(cpu_s=60.0, work=150_000)
GOAL = Goal((Subgoal((), "def f(xs)"),))
EVENS = (Example(([1, 2, 3, 4],), [2, 4]), Example(([5, 6, 8],), [6, 8]), Example(([],), []))


def task(prelude: str = "", helpers: tuple[HelperSignature, ...] = ()) -> SynthesisTask:
    return SynthesisTask(
        name="f",
        parameters=(Parameter("xs"),),
        returns=None,
        examples=EVENS,
        prelude=prelude,
        helpers=helpers,
    )


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return sandbox_here()


class TestContract(ProposerSuite):
    @pytest_asyncio.fixture
    async def case(self, sandbox: Sandbox) -> AsyncIterator[ProposerCase]:  # type: ignore[override]
        async with AsyncExitStack() as stack:

            def make() -> EnumerativeProposer:
                proposer = EnumerativeProposer(task(), sandbox, SETTINGS)
                stack.push_async_callback(proposer.aclose)
                return proposer

            yield ProposerCase(make=make, goals=(GOAL,))


@pytest.mark.asyncio
async def test_a_file_that_does_not_load_yields_nothing_and_says_why(sandbox: Sandbox) -> None:
    async with EnumerativeProposer(task("raise RuntimeError('no')"), sandbox, SETTINGS) as proposer:
        assert await proposer.propose(GOAL, 3) == ()
        assert proposer.ended == "RuntimeError: no"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "prelude",
    [
        "print('noise'); import sys; sys.stdout.write('[1]'); sys.stdout.flush()",
        'import os; os.write(1, b\'{"bodies": [], "over": true}\')',
        "def helper(xs):\n    xs.clear()\n    while True: pass",
    ],
)
async def test_what_the_file_does_is_no_concern_of_the_search(sandbox: Sandbox, prelude: str) -> None:
    helpers = (HelperSignature("helper", (Parameter("xs", "list"),)),) if "helper" in prelude else ()
    async with EnumerativeProposer(task(prelude, helpers), sandbox, SETTINGS) as proposer:
        assert len(await proposer.propose(GOAL, 1)) == 1


@pytest.mark.asyncio
async def test_a_file_that_ends_the_process_ends_the_search(sandbox: Sandbox) -> None:
    prelude = "import os\ndef helper(xs):\n    os._exit(0)"
    helpers = (HelperSignature("helper", (Parameter("xs", "list"),)),)
    async with EnumerativeProposer(task(prelude, helpers), sandbox, SETTINGS) as proposer:
        assert await proposer.propose(GOAL, 3) == ()
        assert proposer.ended == "exit"


@pytest.mark.asyncio
async def test_without_examples_there_is_nothing_to_propose(sandbox: Sandbox) -> None:
    empty = SynthesisTask(name="f", parameters=(), returns=None, examples=())
    async with EnumerativeProposer(empty, sandbox) as proposer:
        assert await proposer.propose(GOAL, 3) == ()
