"""Shards: what one library teaches, in one file."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.models.sequents import goal, subgoals, taken, terms

from holdfast.core.goals import Goal
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.features import features
from holdfast.models.shards import SHARD_VERSION, Shard, ShardError

STREAM = [
    Declared("Lib.comm", "theorem", "forall n m : nat, n + m = m + n"),
    taken(" intros  n. ", goal("forall n : nat, n = n"), "one"),
    taken("-", goal("n = n", "n : nat"), "one"),
    taken("rewrite H", goal("n = m", "n m : nat", "H : n = m"), "one"),
    Declared("Lib.nat", "inductive", "Set"),
    taken("auto", goal("é = ∀", "é : nat"), "two"),
    Observed("two", Goal(()), "auto"),
]
items = st.one_of(
    st.builds(Declared, terms, st.sampled_from(["theorem", "inductive"]), terms),
    st.builds(taken, terms, subgoals.map(lambda one: Goal((one,))), st.sampled_from("ab")),
)


def same(one: Shard, other: Shard) -> bool:
    arrays = ("features", "lengths")
    plain = ("templates", "taught", "declared")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        and getattr(one, name).dtype == getattr(other, name).dtype
        for name in arrays
    )


def saved(shard: Shard, folder: Path) -> Path:
    path = folder / "library.shard"
    shard.save(path)
    return path


def test_a_shard_holds_moves_and_names_in_order() -> None:
    shard = Shard.from_stream(STREAM)
    assert [template.text for template in shard.templates] == ["intros n", "rewrite H", "auto"]
    assert [one.first for one in shard.taught] == [True, False, True]
    assert [item.name for item in shard.declared] == ["Lib.comm", "Lib.nat"]
    assert shard.lengths.sum() == len(shard.features)
    first = goal("forall n : nat, n = n").subgoals[0]
    assert shard.features[: shard.lengths[0]].tolist() == features(first).tolist()


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    for stream in (STREAM, []):
        shard = Shard.from_stream(stream)
        assert same(Shard.load(saved(shard, tmp_path)), shard)


@settings(max_examples=30)
@given(st.lists(items, max_size=5))
def test_anything_read_survives_the_disk(
    tmp_path_factory: pytest.TempPathFactory, stream: list[Observed]
) -> None:
    shard = Shard.from_stream(stream)
    assert same(Shard.load(saved(shard, tmp_path_factory.mktemp("shard"))), shard)


def test_the_same_stream_makes_the_same_file(tmp_path: Path) -> None:
    texts = [saved(Shard.from_stream(STREAM), tmp_path).read_bytes() for _ in range(2)]
    with zipfile.ZipFile(io.BytesIO(texts[0])) as one, zipfile.ZipFile(io.BytesIO(texts[1])) as other:
        assert [one.read(name) for name in one.namelist()] == [other.read(name) for name in other.namelist()]


@pytest.mark.parametrize("keep", [0, 1, 30, 200, -1])
def test_a_damaged_file_is_no_shard(tmp_path: Path, keep: int) -> None:
    path = saved(Shard.from_stream(STREAM), tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ShardError, match="library"):
        Shard.load(path)


@pytest.mark.parametrize("content", [b"not a shard", b"PK\x03\x04 neither", b"\x80\x04N."])
def test_another_kind_of_file_is_no_shard(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.shard"
    path.write_bytes(content)
    with pytest.raises(ShardError, match="not a shard"):
        Shard.load(path)


def rewritten(path: Path, **text: object) -> Path:
    """The same file with parts of its text replaced."""
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    changed = json.loads(kept["text"].tobytes()) | text
    kept["text"] = np.frombuffer(json.dumps(changed).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, **kept)
    return path


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = rewritten(saved(Shard.from_stream(STREAM), tmp_path), version=SHARD_VERSION - 1)
    with pytest.raises(ShardError, match=f"version {SHARD_VERSION - 1}, not {SHARD_VERSION}"):
        Shard.load(path)


@pytest.mark.parametrize(
    "text",
    [
        {"templates": [["a"]]},
        {"taught": None},
        {"declared": [["a"]]},
        {"taught": [[1]]},
        {"templates": [], "taught": []},
    ],
)
def test_other_content_is_refused(tmp_path: Path, text: dict[str, object]) -> None:
    path = rewritten(saved(Shard.from_stream(STREAM), tmp_path), **text)
    with pytest.raises(ShardError, match="not a shard"):
        Shard.load(path)


def test_a_missing_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Shard.load(tmp_path / "library.shard")


def test_a_shard_executes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "library.shard"
    with path.open("wb") as file:
        np.savez(file, text=np.array([print], dtype=object), features=np.empty(0))
    with pytest.raises(ShardError, match="not a shard"):
        Shard.load(path)
