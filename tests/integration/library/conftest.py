"""Where programs run."""

import pytest
from tests.sandbox_here import sandbox_here

from holdfast.runtime.sandbox.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """One that keeps them apart."""
    return sandbox_here()
