"""Compares the text of a candidate with its original: only proofs may differ, and only by tactics.

This is the layer that keeps statements what they were: tactics cannot change what the rest of a file means,
and everything that is not a tactic is, sentence by sentence, the original's. Comments and blanks are free.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from holdfast.checkers.rocq.document import Document, Theorem
from holdfast.checkers.rocq.guard import guard
from holdfast.checkers.rocq.sentences import bare
from holdfast.checkers.rocq.vernacular import Role
from holdfast.core.steps import Refused

__all__ = ["Change", "Difference", "compare"]

_PROOF_LINE = re.compile(r"Proof(?: using\b[^.:=\"]*| with\b.*)?\s?\.{1,3}")
_ABSTRACT = re.compile(r"\btransparent_abstract\b|\babstract\b.*\busing\b")
_QUERY = re.compile(r"Show|Check|Print|Search|About|Locate|Compute|Eval|Guarded|Undo|Restart|Unshelve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A proof that is not the original's."""

    original: Theorem
    name: str
    """The path of the theorem."""
    first: int
    """Its first sentence in the candidate that is not the original's."""
    last: int
    """The sentence of the candidate that ends its proof."""
    differs_at: int
    """Where the original begins to differ."""
    words: tuple[int, ...]
    """New sentences that begin with a capital letter: tactics or commands, only Rocq's grammar knows."""

    refused: str = ""
    """Why the new proof is not made of tactics; empty when it is."""

    @property
    def was_open(self) -> bool:
        """Whether the original admits the theorem."""
        return self.original.ending == "Admitted"


@dataclass(frozen=True, slots=True)
class Difference:
    """How a candidate differs from its original."""

    changes: tuple[Change, ...]
    problem: str = ""
    """What differs beside proofs, with its place in the candidate; empty if nothing does."""
    pairs: tuple[tuple[int, int], ...] = ()
    """Sentences that both have: number in the candidate, number in the original."""


def compare(candidate: Document, original: Document) -> Difference:
    """Pair the sentences of both; a difference is accepted inside a proof of the original only."""
    changes: list[Change] = []
    pairs: list[tuple[int, int]] = []
    here = there = 0
    while there < len(original.sentences) and here < len(candidate.sentences):
        if candidate.text(here) == original.text(there):
            pairs.append((here, there))
            here, there = here + 1, there + 1
            continue
        theorem = _theorem_around(original, there)
        last = _end_of_proof(candidate, here)
        if theorem is None or theorem.end is None or last is None:
            return Difference(tuple(changes), _problem(candidate, here), tuple(pairs))
        changes.append(_change(candidate, original, theorem, (here, last), there))
        here, there = last + 1, theorem.end + 1
    problem = ""
    if here < len(candidate.sentences) or there < len(original.sentences):
        problem = _problem(candidate, here)
    return Difference(tuple(changes), problem, tuple(pairs))


def _theorem_around(original: Document, index: int) -> Theorem | None:
    around = [
        theorem
        for theorem in original.theorems
        if theorem.end is not None and theorem.ending != "Abort" and theorem.statement < index <= theorem.end
    ]
    return max(around, key=lambda theorem: theorem.statement, default=None)


def _end_of_proof(candidate: Document, start: int) -> int | None:
    for index in range(start, len(candidate.sentences)):
        command = candidate.commands[index]
        if command is not None and command.role in {Role.END_PROOF, Role.PROOF_TERM}:
            return index
    return None


def _problem(candidate: Document, index: int) -> str:
    if index >= len(candidate.sentences):
        return "the end of the original is missing"
    line, column = candidate.place(index)
    return f"{line}:{column}: this is not in the original, or not here, and it is not part of a proof"


def _change(
    candidate: Document, original: Document, theorem: Theorem, new: tuple[int, int], differs_at: int
) -> Change:
    first, last = new
    assert theorem.end is not None
    inserted, removed = _inserted_removed(candidate, original, new, (differs_at, theorem.end))
    refused = (
        _bad_end(candidate, original, last, theorem.end)
        or next((why for index in inserted if (why := _not_a_tactic(candidate, index))), "")
        or next((why for index in removed if (why := _not_removable(original, index))), "")
    )
    return Change(
        original=theorem,
        name=theorem.path,
        first=first,
        last=last,
        differs_at=differs_at,
        words=tuple(index for index in inserted if _may_be_command(candidate, index)),
        refused=refused,
    )


def _inserted_removed(
    candidate: Document, original: Document, new: tuple[int, int], old: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """Sentences before the one that ends the proof that only one of the two has, in order."""
    fresh = [candidate.text(index) for index in range(*new)]
    stale = [original.text(index) for index in range(*old)]
    inserted: list[int] = []
    removed: list[int] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, stale, fresh, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += range(old[0] + i1, old[0] + i2)
            inserted += range(new[0] + j1, new[0] + j2)
    return inserted, removed


def _bad_end(candidate: Document, original: Document, last: int, end: int) -> str:
    code = bare(candidate.text(last))
    if code in {bare(original.text(end)), "Qed.", "Defined."}:
        return ""
    return f"the proof ends in `{code}`, not in `Qed.` or `Defined.`"


def _not_a_tactic(candidate: Document, index: int) -> str:
    code = bare(candidate.text(index))
    if _PROOF_LINE.fullmatch(code):
        return ""
    if _ABSTRACT.search(code):
        return f"`{code}` declares a name"
    answer = guard(code)
    return answer.message if isinstance(answer, Refused) else ""


def _not_removable(original: Document, index: int) -> str:
    """A command inside the old proof that may matter to what follows has to stay."""
    command = original.commands[index]
    if command is None or command.role in {Role.TACTIC, Role.PROOF} or _QUERY.match(command.keyword):
        return ""
    return f"`{bare(original.text(index))}`, a part of the original, is missing"


def _may_be_command(candidate: Document, index: int) -> bool:
    command = candidate.commands[index]
    return command is not None and command.role not in {Role.TACTIC, Role.PROOF}
