"""When two goals are the same: names, order and repetition of hypotheses do not matter.

Equality is decided on printed text, so it may err where a checker prints different things alike;
search replays whatever it carries over from one goal to another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

__all__ = ["Canonical", "Canoniser", "goal_key", "independent", "rename_proof", "renaming"]

_NAME = re.compile(r"((?<![\w'])\??[^\W\d][\w']*(?:\.[^\W\d][\w']*)*)")
_PLACEHOLDER = re.compile(r"\?[^\W\d][\w']*")


@dataclass(frozen=True, slots=True)
class Canonical:
    """A sequent up to the names, order and repetition of its hypotheses."""

    key: str
    """Equal keys mean equal sequents."""
    names: tuple[str, ...]
    """The hypotheses' own names, in an order that equal sequents share."""
    twins: tuple[tuple[str, str], ...]
    """Each hypothesis that repeats another, with the other's name."""


@dataclass(slots=True)
class Canoniser:
    """Makes canonical forms; remembers how texts fall into names and the rest."""

    _pieces: dict[str, list[str]] = field(default_factory=dict)

    def canonical(self, subgoal: Subgoal) -> Canonical:
        """The canonical form of one sequent."""
        form = _Form(self, subgoal)
        form.number_from(subgoal.conclusion)
        form.number_rest()
        return form.result(subgoal.conclusion)

    def pieces(self, text: str) -> list[str]:
        """`text` cut so that names stand at odd places."""
        found = self._pieces.get(text)
        if found is None:
            found = self._pieces[text] = _NAME.split(text)
        return found


class _Form:
    """The numbering of one sequent's names: in order of use from the conclusion on."""

    def __init__(self, canoniser: Canoniser, subgoal: Subgoal) -> None:
        self.pieces = canoniser.pieces
        self.entries = {
            name: (hypothesis.type, hypothesis.body)
            for hypothesis in subgoal.hypotheses
            for name in hypothesis.names
        }
        self.numbers: dict[str, str] = {}

    def number_from(self, text: str) -> None:
        """Number the names that `text` uses, then those that their types use, and so on."""
        waiting = [text]
        for current in waiting:
            for name in self.pieces(current)[1::2]:
                if name in self.entries and name not in self.numbers:
                    self.numbers[name] = f"\x00{len(self.numbers)}\x00"
                    kind, body = self.entries[name]
                    waiting.append(kind)
                    if body is not None:
                        waiting.append(body)

    def number_rest(self) -> None:
        """Go on from the hypotheses that the conclusion does not reach, in an order free of names."""
        hidden = dict.fromkeys(self.entries, "\x01") | self.numbers
        rest = [name for name in self.entries if name not in self.numbers]
        rest.sort(key=lambda name: self.row(name, hidden))
        for name in rest:
            for text in self.entries[name]:
                if text is not None:
                    self.number_from(text)

    def row(self, name: str, numbers: Mapping[str, str]) -> str:
        """One hypothesis without its name."""
        kind, body = self.entries[name]
        row = self.render(kind, numbers)
        return row if body is None else f"{row}\x02{self.render(body, numbers)}"

    def render(self, text: str, numbers: Mapping[str, str]) -> str:
        return "".join([numbers.get(piece, piece) for piece in self.pieces(text)])

    def result(self, conclusion: str) -> Canonical:
        """Hypotheses that others use in order of use; the others sorted, each once."""
        numbers = self.numbers
        rows = [self.row(name, numbers) for name in numbers]
        first: dict[str, str] = {}
        twins: list[tuple[str, str]] = []
        for name in self.entries:
            if name in numbers:
                continue
            row = self.row(name, numbers)
            if row in first:
                twins.append((name, first[row]))
            else:
                first[row] = name
        leaves = sorted(first)
        key = "\x03".join([self.render(conclusion, numbers), *rows, "\x04", *leaves])
        return Canonical(key, (*numbers, *(first[row] for row in leaves)), tuple(twins))


def goal_key(open_forms: Sequence[Canonical], shelved_forms: Sequence[Canonical]) -> str:
    """One key for a state; placeholders are numbered, so that their names do not matter."""
    key = "\x05".join([form.key for form in open_forms])
    if shelved_forms:
        key = "\x06".join([key, *(form.key for form in shelved_forms)])
    if "?" not in key:
        return key
    numbers: dict[str, str] = {}
    return _PLACEHOLDER.sub(lambda found: numbers.setdefault(found[0], f"?{len(numbers)}"), key)


def independent(goal: Goal, shelved: int = 0) -> bool:
    """Whether the subgoals in focus may be solved apart: they share no placeholder and shelved nothing.

    `shelved` subgoals were on the shelf before and do not count.
    """
    if len(goal.shelved) > shelved:
        return False
    seen: set[str] = set()
    for subgoal in goal.subgoals:
        own = _placeholders(subgoal)
        if not seen.isdisjoint(own):
            return False
        seen |= own
    return True


def _placeholders(subgoal: Subgoal) -> set[str]:
    found = set(_PLACEHOLDER.findall(subgoal.conclusion)) if "?" in subgoal.conclusion else set()
    for hypothesis in subgoal.hypotheses:
        for text in (hypothesis.type, hypothesis.body or ""):
            if "?" in text:
                found.update(_PLACEHOLDER.findall(text))
    return found


def renaming(old: Sequence[Canonical], new: Sequence[Canonical]) -> dict[str, str]:
    """From the names of one state to those of an equal one; empty where they are the same."""
    names: dict[str, str] = {}
    for old_form, new_form in zip(old, new, strict=True):
        here = dict(zip(old_form.names, new_form.names, strict=True))
        here.update((twin, here[name]) for twin, name in old_form.twins)
        names.update(here)
    return {name: other for name, other in names.items() if name != other}


def rename_proof(proof: Proof, names: Mapping[str, str]) -> Proof:
    """`proof` with the names in its steps replaced, all at once."""
    if not names:
        return proof
    text = "".join([names.get(piece, piece) for piece in _NAME.split(proof.step.text)])
    return Proof(Step(text), tuple(rename_proof(child, names) for child in proof.children))
