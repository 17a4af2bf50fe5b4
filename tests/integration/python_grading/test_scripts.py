"""Test programs that run apart from the program: what reaches the program and what comes back."""

import asyncio
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.sandbox_here import sandbox_here

from holdfast.checkers.python.answers import Answer, NoAnswer, Returned, Threw
from holdfast.checkers.python.collect import collect
from holdfast.checkers.python.grader import open_grader
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.checkers.python.suite import Call, Expression
from holdfast.checkers.python.verdicts import Graded, Reason
from holdfast.core.documents import Source
from holdfast.runtime.sandbox.sandbox import Sandbox

HERE = Path(__file__).parent / "specification"
PACKAGES = (Path(sysconfig.get_path("purelib")),)
IMPATIENT = CallLimits(call_cpu_s=0.5, call_wall_s=2)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return sandbox_here()


def grade(sandbox: Sandbox, program: str, tests: str, *, beside: bool = False) -> Graded:
    async def run() -> Graded:
        suite = collect(Source("m.py", program), [Source("test_m.py", tests)]).suite
        async with open_grader(sandbox, packages=PACKAGES) as grader:
            return await grader.grade(Candidate("m", program), suite, limits=IMPATIENT, beside=beside)

    return asyncio.run(run())


def ask(sandbox: Sandbox, program: str, calls: Sequence[Call]) -> tuple[Answer, ...]:
    async def run() -> tuple[Answer, ...]:
        async with open_grader(sandbox) as grader:
            return await grader.ask(Candidate("m", program), calls, IMPATIENT)

    return asyncio.run(run())


def test_objects_of_every_kind(sandbox: Sandbox) -> None:
    program, tests = (
        (HERE / name).read_text(encoding="utf-8") for name in ("objects.txt", "objects_apart.txt")
    )
    graded = grade(sandbox, program, tests)
    assert [(verdict.name, verdict.message) for verdict in graded.failures] == [
        ("test_wrong:66", "add(1, 1): expected 3, got 2")
    ]
    # Only where two of the program's own objects are compared is its word taken.
    assert [verdict.name for verdict in graded.verdicts if verdict.weak] == ["test_point"]


def test_a_script_goes_on_where_the_program_does_not(sandbox: Sandbox) -> None:
    program = "import os\n\ndef f(x):\n    while x == 2: pass\n    return os._exit(0) if x == 3 else x\n"
    tests = "from m import f\n" + "".join(
        f"def test_{n}():\n    x = f({n})\n    assert x == {n}\n" for n in range(1, 6)
    )
    graded = grade(sandbox, program, tests)
    assert [verdict.reason for verdict in graded.verdicts] == [None, Reason.TIMEOUT, Reason.DIED, None, None]


def test_skipped_and_expected_failures_are_no_passes(sandbox: Sandbox) -> None:
    tests = """
import pytest
from tests.sandbox_here import sandbox_here
from m import f

def test_skipped():
    if f(1) == 1:
        pytest.skip("not today")

@pytest.mark.xfail
def test_expected_to_fail():
    assert f(1) == 2 == f(1)
"""
    graded = grade(sandbox, "def f(x):\n    return x\n", tests)
    assert [verdict.passed for verdict in graded.verdicts] == [False, False]


def test_what_tests_miss_is_not_the_tests_fault(sandbox: Sandbox) -> None:
    graded = grade(
        sandbox, "def f(x):\n    return x\n", "from m import g\n\ndef test_g():\n    assert g(f) == 1\n"
    )
    assert (graded.verdicts[0].reason, graded.broken) == (Reason.MISSING, "")
    graded = grade(
        sandbox, "def f(x):\n    return x\n", "from m import f\nimport lost\n\ndef test_g():\n    f(lost)\n"
    )
    assert "lost" in graded.broken


def test_beside_the_program_verdicts_are_weak(sandbox: Sandbox) -> None:
    program = "class Base:\n    def run(self):\n        return self.step() + 1\n"
    tests = """
from m import Base

class Mine(Base):
    def step(self):
        return 1

def test_it():
    assert Mine().run() == 2
"""
    assert not grade(sandbox, program, tests).passed
    graded = grade(sandbox, program, tests, beside=True)
    assert (graded.passed, graded.weak) == (True, True)
    wrong = program.replace("+ 1", "+ 2")
    assert not grade(sandbox, wrong, tests, beside=True).passed


def test_answers_to_calls(sandbox: Sandbox) -> None:
    program = """
SEEN = []

def f(*xs, **ks):
    print("hi")
    SEEN.append(xs)
    return xs, ks

def g(x):
    raise KeyError(x)

def h():
    while True: pass
"""
    calls = [
        Call("f", (1, {"a": {2.5, None}}), (("k", b"\xff"),)),
        Call("f", (Expression("[len(SEEN), f.__name__]"),)),
        Call("g", ("k",)),
        Call("missing"),
        Call("h"),
        Call("f", (float("inf"), 2**100)),
    ]
    first, second, third, missing, late, last = ask(sandbox, program, calls)
    assert isinstance(first, Returned)
    assert first.value() == ((1, {"a": {2.5, None}}), {"k": b"\xff"})
    assert first.printed == "hi\n"
    assert isinstance(second, Returned)
    assert second.value() == (([1, "f"],), {})
    assert isinstance(third, Threw)
    assert (third.name, third.message, third.line) == ("KeyError", "'k'", 10)
    assert isinstance(missing, NoAnswer)
    assert missing.reason is Reason.MISSING
    assert isinstance(late, NoAnswer)
    assert late.reason is Reason.TIMEOUT
    assert isinstance(last, Returned)
    assert last.value() == ((float("inf"), 2**100), {})
