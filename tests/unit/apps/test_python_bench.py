"""What the records of Python holes say; nothing is run here."""

from pathlib import Path

import pytest

from holdfast.apps.bench import Task
from holdfast.apps.python.bench import PythonBench, make_checker, make_synthesiser
from holdfast.checkers.python.audit import WEAK
from holdfast.core.documents import Source
from holdfast.core.identity import CheckerIdentity
from holdfast.core.trajectories import is_learnable
from holdfast.pipelines.results import HoleResult
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox
from holdfast.runtime.sinks import NullSink

SOURCE = Source("a.py", 'def f(x):\n    """D.\n\n    >>> f(1)\n    2\n    """\n    ...\n')


def learnable(level: Level, *axioms: str) -> tuple[object, object]:
    sandbox = level_sandbox(level)
    checker = make_checker(sandbox, ())
    (hole,) = checker.holes(SOURCE)
    tested = checker.read(SOURCE)
    task = Task(path=Path("a.py"), source=SOURCE, sink=NullSink(), cache=Path("cache"))
    bench = PythonBench(
        task, checker, CheckerIdentity("python", "3"), make_synthesiser(sandbox, 1.0), str(sandbox.level)
    )
    function = tested.document.function("f")
    assert function is not None
    bench._entries["f"] = tested.entry(function)
    details = bench.details(HoleResult(hole, "proved", axioms=axioms))
    return details["level"], details["learnable"]


def test_what_ran_without_a_sandbox_is_not_learned_from() -> None:
    assert learnable(Level.NAMESPACES) == ("namespaces", True)
    assert learnable(Level.NONE) == ("none", False)


def test_nor_what_rests_on_the_programs_own_word() -> None:
    assert learnable(Level.NAMESPACES, "g (not tested)") == ("namespaces", True)
    assert learnable(Level.NAMESPACES, WEAK) == ("namespaces", False)


@pytest.mark.parametrize("level", Level)
def test_the_rule_knows_every_level(level: Level) -> None:
    assert is_learnable(level=level) is (level is not Level.NONE)
    assert not is_learnable(level=level, weak=True)
