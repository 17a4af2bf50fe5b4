"""Verdicts on answers."""

import doctest
import json

import pytest

from holdfast.checkers.python.answers import NoAnswer, Returned, Threw, read_answer
from holdfast.checkers.python.inside.wire import encode
from holdfast.checkers.python.judge import judge, judge_run
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Displays,
    Expectation,
    Kind,
    Origin,
    ProgramCase,
    Raises,
    Returns,
    Tolerance,
    Truth,
)
from holdfast.checkers.python.verdicts import Reason
from holdfast.runtime.sandbox.jobs import Level as SandboxLevel
from holdfast.runtime.sandbox.jobs import Ran

TRACE = "Traceback (most recent call last):\n    ...\n"
VALUE_ERROR = ("builtins.ValueError", "builtins.Exception", "builtins.BaseException", "builtins.object")


def case(expectation: Expectation, *through: str) -> CallCase:
    return CallCase("c", Origin("f", 1), Kind.CALL, Call("f", (1,), (), through), expectation)


def returned(value: object, printed: str = "") -> Returned:
    return Returned(encode(value), printed)


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("expectation", "answer"),
    [
        (Returns(2), returned(2)),
        (Returns(2, exact=False), returned(2.0)),
        (Returns(1.0, exact=False, tolerance=Tolerance(absolute=0.1)), returned(1.05)),
        (Truth(wanted=True), returned([0])),
        (Truth(wanted=False), returned("")),
        (Truth(wanted=True), returned(2**70)),
        (Raises(("ValueError",)), Threw(VALUE_ERROR, "no")),
        (Raises(("Exception",), "n"), Threw(VALUE_ERROR, "no")),
        (Raises(("Mine",)), Threw(("m.Mine", *VALUE_ERROR), "no")),
        (Raises(("ValueError",)), Threw(("m.Mine", *VALUE_ERROR), "no")),
        (Displays("{1, 2}\n"), returned({2, 1})),
        (Displays("hi\n"), returned(None, "hi\n")),
        (Displays("hi\n3\n"), returned(3, "hi\n")),
        (Displays(""), returned(None)),
        (Displays("a\n<BLANKLINE>\nb\n", printed=True), returned("a\n\nb")),
        (Displays("3...5\n", doctest.ELLIPSIS), returned(345)),
        (Displays("[1,   2]\n", doctest.NORMALIZE_WHITESPACE), returned([1, 2])),
        (Displays(f"{TRACE}ValueError: no\n"), Threw(VALUE_ERROR, "no")),
        (Displays(f"{TRACE}Mine: no\n"), Threw(("m.Mine", *VALUE_ERROR), "no")),
        (Displays(f"{TRACE}ValueError: x\n", doctest.IGNORE_EXCEPTION_DETAIL), Threw(VALUE_ERROR, "no")),
    ],
)
def test_what_passes(expectation: Expectation, answer: Returned | Threw) -> None:
    verdict = judge(case(expectation), answer)
    assert (verdict.passed, verdict.reason, verdict.message) == (True, None, "")


@pytest.mark.parametrize(
    ("expectation", "answer", "reason"),
    [
        (Returns(2), returned(3), Reason.WRONG_VALUE),
        (Returns(2), returned(2.0), Reason.WRONG_TYPE),
        (Returns(2), returned(AlwaysEqual()), Reason.WRONG_TYPE),
        (Returns(2, exact=False), returned(AlwaysEqual()), Reason.WRONG_TYPE),
        (Truth(wanted=True), returned(AlwaysEqual()), Reason.WRONG_TYPE),
        (Truth(wanted=True), returned(0), Reason.WRONG_VALUE),
        (Returns(2), Threw(VALUE_ERROR, "no"), Reason.RAISED),
        (Returns(2), NoAnswer(Reason.TIMEOUT, "late"), Reason.TIMEOUT),
        (Raises(("ValueError",)), returned(2), Reason.NOT_RAISED),
        (Raises(("KeyError",)), Threw(VALUE_ERROR, "no"), Reason.RAISED),
        (Raises(("ValueError",), "yes"), Threw(VALUE_ERROR, "no"), Reason.WRONG_VALUE),
        (Raises(("ValueError",)), Threw(("m.ValueError", *VALUE_ERROR[1:]), "no"), Reason.RAISED),
        (Raises(("KeyError",)), Threw(("m.E", "builtins.KeyError", *VALUE_ERROR), "no"), Reason.RAISED),
        (Displays("2\n"), returned(3), Reason.WRONG_VALUE),
        (Displays("2\n"), returned(2.0), Reason.WRONG_TYPE),
        (Displays("True\n"), returned(1), Reason.WRONG_TYPE),
        (Displays("2\n"), returned(2, "noise\n"), Reason.WRONG_VALUE),
        (Displays(f"{TRACE}ValueError: no\n"), returned(2), Reason.NOT_RAISED),
        (Displays(f"{TRACE}ValueError: no\n"), Threw(VALUE_ERROR, "yes"), Reason.RAISED),
        (Displays("2\n"), Threw(VALUE_ERROR, "no"), Reason.RAISED),
    ],
)
def test_what_fails(expectation: Expectation, answer: Returned | Threw | NoAnswer, reason: Reason) -> None:
    verdict = judge(case(expectation), answer)
    assert (verdict.passed, verdict.reason) == (False, reason)
    assert verdict.message


def test_answers_are_seen_through_functions() -> None:
    assert judge(case(Returns([1, 2]), "sorted"), returned({2, 1})).passed
    assert judge(case(Returns([0, 1]), "list"), returned(iter([0, 1]))).passed
    assert judge(case(Returns(2), "list", "len"), returned(iter("ab"))).passed
    assert judge(case(Returns([1]), "sorted"), returned(3)).reason is Reason.WRONG_TYPE
    endless = Returned({"g": ["generator", [1, 2], False]})
    assert judge(case(Returns([1, 2]), "list"), endless).reason is Reason.WRONG_TYPE


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"2\n", b"[]\n", b"null\n", b'{"v": 2}\n', b'{"n": "other", "v": 2}\n',
        b'{"n": "here"}\n', b'{"n": "here", "e": []}\n', b'{"n": "here", "e": [1]}\n',
        b'{"n": "here", "v": 2, "p": 3}\n',
        b'{"n": "here", "e": ["builtins.ValueError"], "m": 3}\n', b"\xff\xfe\n", b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_answer(data: bytes) -> None:
    answer = read_answer(data, "here")
    assert isinstance(answer, NoAnswer)
    assert answer.reason is Reason.FORBIDDEN


def test_answers_are_read() -> None:
    assert read_answer(b'{"n": "x", "v": [1], "p": "hi"}', "x") == Returned([1], "hi")
    raised = {"n": "x", "e": list(VALUE_ERROR), "m": "no", "l": 3}
    assert str(read_answer(json.dumps(raised).encode(), "x")) == "ValueError: no (line 3)"
    missing = read_answer(b'{"n": "x", "x": "f"}', "x")
    assert missing == NoAnswer(Reason.MISSING, "the program has no f")


def ran(ended: str, code: int, stdout: str) -> Ran:
    return Ran(
        ended=ended,  # type: ignore[arg-type]
        returncode=code,
        stdout=stdout.encode(),
        stderr=b"ValueError: no\n",
        cpu_s=0.0,
        wall_s=0.0,
        level=SandboxLevel.NAMESPACES,
    )


@pytest.mark.parametrize(
    ("ended", "code", "stdout", "reason"),
    [
        ("exit", 0, "1 2 \n3\n\n", None),
        ("exit", 0, "1 2\n3.0001", None),
        ("exit", 0, "1 2\n4\n", Reason.WRONG_VALUE),
        ("exit", 0, "1 2\n", Reason.WRONG_VALUE),
        ("exit", 0, "1 2\n3\n4\n", Reason.WRONG_VALUE),
        ("exit", 1, "1 2\n3\n", Reason.RAISED),
        ("signal", -11, "1 2\n3\n", Reason.RAISED),
        ("timeout", -9, "1 2\n3\n", Reason.TIMEOUT),
        ("memory", -9, "1 2\n3\n", Reason.MEMORY),
        ("output", -9, "1 2\n3\n", Reason.OUTPUT),
    ],
)
def test_runs_of_whole_programs(ended: str, code: int, stdout: str, reason: Reason | None) -> None:
    asked = ProgramCase("p", Origin("f", 1), "", "1 2\n3\n", tolerance=Tolerance(absolute=0.01))
    assert judge_run(asked, ran(ended, code, stdout)).reason is reason
