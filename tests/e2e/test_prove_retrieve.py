"""`holdfast prove --retrieve`: theorems of libraries that nobody has learned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rocq_here import seed

pytestmark = pytest.mark.rocq

HOLDFAST = Path(sys.executable).parent / "holdfast"
TEXT = """\
From Coq Require Import List.

Theorem hole (A : Type) (xs : list A) : rev (rev xs) = xs.
Proof.
Admitted.
"""


def test_a_theorem_that_a_library_has_is_found_in_its_source(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(TEXT, encoding="utf-8")
    environment = os.environ | {"HOLDFAST_CACHE": seed(tmp_path / "cache")}
    command = [HOLDFAST, "prove", "a.v", "--learn", "0", "--budget", "2", "--json"]
    statuses, steps = [], []
    for more in ((), ("--retrieve", "16")):
        done = subprocess.run(
            [*command, *more], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        hole = json.loads(done.stdout.splitlines()[0])
        statuses.append(hole["status"])
        steps.append(hole["steps"])
    assert statuses == ["not_found", "proved"]
    assert any("rev_involutive" in step for step in steps[1])
