"""Commands in tests keep what they keep in a folder of ours, in which the sandbox is known to hold."""

from collections.abc import Iterator

import pytest
from tests.rocq_here import seed


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trying every attack takes longer than a test does, and nothing of the user's is read or written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOLDFAST_CACHE", seed(tmp_path_factory.mktemp("cache")))
        yield
