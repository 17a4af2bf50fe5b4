"""The steps of audited proofs in stores of trajectories, each with the goal that it was taken at.

The goal is the one before the step, so that a closing step is told like any other. The steps of a proof
stand in the order of a script, the whole proof of a subgoal before the next; the depth counts them from 0
without a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.core.trajectories import TheoremRecord
from holdfast.models.extract import is_banned
from holdfast.models.prompts import LANGUAGES, Language
from holdfast.pipelines.trajectory_store import read_rows, read_theorems

__all__ = ["PathStep", "ProofPaths", "Refusal", "read_proof_paths"]

_COLUMNS = (
    "theorem_name", "file", "search", "state_id", "parent_state_id", "focus", "state_before", "tactic",
    "is_proof_complete", "learnable",
)  # fmt: skip
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One step of a proof; the fields are the keys of a line of a file of pairs."""

    state: str
    tactic: str
    theorem: str
    depth: int
    file: str
    language: str
    proof: int
    """Which proof of the theorem, 0 for the one that search returned."""
    num_goals: int
    """Subgoals of `state`."""
    source: str
    """The name of the search."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A proof that nothing is to be learned from."""

    theorem: str
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProofPaths:
    """What the stores have of proofs."""

    proofs: tuple[tuple[PathStep, ...], ...]
    refused: tuple[Refusal, ...] = ()
    short: int = 0
    """Proofs left out because they have too few steps."""


def read_proof_paths(paths: Sequence[Path], *, min_steps: int = 1, all_proofs: bool = False) -> ProofPaths:
    """The proofs of stores of trajectories.

    Args:
        paths: stores; files of burn-qed have no audited proofs, and all of theirs are refused. Of a theorem
            that several stores prove, the first counts.
        min_steps: proofs with fewer steps are left out.
        all_proofs: take every audited proof of a theorem, not only the one that search returned.

    Raises what `read_rows` raises.
    """
    proofs: list[tuple[PathStep, ...]] = []
    refused: list[Refusal] = []
    done: set[tuple[str, str]] = set()
    for path in paths:
        rows = _by_search(read_rows([path], _COLUMNS).to_pylist())
        records = read_theorems([path])
        refused += _unaudited(rows, records)
        for record in records:
            if record.status == "proved" and record.key not in done:
                done.add(record.key)
                for found in _proofs(record, rows[record.search], all_proofs=all_proofs):
                    refused += [found] if isinstance(found, Refusal) else []
                    proofs += [found] if isinstance(found, tuple) else []
    long = tuple(proof for proof in proofs if len(proof) >= min_steps)
    return ProofPaths(long, tuple(refused), short=len(proofs) - len(long))


def _by_search(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row["search"]].append(row)
    return found


def _unaudited(rows: Mapping[str, Sequence[_Row]], records: Sequence[TheoremRecord]) -> Iterator[Refusal]:
    """Searches that claim a proof, or say so in their file, without an audit that passed it."""
    audited = {record.search for record in records if record.status == "proved"}
    claimed = {record.search for record in records if record.ended == "proved"}
    for search, some in rows.items():
        claims = search in claimed or any(row["is_proof_complete"] for row in some)
        if claims and search not in audited:
            yield Refusal(some[0]["theorem_name"], some[0]["file"] or "", "its proof has not passed an audit")


def _proofs(
    record: TheoremRecord, rows: Sequence[_Row], *, all_proofs: bool
) -> Iterator[tuple[PathStep, ...] | Refusal]:
    by_number = {row["state_id"]: row for row in rows}
    numbers = [record.fates.proof, *(record.fates.others if all_proofs else ())]
    for at, proof in enumerate(numbers):
        if record.steps:  # else nothing was left to prove
            yield _proof(record, at, proof, by_number)


def _proof(
    record: TheoremRecord, at: int, numbers: Sequence[int], rows: Mapping[int, _Row]
) -> tuple[PathStep, ...] | Refusal:
    steps = [rows[number] for number in numbers if number in rows]
    if reason := _fault(record, steps, len(numbers)):
        return Refusal(record.theorem, record.file, reason)
    return tuple(
        PathStep(
            state=row["state_before"],
            tactic=row["tactic"],
            theorem=record.theorem,
            depth=depth,
            file=record.file,
            language=record.language,
            proof=at,
            num_goals=row["state_before"].count("\n\n") + 1,
            source=record.search,
        )
        for depth, row in enumerate(_in_order(steps))
    )


def _fault(record: TheoremRecord, steps: Sequence[_Row], wanted: int) -> str:
    """Why nothing is to be learned from a proof, empty where it may be."""
    if not steps or len(steps) < wanted or not all(row["state_before"] for row in steps):
        return "not every step of its proof is on record"
    if not all(row["learnable"] for row in steps):
        return "it was judged where a program could have written its own verdict"
    language = _language(record.language)
    skipping = [row["tactic"] for row in steps if language is None or is_banned(row["tactic"], language)]
    if skipping:
        return f"`{skipping[0]}` proves nothing"
    return "" if len(list(_in_order(steps))) == len(steps) else "its steps do not hang together"


def _language(name: str) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)


def _in_order(steps: Sequence[_Row]) -> Iterator[_Row]:
    """As a script has them: a step, then the proof of each subgoal that it leaves, in order."""
    after: dict[int, list[_Row]] = defaultdict(list)
    for row in steps:
        after[row["parent_state_id"]].append(row)
    waiting = sorted(after[0], key=_turn, reverse=True)
    while waiting:
        row = waiting.pop()
        yield row
        waiting += sorted(after[row["state_id"]], key=_turn, reverse=True)


def _turn(row: _Row) -> tuple[int, int]:
    return (row["focus"], row["state_id"])
