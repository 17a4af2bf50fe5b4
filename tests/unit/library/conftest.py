"""The data of others, where it is."""

from pathlib import Path

import pytest
from tests.hexagons_here import find_hexagons


@pytest.fixture(scope="session")
def hexagons() -> Path:
    """The folder of the Hexagons data."""
    return find_hexagons()
