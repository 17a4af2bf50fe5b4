"""A stand-in for the community's REPL: its protocol to the letter, on propositional proofs, with faults.

    python -m holdfast.checkers.lean.fake_repl [--fault KIND --at N [--once FILE]]

With a fault, the Nth tactic goes wrong; with `--once`, only in the first process that finds no FILE.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from holdfast.checkers.lean.document import read_document
from holdfast.checkers.lean.fake_faults import TRANSPORT_FAULTS, Faulty, speak_utf8
from holdfast.checkers.lean.fake_proofs import FakeGoal, TacticError, UnreadError, run_tactic
from holdfast.checkers.lean.fake_texts import fake_holes
from holdfast.core.documents import Source

__all__ = ["REPL_FAULTS", "main"]

_Reply: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class _Repl:
    envs: int = 0
    states: list[tuple[FakeGoal, ...]] = field(default_factory=list)

    def answer(self, asked: Mapping[str, Any]) -> _Reply:
        """The reply to one request."""
        if "tactic" in asked:
            return self._step(int(asked["proofState"]), str(asked["tactic"]))
        if asked.get("env", 0) >= max(self.envs, 1):
            return {"message": "Unknown environment."}
        self.envs += 1
        text = str(asked["cmd"])
        positions = read_document(Source("", text)).positions
        sorries = []
        for hole in fake_holes(text):
            places = [positions.line_column(place) for place in (hole.start, hole.end)]
            pos, end = ({"line": line, "column": column - 1} for line, column in places)
            number = self._add(hole.goals[:1])
            sorries.append({"proofState": number, "pos": pos, "goal": _shown(hole.goals[0]), "endPos": end})
        return {**({"sorries": sorries} if sorries else {}), "env": self.envs - 1}

    def _step(self, number: int, tactic: str) -> _Reply:
        if number >= len(self.states):
            return {"message": "Unknown proof state."}
        goals = self.states[number]
        try:
            left = _run(goals, tactic)
        except (TacticError, UnreadError) as error:
            return {"message": f"Lean error:\n{error}"}
        return {
            "proofStatus": _status(tactic, left),
            "proofState": self._add(left),
            "goals": [_shown(goal) for goal in left],
            **({"sorries": [{"proofState": 0, "goal": _shown(goals[0])}]} if tactic == "sorry" else {}),
        }

    def _add(self, goals: Sequence[FakeGoal]) -> int:
        self.states.append(tuple(goals))
        return len(self.states) - 1


def _run(goals: tuple[FakeGoal, ...], tactic: str) -> tuple[FakeGoal, ...]:
    word, _, rest = tactic.partition(" ")
    if word == "rotate_left":
        count = int(rest or 1)
        return goals[count:] + goals[:count]
    if not goals:
        raise TacticError("no goals to be solved")
    return (*run_tactic(goals[0], tactic), *goals[1:])


def _status(tactic: str, left: Sequence[FakeGoal]) -> str:
    if left:
        return "Incomplete: open goals remain"
    return "Incomplete: contains sorry" if tactic == "sorry" else "Completed"


def _shown(goal: FakeGoal) -> str:
    return "\n".join([*(f"{name} : {text}" for name, text in goal.hypotheses), f"⊢ {goal.target}"])


def _text(reply: _Reply) -> str:
    return json.dumps(reply, ensure_ascii=False, indent=1) + "\n\n"


def _with(**fields: Any) -> Callable[[_Reply], str]:  # noqa: ANN401 - JSON
    return lambda reply: _text({**reply, **fields})


def _without(*names: str) -> Callable[[_Reply], str]:
    return lambda reply: _text({key: value for key, value in reply.items() if key not in names})


def _transport(fault: Callable[[str], str]) -> Callable[[_Reply], str]:
    return lambda reply: fault(_text(reply))


_PLACE = {"line": 1, "column": 0}
_ERROR = {"severity": "error", "pos": _PLACE, "endPos": _PLACE, "data": "type mismatch"}

REPL_FAULTS: Mapping[str, Callable[[_Reply], str]] = {
    **{name: _transport(fault) for name, fault in TRANSPORT_FAULTS.items()},
    "garbage": lambda _reply: "PANIC at Lean.Expr.bindingBody! (((\n\n",
    "long_answer": lambda reply: _text({**reply, "traces": ["x" * (10 << 20)]}),
    "stray_text": lambda reply: "hello\n\n" + _text(reply),
    "not_an_object": lambda _reply: "[]\n\n",
    "empty_object": lambda _reply: "{}\n\n",
    "no_goals": _without("goals"),
    "no_state": _without("proofState"),
    "old_state": _with(proofState=0),
    "goals_of_text": _with(goals="no goals"),
    "goal_without_conclusion": _with(goals=["p : Prop"]),
    "lost_state": lambda _reply: _text({"message": "Unknown proof state."}),
    "done_with_error": _with(goals=[], messages=[_ERROR], proofStatus="Incomplete: contains sorry"),
    "done_with_error_alone": _with(goals=[], messages=[_ERROR], proofStatus="Completed"),
    "done_with_hole": _with(goals=[], proofStatus="Incomplete: contains sorry"),
    "done_with_sorries": _with(goals=[], sorries=[{"goal": "⊢ p", "proofState": 1}], proofStatus="Completed"),
    "done_with_open_ends": _with(goals=[], proofStatus="Incomplete: contains metavariable(s)"),
    "done_but_not_checked": _with(goals=[], proofStatus="Not verified: more than one initial goal"),
    "done_and_refused": _with(goals=[], proofStatus="Error: kernel type check failed: (kernel) declaration"),
    "done_without_status": lambda reply: _without("proofStatus")({**reply, "goals": []}),
    "done_by_another_word": _with(goals=[], proofStatus="completed?"),
}
"""By name: what is written in place of an answer."""


def _requests() -> Iterator[str]:
    """What stands between blank lines."""
    lines: list[str] = []
    for line in sys.stdin:
        if line.strip():
            lines.append(line.rstrip())
        elif lines:
            yield "".join(lines)
            lines = []
        else:
            return


def main(words: Sequence[str] | None = None) -> None:
    """Serve until standard input ends, or a blank line or no JSON comes."""
    parser = argparse.ArgumentParser()
    Faulty.declare(parser, sorted(REPL_FAULTS))
    options = parser.parse_args(words)
    speak_utf8()
    repl, faulty = _Repl(), Faulty(options)
    for request in _requests():
        asked = json.loads(request)
        reply = repl.answer(asked)
        is_due = "tactic" in asked and asked["proofState"] < len(repl.states) and faulty.is_due()
        sys.stdout.write(REPL_FAULTS[str(faulty.fault)](reply) if is_due else _text(reply))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
