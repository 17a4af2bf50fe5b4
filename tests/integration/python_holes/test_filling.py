"""Holes in Python files, from the search to the audited file."""

import subprocess
import sys
from dataclasses import replace

import pytest
from tests.integration.python_holes.replay import Replay, grader_or_skip
from tests.sandbox_here import sandbox_here

from holdfast.apps.python.bench import make_checker
from holdfast.checkers.python.checker import OpenGrader, PythonChecker
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Refused, Step
from holdfast.core.trajectories import Declared, Observed
from holdfast.pipelines.fill import fill
from holdfast.pipelines.results import Filled
from holdfast.runtime.sinks import NullSink
from holdfast.search.best_first import Budget, SearchSettings

TEXT = '''\ufeff# Größe\r
import math\r
\r
def area(radius):\r
\t"""Of a circle.\r
\r
\t>>> area(0)\r
\t0.0\r
\t>>> round(area(1), 3)\r
\t3.142\r
\t"""\r
\t...  # later\r
\r
class Stack:\r
\tdef __init__(self):\r
\t\tself.items = []\r
\r
\tdef push(self, item):\r
\t\t"""Put on top.\r
\r
\t\t>>> stack = Stack()\r
\t\t>>> stack.push(3)\r
\t\t>>> stack.items\r
\t\t[3]\r
\t\t"""\r
\t\traise NotImplementedError\r
'''
TESTS = Source(
    "test_shift.py",
    """from shift import shift

def test_shift():
    assert shift([1, 2, 3], 1) == [3, 1, 2]
    assert shift([1, 2, 3], 0) == [1, 2, 3]
    assert shift([], 4) == []
    assert shift([1, 2, 3], 3) == [1, 2, 3]
    assert shift([1, 2, 3], 4) == [3, 1, 2]
    assert shift([1, 2], -1) == [2, 1]
    assert shift([7], 1) == [7]
    assert shift([1, 2, 3, 4], 6) == [3, 4, 1, 2]
""",
)
SHIFT = Source("shift.py", "def shift(items, by):\n    ...\n")
RIGHT = (
    "if not items:\n    return []\nby %= len(items)\nreturn items[-by:] + items[:-by] if by else list(items)"
)


@pytest.fixture(scope="module")
def open_grader() -> OpenGrader:
    return grader_or_skip()


@pytest.fixture(scope="module")
def checker() -> PythonChecker:
    return make_checker(sandbox_here(), ())


async def filled(checker: PythonChecker, source: Source, learner: Replay) -> Filled:
    return await fill(
        checker,
        source,
        checker.holes(source),
        make_learner=lambda: learner,
        budget=Budget(cpu_s=20.0),
        sink=NullSink(),
        settings=SearchSettings(batch=1),
    )


@pytest.mark.asyncio
async def test_functions_and_methods_are_filled_byte_for_byte(open_grader: OpenGrader) -> None:
    bodies = ["return radius", "return math.pi * radius ** 2", "self.items.append(item)"]
    done = await filled(PythonChecker(open_grader), Source("shapes.py", TEXT), Replay(bodies))
    assert [result.status for result in done.results] == ["proved", "proved"], done.results
    assert done.source.text == TEXT.replace("...  # later", "return math.pi * radius ** 2  # later").replace(
        "raise NotImplementedError", "self.items.append(item)"
    )
    assert done.audit is not None
    assert {theorem.name for theorem in done.audit.theorems} >= {"area", "Stack.push"}


@pytest.mark.asyncio
async def test_a_refusal_is_feedback_for_a_repair(open_grader: OpenGrader) -> None:
    learner = Replay(["return [radius]"], {"area": "return 3.14159265 * radius * radius + 0.0"})
    done = await filled(PythonChecker(open_grader), Source("shapes.py", TEXT), learner)
    status = {result.hole.name: result.status for result in done.results}
    assert status["area"] == "proved", learner.judgements
    again = Replay(["return [radius]"])
    await filled(PythonChecker(open_grader), Source("shapes.py", TEXT), again)
    assert again.judgements[0].verdict == replace(
        learner.judgements[0].verdict, cpu_s=again.judgements[0].verdict.cpu_s
    )


@pytest.mark.asyncio
async def test_hidden_tests_are_not_shown_and_have_to_pass(open_grader: OpenGrader) -> None:
    checker = PythonChecker(open_grader, [TESTS])
    specification = checker.read(SHIFT).specifications["shift"]
    assert (len(specification.shown), len(specification.hidden)) == (6, 2)
    table = {str(case.call.arguments): case.expectation.value for case in specification.shown}
    overfit = f"return {table!r}[str((items, by))]"
    learner = Replay([overfit, RIGHT])
    done = await filled(checker, SHIFT, learner)
    assert done.results[0].proof == Proof(Step(RIGHT))
    shown = repr(learner.goals[0])
    for case in specification.hidden:
        assert str(case.call) not in shown
    (told,) = (step.verdict for step in learner.judgements if step.proposal.step.text == overfit)
    assert isinstance(told, Refused)
    assert told.message == "it passes the tests that were shown, and fails one that was not"


@pytest.mark.asyncio
async def test_hidden_tests_answer_a_few_times_only(open_grader: OpenGrader) -> None:
    checker = PythonChecker(open_grader, [TESTS])
    specification = checker.read(SHIFT).specifications["shift"]
    table = {str(case.call.arguments): case.expectation.value for case in specification.shown}
    overfits = [f"return {table!r}[str((items, by))]  # {at}\n" + f"return {at}" for at in range(9)]
    learner = Replay([*overfits, RIGHT])
    done = await filled(checker, SHIFT, learner)
    assert done.results[0].status == "not_found"
    assert isinstance(learner.judgements[-1].verdict, Refused)
    assert "too often" in learner.judgements[-1].verdict.message


@pytest.mark.asyncio
async def test_a_body_may_not_read_its_tests(open_grader: OpenGrader) -> None:
    source = Source(
        "a.py", 'def f(x):\n    """D.\n\n    >>> f(1)\n    11\n    >>> f(2)\n    17\n    """\n    ...\n'
    )
    thieves = [
        "import re, inspect\nreturn 11",
        "return int(f.__doc__.split()[x * 3])",
        "doc = getattr(f, '_' + '_doc_' + '_')\nreturn int(doc.split()[x * 3])",
        "import itertools\nopen_ = itertools.__builtins__['open']\nreturn open_('a.py').read()",
        "text = f.__globals__\nreturn text",
    ]
    done = await filled(PythonChecker(open_grader), source, Replay(thieves))
    assert done.results[0].status == "not_found"
    assert done.source == source


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_imported_says_why(open_grader: OpenGrader) -> None:
    tail = 'def f(x):\n    """D.\n\n    >>> f(1)\n    1\n    """\n    ...\n'
    for head, word in (
        ("raise ValueError('no luck')\n", "no luck"),
        ("import nothing_like_it\n", "nothing_like_it"),
    ):
        with pytest.raises(SourceError, match=word):
            await filled(PythonChecker(open_grader), Source("a.py", head + tail), Replay(["return x"]))


@pytest.mark.asyncio
async def test_the_audit_refuses_what_only_search_would_take(open_grader: OpenGrader) -> None:
    checker = PythonChecker(open_grader)
    source = Source("shapes.py", TEXT)
    good = checker.fill(source, {checker.holes(source)[0]: Proof(Step("return math.pi * radius * radius"))})
    assert {each.name: each.verdict for each in (await checker.audit(good, source)).theorems} == {
        "area": "proved",
        "Stack.push": "refused",
    }
    for old, new, name in (
        ("math.pi * radius", "math.pi + radius", "area"),
        ("3.142", "3.14", "area"),
        ("import math", "import math, os", "area"),
        ("# Größe", "# Grosse", "area"),
        ("return math", "import os; return math", "area"),
        ("self.items = []", "self.items = [3]", "Stack.__init__"),
    ):
        changed = Source(source.name, good.text.replace(old, new))
        assert changed != good
        report = await checker.audit(changed, source)
        verdicts = {each.name: each.verdict for each in report.theorems}
        assert verdicts[name] == "refused", (old, report)


@pytest.mark.asyncio
async def test_finished_functions_are_told_as_examples(open_grader: OpenGrader) -> None:
    told: list[Observed | Declared] = []
    text = (
        'def one(x):\n    """D.\n\n    >>> one(1)\n    2\n    """\n    return (x\n        + 1)\n' + SHIFT.text
    )
    async with PythonChecker(open_grader).open(Source("shift.py", text), told.append) as reader:
        await reader.finish()
    assert [item.name for item in told if isinstance(item, Declared)] == ["one", "shift"]
    (step,) = (item for item in told if isinstance(item, Observed))
    assert (step.theorem, step.step) == ("one", "return x + 1")


@pytest.mark.asyncio
async def test_audits_walk_through_sets_in_another_order(checker: PythonChecker) -> None:
    words = ["north", "south", "east", "west", "up", "down"]
    told = [listed(words, seed) for seed in ("0", "1")]
    assert told[0] != told[1]
    doctest = f"    >>> kinds({words!r})\n    {told[0]}\n"
    text = f'def kinds(words):\n    """Each once.\n\n{doctest}    """\n    return list(set(words))\n'
    source = Source("kinds.py", text)
    tested = checker.read(source)
    async with checker.grader() as grader:
        assert not (await grader.grade(tested.candidate, tested.suite)).failures
    (theorem,) = (await checker.audit(source)).theorems
    assert theorem.verdict == "refused", theorem


def listed(words: list[str], seed: str) -> str:
    program = f"print(list(set({words!r})))"
    ran = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
    )
    return ran.stdout.decode().strip()
