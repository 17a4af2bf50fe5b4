"""Propositional proofs in Rocq's words, for a fake petanque."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

__all__ = ["FakeGoal", "FakeProof", "RefusedError", "run_sentence"]

_INFIXES = ("->", r"\/", "/\\")
"""The one that binds least first."""
_LEMMA = re.compile(
    r"(?:Lemma|Theorem)\s+[\w']+\s*\((?P<names>[\w' ]+):\s*Prop\)\s*:\s*(?P<says>.+)\.", re.DOTALL
)
_CONTROL = re.compile(r"Timeout\s+\d+\s+")
_FOCUS = re.compile(r"(?:(\d+)\s*:\s*)?\{")
_TACTIC = re.compile(r"(?:1\s*:\s*)?(?P<name>\w+)\s*(?P<rest>.*?)\.", re.DOTALL)
_PAIR = re.compile(r"\[(\w+) (\w+)\]")
_CONJ = re.compile(r"\(conj (\w+) (\w+)\)")


class RefusedError(Exception):
    """Rocq does not take the sentence."""


@dataclass(frozen=True, slots=True)
class FakeGoal:
    """A sequent of texts."""

    conclusion: str
    hypotheses: tuple[tuple[str, str], ...] = ()
    """Names and propositions, oldest first."""
    number: int = 0
    """What tells it from others."""

    def of(self, name: str) -> str:
        """What a hypothesis says. Raises RefusedError where there is none of that name."""
        for known, text in self.hypotheses:
            if known == name:
                return text
        raise RefusedError(f"The reference {name} was not found in the current environment.")

    def knowing(self, *more: tuple[str, str]) -> "FakeGoal":
        """The same with more hypotheses."""
        return replace(self, hypotheses=(*self.hypotheses, *more))

    def without(self, name: str) -> "FakeGoal":
        """The same with one hypothesis less."""
        return replace(self, hypotheses=tuple(each for each in self.hypotheses if each[0] != name))


@dataclass(frozen=True, slots=True)
class FakeProof:
    """The goals in focus, and those around each focus, innermost first: what was before and what is after."""

    goals: tuple[FakeGoal, ...]
    stack: tuple[tuple[tuple[FakeGoal, ...], tuple[FakeGoal, ...]], ...] = ()


_Fresh: TypeAlias = Callable[[], int]
_Tactic: TypeAlias = Callable[[FakeGoal, str], Sequence[FakeGoal]]


def run_sentence(proof: FakeProof | None, sentence: str, fresh: _Fresh) -> FakeProof | None:
    """What a sentence makes of a state; None is outside proofs. Raises RefusedError."""
    text = _CONTROL.sub("", sentence.strip(), count=1)
    if text.startswith("Set ") or text == "Proof.":
        return proof
    if proof is None:
        return _opened(text, fresh)
    if text in {"Abort.", "Admitted."}:
        return None
    if found := _FOCUS.fullmatch(text):
        return _focused(proof, int(found[1] or 1) - 1)
    if text == "}":
        return _unfocused(proof)
    return _step(proof, text, fresh)


def _opened(text: str, fresh: _Fresh) -> FakeProof:
    found = _LEMMA.fullmatch(text)
    if found is None:
        raise RefusedError("Syntax error: illegal begin of vernac.")
    names = tuple((name, "Prop") for name in found["names"].split())
    return FakeProof((FakeGoal(" ".join(found["says"].split()), names, fresh()),))


def _focused(proof: FakeProof, at: int) -> FakeProof:
    if at >= len(proof.goals):
        raise RefusedError("No such goal.")
    level = (tuple(reversed(proof.goals[:at])), proof.goals[at + 1 :])
    return FakeProof((proof.goals[at],), (level, *proof.stack))


def _unfocused(proof: FakeProof) -> FakeProof:
    if proof.goals or not proof.stack:
        raise RefusedError("This proof is focused, but cannot be unfocused this way")
    (before, after), *outer = proof.stack
    return FakeProof((*reversed(before), *after), tuple(outer))


def _step(proof: FakeProof, text: str, fresh: _Fresh) -> FakeProof:
    found = _TACTIC.fullmatch(text)
    if found is None or found["rest"].count("(") != found["rest"].count(")"):
        raise RefusedError("Syntax error: [ltac_expr] expected.")
    if not proof.goals:
        raise RefusedError("No such goal.")
    first, *others = proof.goals
    left = _TACTICS.get(found["name"], _unknown)(first, found["rest"].strip())
    new = [each if each == first else replace(each, number=fresh()) for each in left]
    return replace(proof, goals=(*new, *others))


def _split_at(text: str, infix: str) -> tuple[str, str] | None:
    """The two sides of the connective that binds least."""
    for sign in _INFIXES:
        depth = 0
        for at, char in enumerate(text):
            depth += (char == "(") - (char == ")")
            if depth == 0 and text.startswith(f" {sign} ", at):
                return (_bare(text[:at]), _bare(text[at + len(sign) + 2 :])) if sign == infix else None
    return None


def _bare(text: str) -> str:
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


def _sides(text: str, infix: str, complaint: str) -> tuple[str, str]:
    found = _split_at(text, infix)
    if found is None:
        raise RefusedError(complaint)
    return found


def _intros(goal: FakeGoal, rest: str) -> Sequence[FakeGoal]:
    premise, conclusion = _sides(goal.conclusion, "->", "No product even after head-reduction.")
    found = _PAIR.fullmatch(rest)
    after = replace(goal, conclusion=conclusion)
    if found is None:
        return (after.knowing((rest or "H", premise)),)
    one, other = _sides(premise, "/\\", "Not an inductive definition.")
    return (after.knowing((found[1], one), (found[2], other)),)


def _destruct(goal: FakeGoal, rest: str) -> Sequence[FakeGoal]:
    name, _, pattern = rest.partition(" as ")
    one, other = _sides(goal.of(name), "/\\", "Not an inductive product.")
    found = _PAIR.fullmatch(pattern)
    if found is None:
        raise RefusedError("Syntax error: [simple_intropattern] expected after 'as'.")
    return (goal.without(name).knowing((found[1], one), (found[2], other)),)


def _split(goal: FakeGoal, _rest: str) -> Sequence[FakeGoal]:
    return [
        replace(goal, conclusion=each) for each in _sides(goal.conclusion, "/\\", "Not an inductive product.")
    ]


def _exact(goal: FakeGoal, rest: str) -> Sequence[FakeGoal]:
    pair = _CONJ.fullmatch(rest)
    said = " /\\ ".join(goal.of(name) for name in pair.groups()) if pair else goal.of(rest)
    if said != goal.conclusion:
        raise RefusedError(
            f'The term "{rest}" has type "{said}" while it is expected to have type "{goal.conclusion}".'
        )
    return ()


def _assumption(goal: FakeGoal, _rest: str) -> Sequence[FakeGoal]:
    if goal.conclusion not in {text for _, text in goal.hypotheses}:
        raise RefusedError("No such assumption.")
    return ()


def _apply(goal: FakeGoal, rest: str) -> Sequence[FakeGoal]:
    premise, conclusion = _sides(goal.of(rest), "->", f"Unable to unify with {goal.conclusion}.")
    if conclusion != goal.conclusion:
        raise RefusedError(f'Unable to unify "{conclusion}" with "{goal.conclusion}".')
    return (replace(goal, conclusion=premise),)


def _unknown(goal: FakeGoal, _rest: str) -> Sequence[FakeGoal]:
    raise RefusedError(f"Tactic failure: it does not apply to {goal.conclusion}.")


_TACTICS: Mapping[str, _Tactic] = {
    "idtac": lambda goal, _rest: (goal,),
    "intros": _intros,
    "destruct": _destruct,
    "split": _split,
    "exact": _exact,
    "assumption": _assumption,
    "apply": _apply,
}
