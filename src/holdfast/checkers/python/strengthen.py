"""Inputs on which bodies that pass the same tests differ: what a user should decide next.

Inputs are made from those of the tests, by small changes of a kind that keeps their types.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.answers import Answer, NoAnswer, Returned
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.inside.wire import Malformed, Plain
from holdfast.checkers.python.suite import Call, CallCase
from holdfast.checkers.python.tested import Entry

__all__ = ["Question", "distinguish", "variations"]

_INPUTS = 120
"""How many inputs are tried."""
_QUESTIONS = 3
"""How many are proposed at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """An input, and what each of the bodies makes of it."""

    call: Call
    answers: Mapping[str, str]
    """By body: the value as Python writes it, or the exception that it raises."""

    def __str__(self) -> str:
        """The beginning of an example, and the answers to choose from."""
        lines = [f">>> {self.call}"]
        for answer, bodies in _grouped(self.answers).items():
            first, *rest = bodies[0].split("\n")
            more = f" and {len(bodies) - 1} more" if len(bodies) > 1 else ""
            lines.append(f"{answer}    # {first}{' ...' if rest else ''}{more}")
        return "\n".join(lines)


async def distinguish(
    entry: Entry, bodies: Sequence[str], grader: Grader, rng: random.Random
) -> tuple[Question, ...]:
    """The simplest inputs that tell some of the bodies apart, each telling apart more than those before.

    Empty where no input that was tried does.
    """
    calls = tuple(case.call for case in entry.specification.shown if isinstance(case, CallCase))
    inputs = list(_inputs(calls, entry.function.name, rng))[:_INPUTS]
    if not inputs or len(bodies) < 2:
        return ()
    answers = [await grader.ask(entry.candidate(body), inputs) for body in bodies]
    tables = [[_shown(answer) for answer in row] for row in answers]
    return tuple(_telling(inputs, bodies, tables))


def _telling(
    inputs: Sequence[Call], bodies: Sequence[str], tables: Sequence[Sequence[str]]
) -> Iterator[Question]:
    classes, asked = 1, list[int]()
    ranked = sorted(range(len(inputs)), key=lambda at: (len(str(inputs[at])), str(inputs[at])))
    for at in ranked:
        told = {tuple(table[each] for each in (*asked, at)) for table in tables}
        if len(told) > classes and all(table[at] for table in tables):
            classes = len(told)
            asked.append(at)
            yield Question(inputs[at], {body: table[at] for body, table in zip(bodies, tables, strict=True)})
            if len(asked) == _QUESTIONS or classes == len(bodies):
                return


def _grouped(answers: Mapping[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for body, answer in answers.items():
        groups.setdefault(answer, []).append(body)
    return groups


def _shown(answer: Answer) -> str:
    """What a user could write as the expected answer; empty where there is none to write."""
    match answer:
        case NoAnswer():
            return ""
        case Returned():
            try:
                return str(answer)
            except Malformed:
                return ""
        case _:
            return f"raises {answer.name}"


def _inputs(calls: Iterable[Call], name: str, rng: random.Random) -> Iterator[Call]:
    """New inputs in the manner of those that tests use, each once."""
    own = [call for call in calls if call.function == name and not call.through]
    seen = {str(call) for call in own}
    columns = list(zip(*(call.arguments for call in own if call.arguments), strict=False))
    for _ in range(8):
        for call in own:
            for arguments in _rows(call.arguments, columns, rng):
                made = Call(name, arguments, call.keywords)
                if str(made) not in seen:
                    seen.add(str(made))
                    yield made


def _rows(
    arguments: tuple[Plain, ...], columns: Sequence[Sequence[Plain]], rng: random.Random
) -> Iterator[tuple[Plain, ...]]:
    """Changes of one argument, and mixtures of the arguments of several tests."""
    for at, value in enumerate(arguments):
        for other in variations(value, rng):
            yield (*arguments[:at], other, *arguments[at + 1 :])
    if len(columns) == len(arguments) > 1:
        yield tuple(rng.choice(column) for column in columns)


def variations(value: Plain, rng: random.Random) -> Iterator[Plain]:
    """Values of the same type that are near a value, the plainest first."""
    kind = type(value)
    if kind is bool:
        yield not value
    elif kind is int:
        yield from (0, 1, -1, value + 1, -value, value * 2, rng.randint(-20, 20))
    elif kind is float:
        yield from (0.0, 1.0, -value, value + 0.5, rng.uniform(-10, 10))
    elif kind is str:
        yield from ("", value[::-1], value * 2, value.upper(), value + " ", _shuffled(value, rng))
    elif kind in {list, tuple}:
        yield from (kind(items) for items in _sequences(list(value), rng))
    elif kind in {set, frozenset}:
        items = sorted(value, key=repr)
        yield from (kind(), kind(items[:1]), kind(items[1:]))
    elif kind is dict:
        pairs = list(value.items())
        yield from (dict(pairs[:1]), dict(pairs[1:]), {})


def _sequences(items: list[Plain], rng: random.Random) -> Iterator[list[Plain]]:
    yield from ([], items[:1], items[::-1], items[1:], items + items)
    if items:
        shuffled = rng.sample(items, len(items))
        yield shuffled
        at = rng.randrange(len(items))
        for other in variations(items[at], rng):
            yield [*items[:at], other, *items[at + 1 :]]


def _shuffled(text: str, rng: random.Random) -> str:
    return "".join(rng.sample(text, len(text)))
