"""Lists of theorems, in all the forms that they are written in."""

import json
from pathlib import Path

import pytest

from holdfast.core.errors import UserError
from holdfast.pipelines.theorems import by_source, read_theorems_list

ROCQ = """\
Lemma one : True.
Proof. exact I. Qed.
Module M.
Lemma one : True.
Proof. exact I. Qed.
End M.
Definition two : nat := 2.
Lemma three : nat.
Proof. exact 3. Defined.
Theorem   open  (n : nat) :
  n = n.
Admitted.
"""
LEAN = "theorem a : True := trivial\n\ntheorem b (n : Nat) : n = n := by\n  sorry\n"
PYTHON = "def done(x):\n    return x\n\ndef todo(x):\n    '''Double x.\n\n    >>> todo(2)\n    4\n    '''\n"


def names(path: Path) -> list[str]:
    return [theorem.name for theorem in read_theorems_list(path)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name, text in (("a.v", ROCQ), ("sub/b.lean", LEAN), ("sub/c.py", PYTHON + "    ...\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def listed(folder: Path, *entries: object, name: str = "list.json", **above: object) -> Path:
    path = folder / name
    path.write_text(json.dumps({"theorems": entries, **above}), encoding="utf-8")
    return path


def test_every_theorem_of_a_file_is_a_target(folder: Path) -> None:
    found = read_theorems_list(folder / "a.v")
    assert [theorem.name for theorem in found] == ["one", "M.one", "open"]
    assert found[2].statement == "Theorem open (n : nat) : n = n."
    assert found[0].source.text == ROCQ
    assert names(folder / "sub" / "b.lean") == ["a", "b"]
    assert names(folder / "sub" / "c.py") == ["todo"]


def test_a_folder_is_all_its_files(folder: Path) -> None:
    found = read_theorems_list(folder)
    assert [theorem.name for theorem in found] == ["one", "M.one", "open", "a", "b", "todo"]
    assert [(task.language, len(task.names)) for task in by_source(found)] == [
        ("rocq", 3),
        ("lean", 2),
        ("python", 1),
    ]


def test_statements_stand_alone_behind_what_goes_before_them(folder: Path) -> None:
    path = listed(
        folder,
        {"name": "t", "statement": "∀ n : Nat, n = n", "file_path": "Mathlib/Far.lean", "line_number": 3},
        {"name": "s", "statement": "n m : Nat\nh : n = m\n⊢ m = n"},
        {"name": "r", "statement": "forall n : nat, n = n", "language": "rocq", "imports": ["Arith"]},
        preamble="open Nat",
        imports=["Mathlib"],
    )
    t, s, r = read_theorems_list(path)
    assert t.source.text == "import Mathlib\nopen Nat\ntheorem t : ∀ n : Nat, n = n := by\n  sorry\n"
    assert "theorem s : ∀ (n m : Nat), ∀ (h : n = m), m = n := by" in s.source.text
    assert "Require Import Arith.\n" in r.source.text
    assert "Theorem r : forall n : nat, n = n.\nAdmitted.\n" in r.source.text
    assert (r.path.suffix, r.language, t.language) == (".v", "rocq", "lean")
    assert len({theorem.source.name for theorem in (t, s, r)}) == 3
    (plain,) = read_theorems_list(
        listed(folder, {"name": "p", "statement": "True"}), language="rocq", imports=["List", "Arith"]
    )
    assert plain.source.text.startswith("Require Import List.\nRequire Import Arith.\n")


def test_entries_may_name_theorems_of_files_and_of_libraries(folder: Path) -> None:
    path = listed(folder, {"name": "open", "file": "a.v"}, {"library": "Some.Lib"}, {"file": "sub/b.lean"})
    found = read_theorems_list(path, find_library=lambda name: folder / "a.v")
    assert [(theorem.source.name, theorem.name) for theorem in found] == [
        (str(folder / "a.v"), "open"),
        *(("Some.Lib", name) for name in ("one", "M.one", "open")),
        *((str(folder / "sub/b.lean"), name) for name in "ab"),
    ]
    lines = folder / "list.jsonl"
    lines.write_text('{"name": "open", "file": "a.v"}\n\n{"name": "open", "file": "a.v"}\n', encoding="utf-8")
    assert names(lines) == ["open"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "is not JSON"),
        ("{}", 'it has no "theorems"'),
        ('{"theorems": []}', "no theorem to search"),
        ('{"theorems": [3]}', "entry 1 makes no sense"),
        ('{"theorems": [{"name": "x"}]}', "entry 1 needs a name with a statement, a file or a library"),
        ('{"theorems": [{"name": ["x"], "file": "a.v"}]}', "entry 1 makes no sense"),
        ('{"theorems": [{"name": "nowhere", "file": "a.v"}]}', "nowhere"),
        ('{"theorems": [{"name": "x", "file": "no.v"}]}', "No such file"),
        ('{"theorems": [{"library": "Coq.Lists.List"}]}', "only installed Rocq has those"),
        ('{"theorems": [{"name": "x", "statement": "s", "language": "python"}]}', "needs a file"),
    ],
)
def test_mistakes_are_the_users(folder: Path, content: str, sentence: str) -> None:
    path = folder / "list.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=sentence):
        read_theorems_list(path)


def test_other_places_are_no_lists(folder: Path) -> None:
    for path in (folder / "x.txt", folder / "no.v", folder / "no.json"):
        with pytest.raises(UserError):
            read_theorems_list(path)
    (folder / "bad.v").write_bytes(b"Lemma \xff : True.")
    with pytest.raises(UserError, match="not UTF-8"):
        read_theorems_list(folder / "bad.v")
