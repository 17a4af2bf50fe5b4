"""Two searches as a prover records them, in tables: one that finds a proof, one that does not."""

from typing import Any

from tests.unit.evaluation.records import found, sought

from holdfast.core.trajectories import Fates, SearchOrigin, TheoremRecord, TrajectoryRow
from holdfast.pipelines.trajectory_table import table_of

__all__ = ["ROWS", "origin", "row", "searches", "table"]


def origin(theorem: str, **more: Any) -> SearchOrigin:
    """Of the first search of a theorem."""
    given = {"proposer": "knn", "checker_tool": "toy", "checker_version": "1", "sandbox": "pure"}
    return SearchOrigin(
        search=f"{theorem}/1", theorem_name=theorem, file="a.v", language="rocq", **{**given, **more}
    )


def row(
    theorem: str, number: int, parent: int | None, tactic: str, verdict: str, **more: Any
) -> TrajectoryRow:
    """A step, or the root where there is no parent. Each takes 10 ms of the checker and 2 ms to propose."""
    depth = more.pop("depth", 0 if parent is None else 1)
    root = parent is None
    focus = more.pop("focus", -1 if root else 0)
    after = more.pop("after", "" if verdict == "proved" else f"after {number}")
    return TrajectoryRow(
        search=f"{theorem}/1",
        state_id=number,
        parent_state_id=parent,
        focus=focus,
        depth_from_root=depth,
        state_before=None if root else f"goal {focus} of {parent}",
        tactic=tactic,
        state_after=after if verdict in {"root", "advanced", "proved"} else None,
        verdict=verdict,  # type: ignore[arg-type]
        source="" if root else more.pop("source", "knn"),
        llm_log_prob=None if root else -1.0,
        cpu_s=None if root else 0.01,
        checker_ms=None if root else 10.0,
        proposer_ms=None if root else 2.0,
        **more,
    )


ROWS = (
    row("a", 0, None, "", "root", after="|- a"),
    row("a", 1, 0, "fail", "refused", reason="not_applicable", message="No."),
    row("a", 2, 0, "intro", "advanced"),
    row("a", 3, 2, "wrong", "refused", depth=2, reason="unknown_name"),
    row("a", 4, 2, "split", "advanced", depth=2),
    row("a", 5, 4, "auto", "proved", depth=3, source="automation"),
    row("a", 6, 4, "auto", "proved", depth=3, focus=1),
    row("a", 7, 0, "slow", "undecided", message="The checker died."),
)
"""The proof is 2, 4, then 5 and 6 for the two subgoals."""


def searches() -> list[tuple[SearchOrigin, list[TrajectoryRow], TheoremRecord]]:
    """A search that found `a`, and one that did not find `b`."""
    proved = found("a", 7)
    proof = {"fates": Fates(proof=(2, 4, 5, 6)), "steps": ("intro", "split", "auto", "auto")}
    in_vain = [row("b", 0, None, "", "root"), row("b", 1, 0, "fail", "refused", reason="syntax")]
    return [
        (origin("a"), list(ROWS), TheoremRecord.from_json({**proved.to_json(), **_plain(proof)})),
        (origin("b"), in_vain, sought("b", nodes=1, ended="exhausted")),
    ]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    fates = values["fates"]
    return {**values, "fates": {name: getattr(fates, name) for name in type(fates).__dataclass_fields__}}


def table() -> Any:
    """Their rows."""
    return table_of(searches())
