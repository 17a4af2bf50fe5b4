"""A stand-in for Pantograph 0.3.4: its protocol to the letter, on propositional proofs, with faults.

    python -m holdfast.checkers.lean.fake_pantograph [--distils] [--fault KIND --at N [--once FILE]]

With `--distils` it tells of the holes in a text as versions from 0.3.5 on do.

With a fault, the Nth `goal.tactic` goes wrong; with `--once`, only in the first process that finds no FILE.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from holdfast.checkers.lean.document import read_document
from holdfast.checkers.lean.fake_faults import TRANSPORT_FAULTS, Faulty, speak_utf8
from holdfast.checkers.lean.fake_proofs import FakeGoal, TacticError, UnreadError, run_tactic
from holdfast.checkers.lean.fake_texts import FakeHole, fake_holes
from holdfast.core.documents import Source

__all__ = ["FAULTS", "main"]

_Reply: TypeAlias = dict[str, Any]


class _CommandError(Exception):
    def __init__(self, kind: str, words: str) -> None:
        self.kind = kind
        super().__init__(words)


@dataclass(slots=True)
class _State:
    goals: tuple[tuple[str, FakeGoal], ...]
    has_hole: bool = False


@dataclass(slots=True)
class _Repl:
    states: dict[int, _State] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=itertools.count)
    names: Iterator[int] = field(default_factory=lambda: itertools.count(7))
    distils: bool = False

    def answer(self, line: str) -> _Reply:
        """The reply to one line; errors are replies too."""
        try:
            command, payload = _read(line)
            return _HANDLERS.get(command, _unknown)(self, payload)
        except _CommandError as error:
            return {"error": error.kind, "desc": str(error)}

    def add(self, goals: Sequence[tuple[str, FakeGoal]], *, has_hole: bool = False) -> int:
        """Keep a state; its number."""
        number = next(self.ids)
        self.states[number] = _State(tuple(goals), has_hole)
        return number

    def opened(self, holes: Sequence[FakeHole]) -> tuple[int, list[_Reply]]:
        """A state with the goals of some holes, and the goals as they are shown."""
        goals = [(self.fresh(), goal) for hole in holes for goal in hole.goals]
        return self.add(goals), [_shown(name, goal) for name, goal in goals]

    def fresh(self) -> str:
        """A name for a new goal."""
        return f"_uniq.{next(self.names)}"

    def state(self, payload: Mapping[str, Any]) -> _State:
        """The state that a request speaks of."""
        found = self.states.get(int(payload["stateId"]))
        if found is None:
            raise _CommandError("index", f"Invalid state index {payload['stateId']}")
        return found


def _read(line: str) -> tuple[str, Mapping[str, Any]]:
    """A request in either of its two forms."""
    try:
        if line.startswith("{"):
            asked = json.loads(line)
            return str(asked["cmd"]), asked.get("payload", {})
        command, _, rest = line.partition(" ")
        return command, json.loads(rest) if rest.strip() else {}
    except (ValueError, KeyError, TypeError) as error:
        raise _CommandError("command", f"cannot read the request: {error}") from error


def _start(repl: _Repl, payload: Mapping[str, Any]) -> _Reply:
    if "expr" not in payload:
        raise _CommandError("arguments", "Exactly one of {expr, copyFrom} must be supplied")
    name = repl.fresh()
    return {"stateId": repl.add([(name, FakeGoal(str(payload["expr"])))]), "root": name}


def _process(repl: _Repl, payload: Mapping[str, Any]) -> _Reply:
    for flag in ("readHeader", "inheritEnv", "newConstants"):
        if flag not in payload:
            raise _CommandError("command", f"{flag} is missing")
    text = str(payload["file"])
    document = read_document(Source("", text))
    holes = fake_holes(text) if payload.get("sorrys") and not repl.distils else ()
    units = []
    for number, command in enumerate(document.commands):
        boundary = [len(text[:place].encode()) for place in (command.start, command.end)]
        unit: _Reply = {"boundary": boundary, "messages": []}
        own = [hole for hole in holes if hole.command == number]
        if own:
            state, shown = repl.opened(own)
            places = [(hole.start, hole.end) for hole in own for _ in hole.goals]
            bytes_ = [[len(text[:each].encode()) for each in place] for place in places]
            unit |= {"goalStateId": state, "goals": shown, "goalSrcBoundaries": bytes_}
        units.append(unit)
    return {"units": units}


def _distil(repl: _Repl, payload: Mapping[str, Any]) -> _Reply:
    if not repl.distils:
        raise _CommandError("command", "Unknown command frontend.distil")
    if "ignoreValues" not in payload:
        raise _CommandError("command", "ignoreValues is missing")
    targets = []
    for _, own in itertools.groupby(fake_holes(str(payload["file"])), key=lambda hole: hole.command):
        state, shown = repl.opened([replace(hole, goals=hole.goals[:1]) for hole in own])
        targets.append({"stateId": state, "goals": shown})
    return {"targets": targets}


def _tactic(repl: _Repl, payload: Mapping[str, Any]) -> _Reply:
    state = repl.state(payload)
    names = [name for name, _ in state.goals]
    wanted = payload.get("goalId", names[0] if names else None)
    if wanted not in names:
        raise _CommandError("index", f"Invalid goal index {wanted}")
    text = str(payload["tactic"])
    flags: _Reply = {"hasSorry": text.strip() == "sorry", "hasUnsafe": False}
    try:
        left = run_tactic(dict(state.goals)[str(wanted)], text)
    except UnreadError as error:
        return {"parseError": str(error), **flags}
    except TacticError as error:
        return {"messages": [_message(str(error))], **flags}
    others = [each for each in state.goals if each[0] != wanted]
    goals = [*((repl.fresh(), goal) for goal in left), *others]
    number = repl.add(goals, has_hole=state.has_hole or flags["hasSorry"])
    shown = [_shown(name, goal) for name, goal in goals]
    return {"nextStateId": number, "goals": shown, "messages": [], **flags}


def _message(text: str) -> _Reply:
    place = {"line": 0, "column": 0}
    head = {"severity": "error", "fileName": "<anonymous>", "pos": place, "endPos": None, "caption": ""}
    return {**head, "kind": "[anonymous]", "keepFullRange": False, "isSilent": False, "data": text}


def _shown(name: str, goal: FakeGoal) -> _Reply:
    variables = [
        {
            "name": f"_h.{at}",
            "userName": known.removesuffix("✝"),
            "isInaccessible": known.endswith("✝"),
            "type": {"pp": text},
        }
        for at, (known, text) in enumerate(goal.hypotheses)
    ]
    return {"name": name, "fragment": "tactic", "target": {"pp": goal.target}, "vars": variables}


def _print(repl: _Repl, payload: Mapping[str, Any]) -> _Reply:
    state = repl.state(payload)
    flags = {"rootHasSorry": state.has_hole, "rootHasUnsafe": False, "rootHasMVar": bool(state.goals)}
    return {"root": {"pp": "fun x => x"}, "goals": [], "extraMVars": [], **flags}


def _delete(repl: _Repl, payload: Mapping[str, Any]) -> _Reply:
    for number in payload.get("stateIds", ()):
        repl.states.pop(int(number), None)
    return {}


def _reset(repl: _Repl, _: Mapping[str, Any]) -> _Reply:
    count = len(repl.states)
    repl.states.clear()
    repl.ids = itertools.count()
    return {"nGoals": count}


_HANDLERS: Mapping[str, Callable[[_Repl, Mapping[str, Any]], _Reply]] = {
    "goal.start": _start,
    "goal.tactic": _tactic,
    "goal.print": _print,
    "goal.delete": _delete,
    "frontend.process": _process,
    "frontend.distil": _distil,
    "options.set": lambda _repl, _payload: {},
    "stat": lambda repl, _payload: {"nGoals": len(repl.states)},
    "reset": _reset,
}


def _unknown(_: _Repl, __: Mapping[str, Any]) -> _Reply:
    raise _CommandError("command", "Unknown command")


def _line(reply: _Reply) -> str:
    return json.dumps(reply, ensure_ascii=False) + "\n"


def _transport(fault: Callable[[str], str]) -> Callable[[_Reply], str]:
    return lambda reply: fault(_line(reply))


def _without(*names: str) -> Callable[[_Reply], str]:
    return lambda reply: _line({key: value for key, value in reply.items() if key not in names})


def _with(**fields: Any) -> Callable[[_Reply], str]:  # noqa: ANN401 - JSON
    return lambda reply: _line({**reply, **fields})


FAULTS: Mapping[str, Callable[[_Reply], str]] = {
    **{name: _transport(fault) for name, fault in TRANSPORT_FAULTS.items()},
    "garbage": lambda _reply: "PANIC at Lean.Expr.bindingBody! (((\n",
    "long_line": lambda reply: _line({**reply, "note": "x" * (10 << 20)}),
    "stray_line": lambda reply: "stdout: hello\n" + _line(reply),
    "not_an_object": lambda _reply: "[]\n",
    "empty_object": lambda _reply: "{}\n",
    "no_goals": _without("goals"),
    "no_state": _without("nextStateId"),
    "neither": _without("goals", "nextStateId"),
    "old_state": _with(nextStateId=0),
    "done_with_error": _with(goals=[], messages=[_message("type mismatch")]),
    "done_with_text": _with(goals=[], messages=["<anonymous>:1:0: error: unsolved goals"]),
    "done_with_old_errors": _with(goals=[], tacticErrors=["unsolved goals"]),
    "done_with_hole": _with(goals=[], hasSorry=True),
    "done_unsafe": _with(goals=[], hasUnsafe=True),
    "done_unread": _with(goals=[], parseError="unexpected end of input"),
    "goals_of_text": _with(goals="no goals"),
    "interrupt": lambda _reply: _line({"error": "internal", "desc": "interrupt"}),
    "lost_state": lambda _reply: _line({"error": "index", "desc": "Invalid state index"}),
    "done_silently": _with(goals=[], messages=[]),
}
"""By name: what is written in place of a reply."""


def main(words: Sequence[str] | None = None) -> None:
    """Serve until standard input ends or an empty line comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready", default="ready.")
    parser.add_argument("--distils", action="store_true")
    Faulty.declare(parser, sorted(FAULTS))
    options = parser.parse_args(words)
    speak_utf8()
    sys.stdout.write(f"{options.ready}\n")
    sys.stdout.flush()
    repl, faulty = _Repl(distils=options.distils), Faulty(options)
    for line in sys.stdin:
        if not line.strip():
            return
        reply = repl.answer(line.strip())
        is_due = "goal.tactic" in line and faulty.is_due()
        sys.stdout.write(FAULTS[str(faulty.fault)](reply) if is_due else _line(reply))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
