"""Models that these tests make once, and llama.cpp's server where it can be had."""

import os
import shutil
from pathlib import Path

import pytest
from tests.tiny_model import make_causal, make_translating, write_gguf

KEPT = Path(__file__).parents[3] / ".llama" / "llama-server"


@pytest.fixture(scope="session")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal(tmp_path_factory.mktemp("causal"))


@pytest.fixture(scope="session")
def translating(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_translating(tmp_path_factory.mktemp("translating"))


@pytest.fixture(scope="session")
def weights(causal: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(causal, tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="session")
def llama_server() -> Path:
    named = os.environ.get("LLAMA_SERVER") or shutil.which("llama-server")
    found = Path(named) if named else KEPT
    if not found.is_file():
        pytest.skip("no llama-server: scripts/get-llama-server .llama fetches one")
    return found
