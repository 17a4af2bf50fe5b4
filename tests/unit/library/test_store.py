"""Versions of a library on disk: what is kept, who is respected, and what a crash leaves."""

from pathlib import Path

import pytest

from holdfast.core.errors import StorageError, UserError
from holdfast.library.entries import HAND, Edit, Tombstone
from holdfast.library.records import Candidate, Program, Refusal, Sources
from holdfast.library.store import Reader, StoreSettings, open_store

FOUNDATION = Sources("base", {"base/__init__.py": '__all__ = ["ring"]\n'})


def function(name: str, value: int = 1) -> str:
    text = f'    """Add.\n\n    >>> {name}(1)\n    {1 + value}\n    """\n'
    return f"def {name}(a: int) -> int:\n{text}    return a + {value}\n"


def candidate(name: str, value: int = 1, proposer: str = "motifs") -> Candidate:
    return Candidate(name, function(name, value), proposer, ("t2", "t1"), {}, 7)


def working(store: Path, name: str) -> Path:
    return store / "functions" / f"{name}.py"


def test_versions_and_their_functions_are_kept(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        first = store.publish([candidate("one"), candidate("two")], "round 1")
        store.publish([candidate("one", 2, "a model")], "round 2")
        assert first.version.functions.keys() == {"one", "two"}
    found = Reader(tmp_path)
    assert [each.change for each in found.versions()] == [
        ("round 1", "one by motifs", "two by motifs"),
        ("round 2", "one by a model anew"),
    ]
    now = found.entries()["one"]
    assert (now.proposer, now.support, now.gain) == ("a model", ("t1", "t2"), 7)
    assert now.tests == ("one(1)\n3",)
    assert now.parents == (first.version.functions["one"],)
    assert found.entries(found.version(1))["one"].source == function("one", 1)
    assert [each.source for each in found.lineage("one")] == [function("one", 2), function("one", 1)]
    assert "return a + 2" in found.sources(FOUNDATION).files["base_learned/functions.py"]
    assert working(tmp_path, "one").read_text("utf-8") == function("one", 2)
    assert found.version(0).functions == {}
    with pytest.raises(UserError, match="has no version 3: it has 0 to 2"):
        found.version(3)


def test_nothing_new_makes_no_version(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.publish([candidate("one")], "round 1")
        assert store.publish([], "round 2").version.number == 1
        assert store.prune({"absent": "it was never there"}).number == 1


def test_what_was_pruned_does_not_come_straight_back(tmp_path: Path) -> None:
    with open_store(tmp_path, StoreSettings(away=2)) as store:
        entry = store.publish([candidate("one"), candidate("two")], "round 1").version.functions["one"]
        store.prune({"one": "nobody calls it"})
        assert store.tombstones() == {"one": Tombstone("one", entry, "nobody calls it", 2)}
        assert not working(tmp_path, "one").exists()
        again = store.publish([candidate("one")], "round 2")
        assert again.refusals == (
            Refusal("one", "motifs", "pruned", "it left with version 2: nobody calls it"),
        )
        assert again.version.functions.keys() == {"two"}
        store.publish([candidate("three")], "round 3")
        assert "one" in store.publish([candidate("one")], "round 4").version.functions
        assert store.tombstones() == {}
        assert [each.rule for each in store.refusals()] == ["pruned"]


def test_usage_shares_the_blame_and_prunes(tmp_path: Path) -> None:
    with open_store(tmp_path, StoreSettings(least_uses=2, grace=1)) as store:
        store.publish([candidate("one"), candidate("two"), candidate("three")], "round 1")
        store.use("t1", Program("t1", ("one(1)", "two(one(2))")), ok=False)
        store.use("t1", Program("t1", ("one(1)",)), ok=True)
        store.use("t2", Program("t2", ("another(1)  # none",)), ok=False)
        used = store.usages()
        assert used.keys() == {"one", "two"}
        assert (used["one"].uses, used["one"].tasks, used["one"].success) == (2, 1, 0.75)
        assert used["two"].success == 0.5
        assert store.stale() == {}, "they are new"
        store.publish([candidate("four")], "round 2")
        assert store.stale().keys() == {"two", "three"}
        store.keep_edit(Edit("three", "changed", function("three", 9)))
        assert "three" not in store.stale(), "what people wrote is left alone"


def test_hand_edits_are_seen_and_never_overwritten(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.publish([candidate("one"), candidate("two"), candidate("three")], "round 1")
        assert store.edits() == []
        working(tmp_path, "one").write_text(function("one", 5), "utf-8")
        working(tmp_path, "own").write_text(function("own"), "utf-8")
        working(tmp_path, "two").unlink()
        assert [(each.name, each.kind) for each in store.edits()] == [
            ("one", "changed"),
            ("own", "added"),
            ("two", "removed"),
        ]
        pushed = store.publish([candidate("one", 2), candidate("four")], "round 2")
        assert [(each.candidate, each.rule) for each in pushed.refusals] == [("one", "by hand")]
        assert working(tmp_path, "one").read_text("utf-8") == function("one", 5)
        assert working(tmp_path, "one.proposed").read_text("utf-8") == function("one", 2)
        assert not working(tmp_path, "two").exists(), "what was removed does not come back by itself"
        for edit in store.edits():
            store.keep_edit(edit)
        assert store.edits() == []
        entries = store.entries()
        assert list(entries) == ["one", "three", "four", "own"]
        assert (entries["one"].proposer, entries["one"].support) == (HAND, ("t1", "t2"))
        assert store.tombstones()["two"].reason == "it was removed by hand"
        later = store.publish([candidate("one", 2)], "round 3")
        assert [each.rule for each in later.refusals] == ["by hand"], "it stays a hand's"


def test_a_crash_between_version_and_working_copy_is_no_edit(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.publish([candidate("one"), candidate("two")], "round 1")
        before = (tmp_path / "working.json").read_bytes()
        store.publish([candidate("one", 2), candidate("three")], "round 2")
        store.prune({"two": "nobody calls it"})
    # As if it had been killed before it wrote the working copy: all files are those of the first version.
    (tmp_path / "working.json").write_bytes(before)
    working(tmp_path, "one").write_text(function("one", 1), "utf-8")
    working(tmp_path, "two").write_text(function("two"), "utf-8")
    working(tmp_path, "three").unlink()
    with (tmp_path / "versions.jsonl").open("ab") as stream:
        stream.write(b'{"number": 4, "func')
    with open_store(tmp_path) as store:
        assert store.edits() == []
        assert working(tmp_path, "one").read_text("utf-8") == function("one", 2)
        assert working(tmp_path, "three").exists()
        assert not working(tmp_path, "two").exists()
        assert store.head().number == 3


def test_damage_is_told_and_one_writes_at_a_time(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        digest = store.publish([candidate("one")], "round 1").version.functions["one"]
        with pytest.raises(UserError, match="is being written by process"), open_store(tmp_path):
            pass
        with pytest.raises(UserError, match="is no name for a function"):
            store.publish([Candidate("../one", "x = 1", "a model", ())], "round 2")
    path = tmp_path / "objects" / f"{digest}.json"
    path.write_text(path.read_text("utf-8").replace("return a + 1", "return a + 2"), "utf-8")
    with pytest.raises(StorageError, match="is damaged"):
        Reader(tmp_path).entries()
    path.unlink()
    with pytest.raises(StorageError, match="is missing"):
        Reader(tmp_path).entries()
    assert Reader(tmp_path / "absent").head().number == 0
