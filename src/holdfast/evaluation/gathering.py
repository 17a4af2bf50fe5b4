"""Evaluations from stores of trajectories: one for each attempt at a list of theorems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.outcomes import Evaluation, Key, Limit, Tried
from holdfast.pipelines.trajectory_store import read_rows, read_theorems

__all__ = ["Asked", "about_stores", "gather"]

_IDENTITY = ("language", "checker_tool", "checker_version", "checker_libraries", "sandbox")


@dataclass(frozen=True, slots=True)
class Asked:
    """A theorem of the list."""

    file: str
    theorem: str
    statement: str = ""

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return self.file, self.theorem


def gather(
    source: Path,
    asked: Sequence[Asked],
    stores: Sequence[Path],
    *,
    limits: Sequence[Limit],
    given: Sequence[Limit] = (),
    attempts: int,
    every_attempt: bool = False,
    about: Mapping[str, str],
) -> Evaluation:
    """What the stores say of the theorems that were asked for.

    Args:
        source: where the evaluation is kept.
        asked: the list, which is the denominator.
        stores: one for each attempt that was begun, in order.
        limits: the budgets that are asked about.
        given: what each search could use at most.
        attempts: how many there were to be.
        every_attempt: whether attempts go on after the first that succeeds.
        about: who proposed, and what else decides the results.
    """
    found = [{record.key: record for record in read_theorems([store])} for store in stores]
    tried = tuple(
        Tried(
            theorem=each.theorem,
            file=each.file,
            statement=each.statement,
            searches=_searches(each.key, found),
        )
        for each in asked
    )
    return Evaluation(
        source=str(source),
        tried=tried,
        limits=tuple(limits),
        given=tuple(given),
        attempts=attempts,
        every_attempt=every_attempt,
        about={**about, **about_stores(stores)},
        complete=all(_is_done(each, attempts, every_attempt=every_attempt) for each in tried),
    )


def _searches(key: Key, found: Sequence[Mapping[Key, TheoremRecord]]) -> tuple[TheoremRecord, ...]:
    numbered = ((number, records.get(key)) for number, records in enumerate(found, start=1))
    return tuple(replace(record, attempt=number) for number, record in numbered if record is not None)


def _is_done(tried: Tried, attempts: int, *, every_attempt: bool) -> bool:
    return len(tried.searches) >= attempts or (tried.solved() and not every_attempt)


def about_stores(stores: Sequence[Path]) -> dict[str, str]:
    """Who judged, in which language and sandbox; several of them stand side by side."""
    told: dict[str, set[str]] = {"language": set(), "checker": set(), "sandbox": set()}
    rows = read_rows(stores, _IDENTITY).group_by(list(_IDENTITY)).aggregate([]).to_pylist()
    for row in rows:
        if row["checker_tool"]:
            libraries = f" ({row['checker_libraries'][:12]})" if row["checker_libraries"] else ""
            told["checker"].add(f"{row['checker_tool']} {row['checker_version']}{libraries}")
            told["language"].add(row["language"])
            told["sandbox"].add(row["sandbox"])
    return {name: ", ".join(sorted(values)) for name, values in told.items()}
