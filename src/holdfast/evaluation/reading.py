"""Runs that are compared and counted, wherever they are kept: results of `eval`, stores of trajectories."""

from pathlib import Path

from holdfast.evaluation.outcomes import Evaluation
from holdfast.evaluation.result_file import read_evaluation

__all__ = ["read_run"]


def read_run(path: Path) -> Evaluation:
    """A run. Raises UserError where the path holds none, StorageError where what it holds is damaged."""
    return read_evaluation(path)
