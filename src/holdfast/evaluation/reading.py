"""Runs that are compared and counted, wherever they are kept: results of `eval`, stores of trajectories."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from holdfast.core.errors import UserError
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.gathering import about_stores
from holdfast.evaluation.outcomes import Evaluation, Limit, Tried
from holdfast.evaluation.result_file import read_evaluation
from holdfast.pipelines.trajectory_files import is_store
from holdfast.pipelines.trajectory_store import read_rows, read_theorems, stored_config

__all__ = ["read_run"]


def read_run(path: Path) -> Evaluation:
    """A run from a result of `eval`, from a store of trajectories, or from burn-qed's files of either.

    Of a store, the theorems that it has a result of are the list; the budget is the one that it was made
    under. Raises UserError where the path holds no run, StorageError where what it holds is damaged.
    """
    if path.is_dir() or path.suffix == ".parquet":
        return _of_store(path) if is_store(path) else _of_seed(path)
    return read_evaluation(path)


def _of_store(path: Path) -> Evaluation:
    records = read_theorems([path])
    config = stored_config(path)
    listed = config.get("theorems")
    wanted = listed.get("count") if isinstance(listed, Mapping) else None
    limits = tuple(_limits(config))
    return Evaluation(
        source=str(path),
        tried=tuple(
            Tried(theorem=each.theorem, file=each.file, statement=each.statement, searches=(each,))
            for each in records
        ),
        limits=limits,
        given=limits,
        about={**_about(config), **about_stores([path])},
        complete=wanted in {None, len(records)},
    )


def _prover(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """How was searched: a table of its own beside the list of theorems, or the whole configuration."""
    prover = config.get("prover", config)
    return prover if isinstance(prover, Mapping) else {}


def _limits(config: Mapping[str, Any]) -> Iterator[Limit]:
    prover = _prover(config)
    if isinstance(steps := prover.get("nodes"), int):
        yield Limit("steps", steps)
    if isinstance(seconds := prover.get("budget_s"), int | float):
        yield Limit("cpu_s", float(seconds))


def _about(config: Mapping[str, Any]) -> dict[str, str]:
    prover = _prover(config)
    return {name: str(prover.get(name) or "") for name in ("proposer", "model", "value", "seed")}


def _of_seed(path: Path) -> Evaluation:
    """A file of burn-qed knows which theorems it has a proof of, and how many steps stand in it."""
    rows = read_rows([path], ["theorem_name", "is_proof_complete"]).to_pylist()
    proved: dict[str, bool] = {}
    steps: dict[str, int] = {}
    for row in rows:
        name = row["theorem_name"]
        proved[name] = proved.get(name, False) or bool(row["is_proof_complete"])
        steps[name] = steps.get(name, 0) + 1
    if not proved:
        raise UserError(f"{path} is no run: it tells of no theorem")
    records = (
        TheoremRecord(
            search=name,
            theorem=name,
            file="",
            language="",
            status="proved" if done else "not_found",
            nodes=steps[name],
        )
        for name, done in proved.items()
    )
    tried = tuple(Tried(theorem=record.theorem, searches=(record,)) for record in records)
    return Evaluation(source=str(path), tried=tried, audited=False)
