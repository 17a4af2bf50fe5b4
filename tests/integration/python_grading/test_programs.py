"""Programs that cheat are refused, programs that are right are accepted, each against the real sandbox.

The programs are texts, so that no tool that looks at Python files runs them.
"""

import asyncio
import sysconfig
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import pytest
from tests.sandbox_here import sandbox_here

from holdfast.checkers.python.collect import collect, module_name
from holdfast.checkers.python.grader import Grader, open_grader
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.checkers.python.read_doctests import read_doctests
from holdfast.checkers.python.read_tests import read_test_file
from holdfast.checkers.python.suite import Suite
from holdfast.checkers.python.verdicts import Graded
from holdfast.core.documents import Source
from holdfast.runtime.sandbox.sandbox import Sandbox

HERE = Path(__file__).parent
DISHONEST = sorted((HERE / "dishonest").glob("*.txt"))
HONEST = sorted((HERE / "honest").glob("*.txt"))
RIGHT = """
def score(text):
    if not isinstance(text, str):
        raise TypeError("score needs a text")
    return sum(letter in "aeiouAEIOU" for letter in text)
"""
IMPATIENT = CallLimits(call_cpu_s=0.5, call_wall_s=2, load_cpu_s=1, load_wall_s=4, memory_mb=256)
T = TypeVar("T")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return sandbox_here()


def graded(
    sandbox: Sandbox, work: Callable[[Grader, Source], Coroutine[None, None, T]], paths: list[Path]
) -> dict[str, T]:
    """What work on each file comes to, two files at a time."""

    texts = {path: path.read_text(encoding="utf-8") for path in paths}

    async def run() -> dict[str, T]:
        results: dict[str, T] = {}
        two = asyncio.Semaphore(2)

        async def one(grader: Grader, path: Path) -> None:
            async with two:
                results[path.stem] = await work(grader, Source(f"{path.stem}.py", texts[path]))

        packages = (Path(sysconfig.get_path("purelib")),)
        async with open_grader(sandbox, packages=packages) as grader, asyncio.TaskGroup() as group:
            for path in paths:
                group.create_task(one(grader, path))
        return results

    return asyncio.run(run())


def specification(name: str) -> Suite:
    text = (HERE / "specification" / f"{name}.txt").read_text(encoding="utf-8")
    if name == "doctests":
        return read_doctests(Source("program.py", f"def score(text):\n{text}"), "program")
    return read_test_file(Source(f"{name}.py", text), "program", ("score",))


def test_there_are_enough_of_each() -> None:
    assert len(DISHONEST) >= 32
    assert len(HONEST) >= 50


@pytest.mark.parametrize("name", ["calls", "doctests", "apart"])
def test_programs_that_cheat_are_refused(sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    suite = specification(name)
    right = tmp_path / "right.txt"
    right.write_text(RIGHT)

    async def work(grader: Grader, source: Source) -> Graded:
        candidate = Candidate("program", source.text)
        return await grader.grade(candidate, suite, limits=IMPATIENT, first_failure=True)

    results = graded(sandbox, work, [right, *DISHONEST])
    assert [program for program, one in results.items() if one.passed] == ["right"]
    assert not results["right"].weak
    for program, one in results.items():
        assert len(one.verdicts) == len(suite.cases)
        assert program == "right" or all(verdict.message for verdict in one.failures)


def test_programs_that_are_right_are_accepted(sandbox: Sandbox) -> None:
    async def work(grader: Grader, source: Source) -> Graded:
        return await grader.grade(Candidate(module_name(source), source.text), collect(source).suite)

    results = graded(sandbox, work, HONEST)
    assert {name: one.failures for name, one in results.items() if not one.passed} == {}
    assert sorted(name for name, one in results.items() if one.weak) == ["data_class", "operators"]
