"""The Hexagons data set, where it is: it is not part of the project."""

import os
from pathlib import Path

import pytest

__all__ = ["find_hexagons"]

BESIDE = Path(__file__).parents[2] / "shared" / "hexagons"


def find_hexagons() -> Path:
    """The folder of the data; the test is skipped where there is none."""
    folder = Path(os.environ.get("HOLDFAST_HEXAGONS", BESIDE))
    if not (folder / "train.jsonl").is_file():
        pytest.skip("the Hexagons data is not here; HOLDFAST_HEXAGONS names its folder")
    return folder
