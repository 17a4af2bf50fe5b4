"""Pairs of a goal and the step that an audited proof takes there: what policies are trained on.

A theorem is refused whole where a step of it skips its goal (`sorry`, `admit`, ...), because what stands
beside such a step proves nothing either.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.core.errors import UserError
from holdfast.models.extract import is_banned
from holdfast.models.prompts import LANGUAGES, Language
from holdfast.pipelines.trajectory_store import read_rows

__all__ = ["Pair", "PairSet", "Tainted", "is_held_out", "read_pairs"]

_FROM_STORE = ("theorem_name", "file", "state_before", "tactic", "depth_from_root", "label", "learnable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One step of a proof."""

    theorem: str
    state: str
    """The goal that the step was taken at, as text."""
    tactic: str
    depth: int
    """Steps before it, 0 for the first."""
    file: str = ""
    """Where the theorem stands, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Tainted:
    """A theorem that was refused."""

    file: str
    theorem: str
    pairs: int
    reason: str


@dataclass(frozen=True, slots=True)
class PairSet:
    """What may be trained on, and what may not."""

    pairs: tuple[Pair, ...]
    """In the order in which they were read, each state with each tactic once."""
    tainted: tuple[Tainted, ...] = ()

    def split(self, share: float) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
        """Pairs to train on and pairs to measure on; no theorem has pairs in both."""
        kept = tuple(pair for pair in self.pairs if not is_held_out(pair.theorem, share))
        return kept, tuple(pair for pair in self.pairs if is_held_out(pair.theorem, share))


def is_held_out(theorem: str, share: float) -> bool:
    """Whether a theorem belongs to the `share` (0 to 1) that nothing is trained on; by its name alone."""
    digest = hashlib.sha256(f"split:{theorem}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2.0**64


class _Line(BaseModel):
    """A line of a file of pairs; what else stands there is of no use here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theorem: str
    state: str
    tactic: str
    depth: int = Field(ge=0)
    file: str = ""


@dataclass(slots=True)
class _Theorem:
    pairs: list[Pair] = field(default_factory=list)
    reason: str = ""


def read_pairs(
    files: Iterable[Path], *, language: Language, skip_bad: Callable[[str], None] | None = None
) -> PairSet:
    """The pairs of JSON lines, and those of audited proofs in stores of trajectories (`.parquet`).

    Of a store only steps count that are positive and may be learned from. Raises UserError where a file holds
    no pairs, StorageError where a store is damaged and nobody is to be told (`skip_bad`).
    """
    theorems: dict[tuple[str, str], _Theorem] = defaultdict(_Theorem)
    for file in files:
        found = _of_store(file, skip_bad) if file.name.endswith(".parquet") else _of_lines(file)
        for pair in found:
            theorem = theorems[pair.file, pair.theorem]
            theorem.pairs.append(pair)
            if is_banned(pair.tactic, language):
                theorem.reason = f"`{pair.tactic}` proves nothing"
    return _sorted_out(theorems)


def _sorted_out(theorems: Mapping[tuple[str, str], _Theorem]) -> PairSet:
    pairs: dict[tuple[str, str, str], Pair] = {}
    tainted = []
    for (file, name), theorem in theorems.items():
        if theorem.reason:
            tainted.append(Tainted(file, name, len(theorem.pairs), theorem.reason))
            continue
        for pair in theorem.pairs:
            pairs.setdefault((pair.theorem, pair.state, pair.tactic), pair)
    return PairSet(tuple(pairs.values()), tuple(tainted))


def _of_lines(file: Path) -> Iterator[Pair]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the pairs of {file}: {error}") from error
    for number, text in enumerate(lines, start=1):
        if text.strip():
            yield _pair(text, file, number)


def _pair(text: str, file: Path, number: int) -> Pair:
    try:
        line = _Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise UserError(
            f"{file}:{number}: {place}: {first['msg'].lower()}; a pair has state, tactic, theorem and depth"
        ) from error
    return Pair(**line.model_dump())


def _of_store(path: Path, skip_bad: Callable[[str], None] | None) -> Iterator[Pair]:
    table = read_rows([path], _FROM_STORE, skip_bad=skip_bad)
    rows: Sequence[Mapping[str, Any]] = table.to_pylist()
    for row in rows:
        # Files of burn-qed do not say whether they may be learned from: whoever names them vouches for them.
        if row["label"] == "positive" and row["learnable"] is not False and row["state_before"]:
            yield Pair(
                theorem=row["theorem_name"],
                state=row["state_before"],
                tactic=row["tactic"],
                depth=row["depth_from_root"] - 1,
                file=row["file"] or "",
            )


def language_named(name: str) -> Language:
    """The language called `name`. Raises UserError."""
    for language in LANGUAGES:
        if language == name:
            return language
    raise UserError(f"there is no language {name}: there are {', '.join(LANGUAGES)}")
