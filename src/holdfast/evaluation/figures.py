"""What trajectories come to in numbers: counts, shape of the search, and where the time went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.evaluation.database import Database

__all__ = ["Counts", "DepthFigures", "Figures", "PartFigures", "SourceFigures", "figures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The five counts of burn-qed's `summary`, by its names; rows with no such label are the rest."""

    total_records: int
    positive: int
    negative: int
    unique_theorems: int
    proved_theorems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthFigures:
    """The goals that search worked on at one depth."""

    depth: int
    goals: int
    """Goals at which at least one step was tried."""
    tried: int
    """Steps tried there."""
    held: int
    """Those that hold."""
    positive: int
    """Those on an audited proof."""

    @property
    def branching(self) -> float:
        """Steps that hold, for each goal."""
        return self.held / self.goals


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """The steps of one proposer."""

    source: str
    tried: int
    held: int
    positive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFigures:
    """The time by the clock that one part took; quantiles are of the steps that waited for it."""

    part: str
    """`proposer`, `checker`, `value`, or `overhead` for all else."""
    total_s: float
    p50_ms: float | None = None
    """None where single steps are not timed."""
    p95_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of it."""

    counts: Counts
    statuses: Mapping[str, int]
    """How many searches ended how."""
    verdicts: Mapping[str, int]
    refusals: Mapping[str, int]
    """Refused steps by reason, the commonest first."""
    depths: Sequence[DepthFigures]
    sources: Sequence[SourceFigures]
    parts: Sequence[PartFigures]
    wall_s: float
    """Of all searches together; those that ran side by side each count."""
    cpu_s: float
    tokens: int
    lengths: Mapping[int, int]
    """How many audited proofs have how many steps."""
    found_nodes: Sequence[float]
    """The least budgets of steps that find the audited proofs, rising."""
    found_cpu_s: Sequence[float]
    """The same in CPU seconds."""


_COUNTS = """
SELECT count(*), count(*) FILTER (label = 'positive'), count(*) FILTER (label = 'negative'),
  (SELECT count(*) FROM (SELECT coalesce(file, ''), theorem_name FROM trajectories
                         UNION SELECT file, theorem FROM theorems)),
  (SELECT count(*) FROM (SELECT coalesce(file, ''), theorem_name FROM trajectories WHERE is_proof_complete
                         UNION SELECT file, theorem FROM theorems WHERE status = 'proved'))
FROM trajectories
"""

# A step that is an example of a goal at depth d leaves a state at depth d + 1.
_DEPTHS = """
SELECT depth_from_root - 1 AS depth,
  count(DISTINCT (search, file, parent_state_id, focus)), count(*),
  count(*) FILTER (verdict IN ('advanced', 'proved')), count(*) FILTER (label = 'positive')
FROM trajectories WHERE parent_state_id IS NOT NULL AND depth_from_root > 0 AND coalesce(proposed, true)
GROUP BY depth ORDER BY depth
"""

_SOURCES = """
SELECT coalesce(nullif(source, ''), '?') AS name, count(*) AS tried,
  count(*) FILTER (verdict IN ('advanced', 'proved')), count(*) FILTER (label = 'positive')
FROM trajectories WHERE parent_state_id IS NOT NULL AND coalesce(proposed, true)
GROUP BY name ORDER BY tried DESC, name
"""

_SPENT = """
SELECT coalesce(sum(wall_s), 0), coalesce(sum(cpu_s), 0), coalesce(sum(tokens), 0)::BIGINT FROM theorems
"""

_PART = """
SELECT coalesce(sum({0}), 0) / 1000,
  quantile_cont({0}, 0.5), quantile_cont({0}, 0.95), quantile_cont({0}, 0.99)
FROM trajectories WHERE {0} > 0
"""


def figures(database: Database) -> Figures:
    """The figures of what a database holds."""
    total, positive, negative, theorems, proved = database.ask(_COUNTS).rows[0]
    wall_s, cpu_s, tokens = database.ask(_SPENT).rows[0]
    return Figures(
        counts=Counts(
            total_records=total,
            positive=positive,
            negative=negative,
            unique_theorems=theorems,
            proved_theorems=proved,
        ),
        statuses=_counted(
            database, "SELECT status, count(*) AS n FROM theorems GROUP BY 1 ORDER BY n DESC, 1"
        ),
        verdicts=_counted(
            database, "SELECT verdict, count(*) AS n FROM trajectories GROUP BY 1 ORDER BY n DESC, 1"
        ),
        refusals=_counted(
            database,
            "SELECT reason, count(*) AS n FROM trajectories WHERE verdict = 'refused'"
            " GROUP BY 1 ORDER BY n DESC, 1",
        ),
        depths=_depths(database),
        sources=_sources(database),
        parts=_parts(database, wall_s),
        wall_s=wall_s,
        cpu_s=cpu_s,
        tokens=tokens,
        lengths=_lengths(database),
        found_nodes=_found(database, "found_nodes"),
        found_cpu_s=_found(database, "found_cpu_s"),
    )


def _counted(database: Database, sql: str) -> dict[str, int]:
    return {str(name or "?"): count for name, count in database.ask(sql).rows}


def _depths(database: Database) -> list[DepthFigures]:
    return [
        DepthFigures(depth=depth, goals=goals, tried=tried, held=held, positive=positive)
        for depth, goals, tried, held, positive in database.ask(_DEPTHS).rows
    ]


def _sources(database: Database) -> list[SourceFigures]:
    return [
        SourceFigures(source=name, tried=tried, held=held, positive=positive)
        for name, tried, held, positive in database.ask(_SOURCES).rows
    ]


def _parts(database: Database, wall_s: float) -> list[PartFigures]:
    """Nothing where no clock was read, as in files of burn-qed."""
    parts = []
    for part in ("proposer", "checker", "value"):
        total_s, p50, p95, p99 = database.ask(_PART.format(f"{part}_ms")).rows[0]
        if p50 is not None:
            parts.append(PartFigures(part=part, total_s=total_s, p50_ms=p50, p95_ms=p95, p99_ms=p99))
    rest = wall_s - sum(part.total_s for part in parts)
    return [*parts, PartFigures(part="overhead", total_s=max(0.0, rest))] if parts else []


def _lengths(database: Database) -> dict[int, int]:
    sql = "SELECT len(steps), count(*) FROM theorems WHERE status = 'proved' GROUP BY 1 ORDER BY 1"
    return dict(database.ask(sql).rows)


def _found(database: Database, column: str) -> list[float]:
    sql = f"SELECT {column} FROM theorems WHERE status = 'proved' AND {column} IS NOT NULL ORDER BY 1"  # noqa: S608
    return [row[0] for row in database.ask(sql).rows]
