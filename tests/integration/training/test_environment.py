"""The environment in `verifiers` itself, where that is installed: HOLDFAST_VERIFIERS names its python."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rocq_here import seed

HOLDFAST = Path(sys.executable).parent / "holdfast"
TEXT = """\
Axiom absurd : False.
Theorem sym : forall a b : nat, a = b -> b = a.
Proof. intros a b H. symmetry. exact H. Qed.
Theorem later : 2 = 2.
Proof. exact (sym 2 2 eq_refl). Qed.
"""
JUDGE = """\
import asyncio, json, sys
sys.path.insert(0, "env")
from holdfast_proofs.taskset import ProofTask, ProofTaskConfig, ProofTaskset, ProofTasksetConfig, _proof
config = ProofTasksetConfig(id="holdfast-proofs", task=ProofTaskConfig(holdfast=sys.argv[1]))
tasks = list(ProofTaskset(config))
answers = json.loads(sys.stdin.read())
print(json.dumps([asyncio.run(tasks[0]._holds(_proof(answer))) for answer in answers]))
"""
ANSWERS = {
    "```coq\nProof.\n  congruence.\nQed.\n```": True,
    "Surely:\n```\nintros; subst. reflexivity.\n```\n": True,
    "```coq\nintros a b H. discriminate.\n```": False,
    "```coq\nadmit.\n```": False,
    "```coq\nexact (False_ind _ absurd).\n```": False,
    "```coq\nAdmitted.\nTheorem other : True.\nProof. exact I.\n```": False,
    "```coq\nAbort.\nTheorem sym : True -> True.\nProof. auto.\n```": False,
    "I do not know": False,
    "": False,
}


# Not marked `rocq`: where that is required nothing may be skipped, and `verifiers` is nobody's dependency.
def test_answers_are_worth_what_the_audit_says(tmp_path: Path) -> None:
    python = os.environ.get("HOLDFAST_VERIFIERS")
    if not python or shutil.which("coqc") is None:
        pytest.skip("HOLDFAST_VERIFIERS names no python with verifiers: pip install verifiers somewhere")
    (tmp_path / "a.v").write_text(TEXT, encoding="utf-8")
    environment = os.environ | {"HOLDFAST_CACHE": seed(tmp_path / "cache")}
    export = [HOLDFAST, "export-environment", "--theorems", "a.v", "--output-dir", "env"]
    subprocess.run(export, cwd=tmp_path, env=environment, check=True, capture_output=True)
    judge = [python, "-c", JUDGE, str(HOLDFAST)]
    asked = json.dumps(list(ANSWERS))
    done = subprocess.run(
        judge, cwd=tmp_path, env=environment, input=asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == list(ANSWERS.values())
