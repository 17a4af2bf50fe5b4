"""The example of the loop is one that can be run: its configuration holds, its theorems are there."""

import asyncio
from pathlib import Path

import pytest

from holdfast.apps.config import resolve
from holdfast.apps.iteration.config import IterateConfig
from holdfast.apps.iteration.lists import parted

_EXAMPLE = Path(__file__).parents[4] / "examples" / "learning_loop"


@pytest.mark.rocq
def test_the_example_has_theorems_enough() -> None:
    config = resolve(IterateConfig, _EXAMPLE / "loop.toml", {})
    learning, held_out = asyncio.run(parted(config))
    assert len(learning) + len(held_out) >= 300
    assert len(held_out) >= 100
    assert all(theorem.language == "rocq" for theorem in (*learning, *held_out))
