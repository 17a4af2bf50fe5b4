"""Properties that tell bodies apart which pass the same tests, as tests of hypothesis to choose from.

A property is proposed where it holds of one of the bodies and fails for another. Whether it does is judged
here from plain data that the sandbox sent back; what is printed is then run as it stands.
"""

import ast
import copy
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.checkers.python.answers import Answer, NoAnswer, Returned
from holdfast.checkers.python.drawing import Strategy, strategy_for
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.inside.wire import Malformed, Plain
from holdfast.checkers.python.program import CallLimits
from holdfast.checkers.python.properties import Property, Shape, properties_of
from holdfast.checkers.python.suite import Call, CallCase, Kind, Origin, Script, ScriptCase, Suite
from holdfast.checkers.python.tested import Entry

__all__ = ["Telling", "telling_properties"]

_INPUTS = 80
_ENOUGH = 10
"""Of so many inputs a property has to say something."""
_DEPTH = 4
"""Calls that stand inside one another at most, with one to spare."""
_MOST = 5
"""How many properties are proposed."""
_LIMITS = CallLimits(call_cpu_s=0.5, call_wall_s=5.0)
_BUILTINS = {
    each.__name__: each
    for each in (bool, dict, float, frozenset, int, len, list, max, min, set, sorted, str, tuple, type)
}


@dataclass(frozen=True, slots=True)
class Telling:
    """A property, and what became of it."""

    code: str
    """A test, ready to be pasted."""
    holds: tuple[str, ...]
    """The bodies that it holds of."""
    fails: tuple[tuple[str, str], ...]
    """The others that it was judged for, each with a call that shows it."""

    def __str__(self) -> str:
        """The test, and in comments whom it is true of."""
        lines = [self.code, f"# holds of    {_first(self.holds[0])}{_more(self.holds)}"]
        body, example = self.fails[0]
        lines.append(f"# fails for   {_first(body)}{_more(self.fails)}, as with {example}")
        return "\n".join(lines)


async def telling_properties(
    entry: Entry, bodies: Sequence[str], grader: Grader, rng: random.Random
) -> tuple[Telling, ...]:
    """Properties that hold of some of the bodies and fail for others; no two tell the same bodies apart.

    Empty where the tests use values of kinds that are not drawn, where bodies are too alike, or for methods.
    """
    strategies = _strategies(entry)
    if not strategies or len(bodies) < 2:
        return ()
    inputs = [{name: each.draw(rng) for name, each in strategies.items()} for _ in range(_INPUTS)]
    tables = [_Table(entry, body, grader) for body in bodies]
    for table in tables:
        await table.fill([_call(entry, each) for each in inputs])
    # One that takes its time here would take it for every property.
    tables = [table for table in tables if not table.has_silence]
    bodies = [table.body for table in tables]
    shape = _shape(entry, strategies, tables, inputs)
    if shape is None:
        return ()
    found = list(properties_of(shape))
    outcomes = [await _outcomes(table, found, inputs) for table in tables]
    proposed = [*_split(found, bodies, outcomes), *_agreements(shape, tables, inputs)]
    apart = {(each.holds, tuple(body for body, _ in each.fails)): each for each in reversed(proposed)}
    return tuple(await _confirmed(entry, strategies, list(apart.values())[::-1], grader))


def _strategies(entry: Entry) -> dict[str, Strategy]:
    """How each parameter is drawn; empty where one cannot be."""
    brief = entry.brief
    if brief.method or brief.header.startswith("async ") or not all(each.positional for each in brief.inputs):
        return {}
    calls = [case.call for case in entry.specification.cases if isinstance(case, CallCase)]
    rows = [each.arguments for each in calls if each.function == brief.name and not each.keywords]
    width = max(map(len, rows), default=0)
    columns = [[row[at] for row in rows if len(row) > at] for at in range(width)]
    found = [strategy_for(column) for column in columns]
    named = zip((each.name for each in brief.inputs), found, strict=False)
    needed = sum(each.default is None for each in brief.inputs)
    if width < needed or None in found:
        return {}
    return {name: each for name, each in named if each is not None}


def _call(entry: Entry, given: Mapping[str, Plain]) -> Call:
    return Call(entry.brief.name, tuple(copy.deepcopy(value) for value in given.values()))


def _shape(
    entry: Entry,
    strategies: Mapping[str, Strategy],
    tables: Sequence["_Table"],
    inputs: Sequence[Mapping[str, Plain]],
) -> Shape | None:
    """None where bodies return values of several types, or not even plain data."""
    kinds = set()
    for table in tables:
        for given in inputs:
            try:
                kinds.add(type(table.look(_call(entry, given))).__name__)
            except (_UndefinedError, _UnknownError):
                continue
    if len(kinds) != 1:
        return None
    helpers = tuple(each.name for each in entry.brief.helpers if len(each.inputs) == 1)
    parameters = tuple((name, each.kind) for name, each in strategies.items())
    return Shape(entry.brief.name, parameters, kinds.pop(), helpers)


class _UnknownError(Exception):
    """A call was not asked yet."""


class _UndefinedError(Exception):
    """A call has no value: it raised an exception, did not end, or returned no plain data."""


@dataclass(slots=True)
class _Table:
    """What one body makes of calls."""

    entry: Entry
    body: str
    grader: Grader
    known: dict[str, Answer] = field(default_factory=dict)
    wanted: dict[str, Call] = field(default_factory=dict)

    async def fill(self, calls: Sequence[Call]) -> None:
        """Ask for calls that are not known yet."""
        new = {str(call): call for call in calls if str(call) not in self.known}
        if new:
            candidate = self.entry.candidate(self.body)
            answers = await self.grader.ask(candidate, tuple(new.values()), _LIMITS)
            self.known |= zip(new, answers, strict=True)

    @property
    def has_silence(self) -> bool:
        """Whether some call has no answer at all."""
        return any(isinstance(answer, NoAnswer) for answer in self.known.values())

    def look(self, call: Call) -> Plain:
        """The value of a call; one that is not known is asked for at the next filling."""
        answer = self.known.get(str(call))
        if answer is None:
            self.wanted[str(call)] = call
            raise _UnknownError
        if not isinstance(answer, Returned):
            raise _UndefinedError
        try:
            return answer.value()
        except Malformed:
            raise _UndefinedError from None

    def function(self, name: str) -> Callable[..., Plain]:
        """A function of the program, for expressions."""
        return lambda *given: self.look(Call(name, copy.deepcopy(given)))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one property of one body."""

    holds: bool | None
    """None where too little is known."""
    example: str = ""


async def _outcomes(
    table: _Table, properties: Sequence[Property], inputs: Sequence[Mapping[str, Plain]]
) -> list[_Outcome]:
    for _ in range(_DEPTH):
        for each in properties:
            _outcome(table, each, inputs)  # notes the calls that it misses
        calls, table.wanted = list(table.wanted.values()), {}
        await table.fill(calls)
    return [_outcome(table, each, inputs) for each in properties]


def _outcome(table: _Table, one: Property, inputs: Sequence[Mapping[str, Plain]]) -> _Outcome:
    judged = [(_judged(table, one, given), given) for given in inputs]
    against = [str(_call(table.entry, given)) for holds, given in judged if holds is False]
    if against:
        return _Outcome(holds=False, example=min(against, key=lambda text: (len(text), text)))
    enough = sum(holds is True for holds, _ in judged) >= _ENOUGH
    return _Outcome(holds=True if enough else None)


def _judged(table: _Table, one: Property, given: Mapping[str, Plain]) -> bool | None:
    """Whether a property holds of one input; None where that cannot be said."""
    names = {each.name for each in table.entry.brief.helpers} | {table.entry.brief.name}
    space = _BUILTINS | {name: table.function(name) for name in names} | copy.deepcopy(dict(given))
    try:
        # The texts are those of `properties_of`: nothing in them comes from a program but its names.
        if one.reserve and not eval(one.reserve, {"__builtins__": {}}, space):  # noqa: S307
            return None
        return bool(eval(one.expression, {"__builtins__": {}}, space))  # noqa: S307
    except (_UnknownError, _UndefinedError, TypeError, ValueError, ArithmeticError, LookupError):
        return None


@dataclass(frozen=True, slots=True)
class _Proposed:
    property: Property
    holds: tuple[str, ...]
    fails: tuple[tuple[str, str], ...]


def _split(
    properties: Sequence[Property], bodies: Sequence[str], outcomes: Sequence[Sequence[_Outcome]]
) -> Iterator[_Proposed]:
    """The properties that tell bodies apart."""
    for at, one in enumerate(properties):
        row = [(body, each[at]) for body, each in zip(bodies, outcomes, strict=True)]
        holds = tuple(body for body, outcome in row if outcome.holds)
        fails = tuple((body, outcome.example) for body, outcome in row if outcome.holds is False)
        if holds and fails:
            yield _Proposed(one, holds, fails)


def _agreements(
    shape: Shape, tables: Sequence[_Table], inputs: Sequence[Mapping[str, Plain]]
) -> Iterator[_Proposed]:
    """That the function is what one of the bodies says, where that is one expression."""
    for number, table in enumerate(tables, 1):
        expression = _expression(table.body)
        if expression is None:
            continue
        fails = []
        for other in tables:
            calls = [_call(table.entry, given) for given in inputs]
            against = [str(call) for call in calls if _values(table, call) != _values(other, call)]
            if against:
                fails.append((other.body, min(against, key=lambda text: (len(text), text))))
        told = {body for body, _ in fails}
        holds = tuple(other.body for other in tables if other.body not in told)
        if fails:
            name = f"agrees_with_body_{number}"
            yield _Proposed(Property(name, f"{shape.call()} == {expression}"), holds, tuple(fails))


def _values(table: _Table, call: Call) -> str:
    return str(table.known.get(str(call)))


def _expression(body: str) -> str | None:
    match ast.parse(body).body:
        case [ast.Return(value=ast.expr() as value)]:
            text = ast.unparse(value)
            return text if isinstance(value, ast.Call | ast.Name | ast.Subscript) else f"({text})"
        case _:
            return None


async def _confirmed(
    entry: Entry, strategies: Mapping[str, Strategy], proposed: Sequence[_Proposed], grader: Grader
) -> list[Telling]:
    """Those whose printed test passes and fails as it should when it is run; hypothesis looks further."""
    found: list[Telling] = []
    for each in proposed:
        code = _code(entry, strategies, each.property)
        passes = await _passes(entry, each.holds[0], code, grader)
        if passes and not await _passes(entry, each.fails[0][0], code, grader):
            found.append(Telling(code, each.holds, each.fails))
        if len(found) == _MOST:
            break
    return found


async def _passes(entry: Entry, body: str, code: str, grader: Grader) -> bool:
    candidate = entry.candidate(body)
    text = (
        f"from hypothesis import assume, given, settings, strategies as st\n"
        f"settings.register_profile('patient', deadline=None, database=None, derandomize=True)\n"
        f"settings.load_profile('patient')\nfrom {candidate.full_name} import *\n\n{code}\n"
    )
    origin = Origin("properties.py", 1)
    script = Script(Kind.PYTEST, origin, text, candidate.full_name)
    (name,) = (node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef))
    case = ScriptCase(name, origin, Kind.PROPERTY, script, name)
    return (await grader.grade(candidate, Suite((case,)))).passed


def _code(entry: Entry, strategies: Mapping[str, Strategy], one: Property) -> str:
    drawn = ", ".join(f"{name}={each.code}" for name, each in strategies.items())
    names = ", ".join(strategies)
    assumed = f"    assume({one.reserve})\n" if one.reserve else ""
    function = f"def test_{entry.brief.name}_{one.name}({names}):"
    return f"@given({drawn})\n{function}\n{assumed}    assert {one.expression}"


def _first(body: str) -> str:
    first, *rest = body.split("\n")
    return f"{first} ..." if rest else first


def _more(bodies: Sequence[object]) -> str:
    return f" and {len(bodies) - 1} more" if len(bodies) > 1 else ""
