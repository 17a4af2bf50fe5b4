"""Evaluations as JSON: ours, which readers of burn-qed's two shapes can read too, and theirs.

What those shapes cannot say stands under keys of our own; `searches` has every search with its proof, and
is all that is read back. All else in the file is derived from it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from holdfast.core.errors import UserError
from holdfast.core.trajectories import TheoremRecord, TheoremStatus
from holdfast.evaluation.outcomes import Evaluation, Limit, Tried, Unit, standings, status_counts, typical

__all__ = ["SCHEMA_VERSION", "read_evaluation", "to_json"]

SCHEMA_VERSION = 1

_WHY_NOT = {
    "proved": "audit_refused",
    "budget": "budget_exhausted",
    "exhausted": "frontier_exhausted",
    "undecided": "error",
    "": "error",
}
"""Our words for the end of a search, in those of the older shapes."""


def to_json(evaluation: Evaluation, *, timestamp: str, version: str) -> dict[str, Any]:
    """The file's content. Raises ValueError for an evaluation without theorems or budgets.

    Args:
        evaluation: what is told.
        timestamp: when it ended, as RFC 3339 has it.
        version: of the program.
    """
    standing = standings(evaluation)[-1]
    steps = [limit.amount for limit in evaluation.limits if limit.unit == "steps"]
    head = {
        "iteration": None,
        "timestamp": timestamp,
        "git_commit": f"holdfast {version}",
        "llm_path": evaluation.about.get("model", ""),
        "ebm_path": evaluation.about.get("value") or None,
        "benchmark": evaluation.about.get("theorems", ""),
        "total_theorems": len(evaluation.tried),
        "max_rounds": max(steps, default=None),
    }
    last = _told(evaluation.tried, standing.limit)
    budgets = [
        {
            "budget": each.limit.amount,
            "unit": each.limit.unit,
            "interval": [each.interval.low, each.interval.high],
            "cut_short": each.cut_short,
            "pass_at_k": {str(k): chance for k, chance in each.pass_at.items()},
            **_told(evaluation.tried, each.limit),
        }
        for each in standings(evaluation)
    ]
    return {
        **head,
        **last,
        "budget_results": budgets,
        **_cumulative(evaluation),
        "holdfast": _own(evaluation),
    }


def _cumulative(evaluation: Evaluation) -> dict[str, Any]:
    solved = sum(each.solved() for each in evaluation.tried)
    return {"cumulative_solved": solved, "cumulative_rate": solved / len(evaluation.tried)}


def _told(tried: Sequence[Tried], limit: Limit) -> dict[str, Any]:
    per_theorem = [_line(each, limit) for each in tried]
    nodes, _ = typical([line["nodes_used"] for line in per_theorem])
    mean_s, median_s = typical([line["time_secs"] for line in per_theorem])
    solved = sum(line["proved"] for line in per_theorem)
    return {
        "solved": solved,
        "total": len(tried),
        "rate": solved / len(tried),
        "avg_nodes": nodes,
        "avg_time_secs": mean_s,
        "median_time_secs": median_s,
        "per_theorem": per_theorem,
    }


def _line(tried: Tried, limit: Limit) -> dict[str, Any]:
    """What the older shapes say of a theorem. No clock was read at a budget: time is shared out by use."""
    spent = sum(record.nodes if limit.unit == "steps" else record.cpu_s for record in tried.searches)
    share = tried.used(limit) / spent if spent else 1.0
    solved = tried.solved(limit)
    return {
        "name": tried.theorem,
        "proved": solved,
        "nodes_used": round(share * sum(record.nodes for record in tried.searches)),
        "time_secs": share * sum(record.wall_s for record in tried.searches),
        "failure_reason": "proved" if solved else _why_not(tried),
    }


def _why_not(tried: Tried) -> str:
    if tried.status == "proved":
        return "budget_exhausted"
    last = tried.searches[-1] if tried.searches else None
    return "error" if last is None or last.status == "error" else _WHY_NOT.get(last.ended, "error")


def _own(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "limits": [asdict(limit) for limit in evaluation.limits],
        "given": [asdict(limit) for limit in evaluation.given],
        "attempts": evaluation.attempts,
        "every_attempt": evaluation.every_attempt,
        "complete": evaluation.complete,
        "about": dict(evaluation.about),
        "statuses": status_counts(evaluation.tried),
        "theorems": [
            {"theorem": each.theorem, "file": each.file, "statement": each.statement}
            for each in evaluation.tried
        ],
        "searches": [record.to_json() for each in evaluation.tried for record in each.searches],
    }


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Theorem(_Stored):
    theorem: str
    file: str
    statement: str


class _Limit(_Stored):
    unit: Unit
    amount: float

    def limit(self) -> Limit:
        return Limit(self.unit, self.amount)


class _Own(_Stored):
    schema_version: int
    limits: tuple[_Limit, ...]
    given: tuple[_Limit, ...] = ()
    attempts: int
    every_attempt: bool
    complete: bool
    about: dict[str, str]
    theorems: tuple[_Theorem, ...]
    searches: tuple[dict[str, Any], ...]


class _Line(_Stored):
    name: str
    proved: bool
    nodes_used: int = 0
    time_secs: float = 0.0
    failure_reason: str = ""


class _AtBudget(_Stored):
    budget: float
    per_theorem: tuple[_Line, ...]


class _Foreign(_Stored):
    """Both older shapes: one budget with its theorems, or one after the other."""

    max_rounds: float | None = None
    per_theorem: tuple[_Line, ...] = ()
    budget_results: tuple[_AtBudget, ...] = ()
    llm_path: str = ""
    ebm_path: str | None = None
    benchmark: str = ""


def read_evaluation(path: Path) -> Evaluation:
    """An evaluation from a file of ours or of burn-qed. Raises UserError for anything else."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{path} is no result of an evaluation: {error}") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} is no result of an evaluation: it is not an object")
    try:
        own = data.get("holdfast")
        return _from_foreign(path, data) if own is None else _from_own(path, own)
    except (ValidationError, KeyError, TypeError) as error:
        said = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, said["loc"])) + ": " + said["msg"] if said else repr(error)
        raise UserError(f"{path} is no result of an evaluation that can be read: {where}") from error


def _from_own(path: Path, data: Mapping[str, Any]) -> Evaluation:
    own = _Own.model_validate(data)
    if own.schema_version > SCHEMA_VERSION:
        raise UserError(f"{path} was written by a newer version: read it with that version, or evaluate anew")
    records = [TheoremRecord.from_json(each) for each in own.searches]
    by_key: dict[tuple[str, str], list[TheoremRecord]] = {}
    for record in sorted(records, key=lambda record: record.attempt):
        by_key.setdefault(record.key, []).append(record)
    tried = tuple(
        Tried(
            theorem=each.theorem,
            file=each.file,
            statement=each.statement,
            searches=tuple(by_key.get((each.file, each.theorem), ())),
        )
        for each in own.theorems
    )
    return Evaluation(
        source=str(path),
        tried=tried,
        limits=tuple(each.limit() for each in own.limits),
        given=tuple(each.limit() for each in own.given),
        attempts=own.attempts,
        every_attempt=own.every_attempt,
        about=own.about,
        complete=own.complete,
    )


def _from_foreign(path: Path, data: Mapping[str, Any]) -> Evaluation:
    """Budgets that were searched one by one, put together: the least that proves a theorem has found it."""
    foreign = _Foreign.model_validate(data)
    runs = sorted(foreign.budget_results, key=lambda run: run.budget)
    if not runs and foreign.per_theorem:
        most = max((line.nodes_used for line in foreign.per_theorem), default=0)
        runs = [_AtBudget(budget=foreign.max_rounds or most, per_theorem=foreign.per_theorem)]
    if not runs:
        raise UserError(f"{path} is no result of an evaluation: it tells of no theorem")
    lines: dict[str, list[tuple[float, _Line]]] = {}
    for run in runs:
        for line in run.per_theorem:
            lines.setdefault(line.name, []).append((run.budget, line))
    about = {"model": foreign.llm_path, "value": foreign.ebm_path or "", "theorems": foreign.benchmark}
    return Evaluation(
        source=str(path),
        tried=tuple(_foreign_theorem(name, told) for name, told in lines.items()),
        limits=tuple(Limit("steps", run.budget) for run in runs),
        about=about,
        audited=False,
    )


def _foreign_theorem(name: str, told: Sequence[tuple[float, _Line]]) -> Tried:
    first = next(((budget, line) for budget, line in told if line.proved), None)
    budget, line = first or told[-1]
    failed: TheoremStatus = "error" if line.failure_reason == "error" else "not_found"
    record = TheoremRecord(
        search=name,
        theorem=name,
        file="",
        language="",
        status="proved" if line.proved else failed,
        reason="" if line.proved else line.failure_reason,
        wall_s=line.time_secs,
        nodes=line.nodes_used,
        # A step can be taken beyond the budget, and some count completions: the budget bounds it.
        found_nodes=min(line.nodes_used, int(budget)) if line.proved else None,
    )
    return Tried(theorem=name, searches=(record,))
