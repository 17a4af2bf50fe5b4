"""Steps that go on from what is written: the names that may stand behind the words of a tactic."""

import math
import re
from collections.abc import Iterator, Mapping
from heapq import nlargest

from holdfast.core.goals import Subgoal
from holdfast.models.premise_forms import Form, read_form, symbols
from holdfast.models.premises import PremiseProposer
from holdfast.models.rocq_terms import read_term

__all__ = ["NameCompleter"]

_HEAD = re.compile(
    r"(?:\A|[;|\[({]|\b(?:by|now|try|repeat|do|once|progress|all:))\s*"
    r"(?P<tactic>[a-z_]+)\b(?P<between>[^;|\[{]*?)(?P<name>[^\W\d][\w\'.]*|)\Z"
)
_NAMED = frozenset({
    "apply", "eapply", "simple", "exact", "eexact", "refine", "rewrite", "erewrite", "setoid_rewrite",
    "pose", "generalize", "specialize", "destruct", "edestruct", "induction", "elim", "case", "inversion",
    "unfold", "fold", "assert", "set", "remember", "contradict", "absurd", "clear", "revert", "subst",
    "injection", "discriminate", "replace", "lapply",
})  # fmt: skip
"""Tactics behind which names stand."""
_BACK = re.compile(r"<-\s*\Z")
_LOCAL = 4.0
"""What a hypothesis is worth beside a declared name that was never used."""
_UNUSED = 0.5
_FITS, _MISFITS = 8.0, 0.25
"""What a theorem is worth that speaks of nothing but what the goal speaks of, and one that does not."""
_MISSPELT = 0.25
"""What a name is worth that is mostly written otherwise: its module may not be imported."""
_LOOKED_AT = 400
"""How many names, those in use first, are compared with the goal."""
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


class NameCompleter:
    """Offers hypotheses and declared names where a name is being written."""

    def __init__(self, premises: PremiseProposer) -> None:
        """Offer the names that `premises` knows, now or later."""
        self._premises = premises
        self._statements: dict[str, str] = {}
        self._read = 0

    def complete(self, subgoal: Subgoal, prefix: str, count: int) -> Mapping[str, float]:
        """At most `count` steps that begin with `prefix`, with weights that sum to 1."""
        found = _HEAD.search(prefix)
        if found is None or found["tactic"] not in _NAMED:
            return {}
        begun = found["name"]
        if not begun and prefix[-1:].isalnum():
            return {}  # the tactic's own word is still being written
        head = prefix[: len(prefix) - len(begun)]
        weights = dict(self._declared(subgoal, head, begun)) if begun else {}
        for hypothesis in subgoal.hypotheses:
            weights |= {name: _LOCAL for name in hypothesis.names if name.startswith(begun)}
        best = nlargest(count, weights.items(), key=lambda pair: pair[1])
        total = math.fsum(weight for _, weight in best)
        return {head + name + _closing(head): weight / total for name, weight in best}

    def _declared(self, subgoal: Subgoal, head: str, begun: str) -> Iterator[tuple[str, float]]:
        names = self._premises.names
        shortest: dict[str, str] = {}
        for spelling in names.beginning(begun):
            if "." in spelling[len(begun) :] and not names.uses(spelling):
                continue  # the folders of libraries
            owner = names.owner(spelling) or spelling
            if owner not in shortest or len(spelling) < len(shortest[owner]):
                shortest[owner] = spelling
        used = nlargest(_LOOKED_AT, shortest.items(), key=lambda pair: names.uses(pair[1]))
        mine = frozenset(name for hypothesis in subgoal.hypotheses for name in hypothesis.names)
        there = symbols(read_term(subgoal.conclusion).abstract) | mine
        for owner, spelling in used:
            weight = (_UNUSED + math.log1p(names.uses(spelling))) * self._fit(owner, head, there)
            if names.spell(owner) not in {owner, spelling}:
                weight *= _MISSPELT
            yield spelling, weight

    def _fit(self, owner: str, head: str, there: frozenset[str]) -> float:
        new = self._premises.premises[self._read :]
        self._read += len(new)
        self._statements.update((item.name, item.statement) for item in new)
        statement = self._statements.get(owner)
        if statement is None:
            return 1.0
        needed = _needed(read_form(statement), head)
        return _FITS if needed is not None and needed <= there else _MISFITS


def _needed(form: Form, head: str) -> frozenset[str] | None:
    """The symbols that have to be there for a theorem to be used; None where it cannot be used so."""
    if "rewrite" in head:
        return form.right if _BACK.search(head) else form.left
    return form.conclusion


def _closing(text: str) -> str:
    """The brackets that are still open."""
    waiting: list[str] = []
    for letter in text:
        if letter in _BRACKETS:
            waiting.append(_BRACKETS[letter])
        elif waiting and letter == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))
