"""The extension for VS Code builds, and asks for what the server announces."""

import subprocess
from pathlib import Path

import pytest
from tests.integration.lsp.editor import HOLDFAST

SCRIPT = Path(__file__).parents[3] / "scripts" / "check-vscode"
_SKIPPED = 77


@pytest.mark.slow
def test_the_extension_builds_and_its_tests_pass() -> None:
    done = subprocess.run([SCRIPT, HOLDFAST], capture_output=True, text=True, check=False)
    if done.returncode == _SKIPPED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
