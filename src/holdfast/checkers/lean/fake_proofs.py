"""Propositional proofs with Lean's tactics and Lean's way of printing, for a fake Pantograph."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

__all__ = ["FakeGoal", "TacticError", "UnreadError", "run_tactic"]

_INFIXES = ("→", "∨", "∧")
"""The one that binds least first."""


class TacticError(Exception):
    """The tactic fails on this goal."""


class UnreadError(Exception):
    """This is no tactic."""


@dataclass(frozen=True, slots=True)
class FakeGoal:
    """A sequent of texts."""

    target: str
    hypotheses: tuple[tuple[str, str], ...] = ()
    """Names and propositions, oldest first."""

    def of(self, name: str) -> str:
        """What a hypothesis says. Raises TacticError where there is none of that name."""
        for known, text in self.hypotheses:
            if known == name:
                return text
        raise TacticError(f"unknown identifier '{name}'")


_Tactic: TypeAlias = Callable[[FakeGoal, str], Sequence[FakeGoal]]


def run_tactic(goal: FakeGoal, text: str) -> Sequence[FakeGoal]:
    """The goals that a tactic leaves. Raises TacticError, UnreadError."""
    word, _, rest = text.strip().partition(" ")
    tactic = _TACTICS.get(word)
    if tactic is None or rest.count("(") != rest.count(")"):
        raise UnreadError("<input>:1:0: unknown tactic")
    return tactic(goal, rest.strip())


def _split(text: str) -> tuple[str, str, str]:
    """The connective on top with its two sides; empty where there is none."""
    bare = _bare(text)
    for infix in _INFIXES:
        depth = 0
        for at, character in enumerate(bare):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth == 0 and character == infix:
                return infix, _bare(bare[:at]), _bare(bare[at + 1 :])
    return "", bare, ""


def _bare(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return at == len(text) - 1
    return False


def _intro(goal: FakeGoal, name: str) -> Sequence[FakeGoal]:
    infix, left, right = _split(goal.target)
    if infix != "→":
        raise TacticError("Tactic `intro` failed: there is no premise")
    return [FakeGoal(right, (*goal.hypotheses, (name or "a✝", left)))]


def _exact(goal: FakeGoal, term: str) -> Sequence[FakeGoal]:
    name, _, side = term.partition(".")
    text = goal.of(name)
    if side in {"1", "2"}:
        infix, left, right = _split(text)
        if infix != "∧":
            raise TacticError("invalid projection")
        text = left if side == "1" else right
    if _bare(text) != _bare(goal.target):
        raise TacticError(f"type mismatch\n  {term}\nhas type\n  {text} : Prop")
    return []


def _assumption(goal: FakeGoal, _: str) -> Sequence[FakeGoal]:
    if any(_bare(text) == _bare(goal.target) for _, text in goal.hypotheses):
        return []
    raise TacticError("Tactic `assumption` failed")


def _constructor(goal: FakeGoal, _: str) -> Sequence[FakeGoal]:
    infix, left, right = _split(goal.target)
    if infix != "∧":
        raise TacticError("Tactic `constructor` failed")
    return [replace(goal, target=left), replace(goal, target=right)]


def _side(which: int) -> _Tactic:
    def tactic(goal: FakeGoal, _: str) -> Sequence[FakeGoal]:
        parts = _split(goal.target)
        if parts[0] != "∨":
            raise TacticError("the target is no disjunction")
        return [replace(goal, target=parts[which])]

    return tactic


def _cases(goal: FakeGoal, name: str) -> Sequence[FakeGoal]:
    infix, left, right = _split(goal.of(name))
    others = tuple(each for each in goal.hypotheses if each[0] != name)
    if infix == "∧":
        return [FakeGoal(goal.target, (*others, ("left✝", left), ("right✝", right)))]
    if infix == "∨":
        return [FakeGoal(goal.target, (*others, ("h✝", side))) for side in (left, right)]
    raise TacticError("Tactic `cases` failed: nothing to take apart")


def _apply(goal: FakeGoal, name: str) -> Sequence[FakeGoal]:
    infix, left, right = _split(goal.of(name))
    if infix != "→" or right != _bare(goal.target):
        raise TacticError("Tactic `apply` failed: could not unify")
    return [replace(goal, target=left)]


def _rename(goal: FakeGoal, names: str) -> Sequence[FakeGoal]:
    fresh = names.split()
    hidden = [at for at, (name, _) in enumerate(goal.hypotheses) if name.endswith("✝")]
    if len(fresh) > len(hidden) or not all(re.fullmatch(r"\w+", name) for name in fresh):
        raise TacticError("too many names")
    places = dict(zip(hidden[-len(fresh) :], fresh, strict=True))
    entries = ((places.get(at, name), text) for at, (name, text) in enumerate(goal.hypotheses))
    return [replace(goal, hypotheses=tuple(entries))]


_TACTICS: dict[str, _Tactic] = {
    "intro": _intro,
    "exact": _exact,
    "assumption": _assumption,
    "constructor": _constructor,
    "left": _side(1),
    "right": _side(2),
    "cases": _cases,
    "apply": _apply,
    "rename_i": _rename,
    "skip": lambda goal, _: [goal],
    "sorry": lambda _goal, _rest: [],
}
