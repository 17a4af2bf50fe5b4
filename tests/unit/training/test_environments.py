"""What is written for `verifiers`: whole packages, in which nothing of a theorem's proof is shown."""

import ast
import json
import tomllib

import pytest

from holdfast.checkers.rocq.holes import find_holes
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.training.environments import environment_files, make_task

TEXT = """\
Theorem first : 1 = 1.
Proof. reflexivity. Qed.
Theorem second : forall n : nat, n = n.
Proof.
  intros n. (* secret *) reflexivity.
Qed.
Theorem third : True.
Proof. exact I. Defined.
"""
SOURCE = Source("a.v", TEXT)


def test_a_package_holds_each_theorem_without_its_proof() -> None:
    tasks = [make_task(SOURCE, hole) for hole in find_holes(SOURCE, ["second", "third"])]
    files = environment_files("my-proofs", tasks)
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == "my-proofs"
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["my_proofs"]
    for name in ("my_proofs/__init__.py", "my_proofs/taskset.py"):
        ast.parse(files[name])
    second, third = map(json.loads, files["my_proofs/tasks.jsonl"].splitlines())
    assert "secret" not in second["prompt"]
    assert "forall n : nat, n = n" in second["prompt"]
    assert (second["id"], third["gold"]) == ("a.v:second", "exact I.")
    for task in (second, third):
        assert task["before"] + "\n" + task["gold"] + "\nQed." + task["after"] != TEXT
        assert TEXT.startswith(task["before"])
        assert TEXT.endswith(task["after"])


def test_a_long_file_is_shown_from_the_start_of_a_line_to_the_theorem() -> None:
    source = Source("a.v", "".join(f"Definition d{at} := {at}.\n" for at in range(2000)) + TEXT)
    (hole,) = find_holes(source, ["second"])
    prompt = make_task(source, hole).to_json()["prompt"]
    assert len(prompt) < 7000
    shown = prompt.partition("```coq\n")[2]
    assert shown.startswith("Definition d")
    assert "Theorem second : forall n : nat, n = n.\nProof.\n(* the proof *)" in shown


@pytest.mark.parametrize("name", ["", "My Proofs", "../up", "a/b", "1st", "import os"])
def test_a_name_that_is_no_package_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name of a package"):
        environment_files(name, [])
