"""What of recorded searches a value learns from: goals that lead to audited proofs, and goals that do not.

What may not be learned from is refused, counted and listed: verdicts that a program could have written
itself, and theorems whose proof has a hole in it or was not audited.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from holdfast.models.extract import is_banned
from holdfast.models.prompts import LANGUAGES, Language

__all__ = [
    "COLUMNS",
    "Example",
    "Examples",
    "Refusals",
    "fold_of",
    "read_examples",
    "split",
]

COLUMNS = (
    "theorem_name", "search", "state_id", "parent_state_id", "focus", "depth_from_root", "state_after",
    "tactic", "verdict", "label", "remaining_depth", "llm_log_prob", "learnable", "is_proof_complete",
    "fate", "visits", "language",
)  # fmt: skip
"""What `read_examples` reads of trajectories."""

_FINE = 1 << 20
_IN_VAIN = 8
"""Steps tried below a goal without a proof of it that make it an example, in theorems that were proved."""

_PROVERS: tuple[Language, ...] = ("rocq", "lean")


def _is_tainted(step: str, language: str | None) -> bool:
    """Whether a step skips its goal; where the language is not known, in that of any prover."""
    known = [each for each in LANGUAGES if each == language] or _PROVERS
    return any(is_banned(step, each) for each in known)


@dataclass(frozen=True, slots=True)
class Example:
    """What a step left, and whether it led to a proof."""

    theorem: str
    state: str
    """The goal as text."""
    root: str
    """The goal that its search began with."""
    place: tuple[str, int, int]
    """The search, the state and the subgoal that the step was taken at: equal for siblings."""
    positive: bool
    depth: int
    remaining: int | None = None
    """Steps of the proof behind it, where it is on one."""
    logprob: float | None = None
    """Natural logarithm of the proposer's probability of the step."""


@dataclass(slots=True)
class Refusals:
    """What was not learned from, and why."""

    rows: Counter[str] = field(default_factory=Counter)
    """By reason."""
    theorems: dict[str, str] = field(default_factory=dict)
    """Theorems of which nothing was learned, with the reason."""


@dataclass(frozen=True, slots=True)
class Examples:
    """All that can be learned from, in the order of the rows."""

    examples: tuple[Example, ...]
    refusals: Refusals


@dataclass(frozen=True, slots=True)
class _Row:
    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a column's own type
        return self.values[name]

    @property
    def place(self) -> tuple[str, int, int]:
        parent = self.values["parent_state_id"]
        focus = self.values["focus"]
        return self.values["search"], -1 if parent is None else parent, -1 if focus is None else focus


def read_examples(
    rows: Iterable[Mapping[str, Any]], *, unmarked: bool = False, siblings: bool = True
) -> Examples:
    """The examples among recorded steps; of steps with the same outcome at a goal, the likeliest.

    Args:
        rows: with at least `COLUMNS`, searches one after the other or mixed.
        unmarked: whether rows are taken that do not say whether they may be learned from, or were audited.
        siblings: whether a step that was not found to lead to a proof is an example to the contrary where it
            stands beside a step of a proof, or much was tried below it: search had better gone the other
            way, whatever lies there.
    """
    refusals = Refusals()
    by_search: dict[str, list[_Row]] = defaultdict(list)
    for values in rows:
        row = _Row(values)
        by_search[row.search].append(row)
    examples: list[Example] = []
    for found in by_search.values():
        if (reason := _refused(found, unmarked=unmarked)) is not None:
            refusals.rows[reason] += len(found)
            refusals.theorems[found[0].theorem_name] = reason
        else:
            examples += _examples(found, siblings=siblings)
    return Examples(tuple(_without_contradictions(examples, refusals)), refusals)


def _refused(rows: Sequence[_Row], *, unmarked: bool) -> str | None:
    """Why nothing is learned from a search; None where it is."""
    marks = {row.learnable for row in rows}
    if False in marks:
        return "its verdicts may not be learned from: it ran without a sandbox, or on its own word"
    if None in marks and not unmarked:
        return "it does not say whether it was audited and ran in a sandbox"
    if any(row.label == "positive" and _is_tainted(row.tactic or "", row.language) for row in rows):
        return "its proof has a hole in it"
    if any(row.is_proof_complete and row.label != "positive" for row in rows):
        return "its proof was not audited"
    return None


def _examples(rows: Sequence[_Row], *, siblings: bool) -> list[Example]:
    root = next((row.state_after for row in rows if row.verdict == "root"), None)
    if not root:
        return []
    forks = {row.place for row in rows if siblings and row.label == "positive"}
    found: dict[tuple[tuple[str, int, int], str], Example] = {}
    for row in rows:
        if row.verdict != "advanced" or not row.state_after or not _tells(row, forks):
            continue
        example = Example(
            theorem=row.theorem_name,
            state=row.state_after,
            root=root,
            place=row.place,
            positive=row.label == "positive",
            depth=row.depth_from_root,
            remaining=row.remaining_depth if row.label == "positive" else None,
            logprob=row.llm_log_prob,
        )
        before = found.get((example.place, example.state))
        if before is None or (example.positive, example.logprob or -99.0) > (
            before.positive,
            before.logprob or -99.0,
        ):
            found[example.place, example.state] = example
    return list(found.values())


def _tells(row: _Row, forks: Set[tuple[str, int, int]]) -> bool:
    """Whether a step that holds is an example of anything."""
    if row.label in {"positive", "negative"}:
        return True
    in_vain = bool(forks) and (row.visits or 0) >= _IN_VAIN
    return row.fate != "solved" and (row.place in forks or in_vain)


def _without_contradictions(examples: Sequence[Example], refusals: Refusals) -> Iterable[Example]:
    """A goal that led to a proof somewhere in its theorem is no negative elsewhere in it."""
    proved = {(each.theorem, each.state) for each in examples if each.positive}
    for example in examples:
        if example.positive or (example.theorem, example.state) not in proved:
            yield example
        else:
            refusals.rows["the same goal led to a proof elsewhere"] += 1


def fold_of(theorem: str, folds: int, seed: int) -> int:
    """Which of `folds` parts a theorem is in; depends on its name alone, so that data may grow."""
    digest = hashlib.sha256(f"{seed}\0{theorem}".encode()).digest()
    return int.from_bytes(digest[:8]) * folds >> 64


def split(
    examples: Sequence[Example], indices: Iterable[int], share: float, seed: int
) -> tuple[list[int], list[int]]:
    """The examples at `indices` in two, by theorem: about `share` of the theorems are on the second side."""
    sides: tuple[list[int], list[int]] = ([], [])
    for index in indices:
        sides[fold_of(examples[index].theorem, _FINE, seed) < share * _FINE].append(index)
    return sides
