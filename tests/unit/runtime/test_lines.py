"""Lines on disk: whole or not at all."""

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import StorageError
from holdfast.runtime.lines import JsonLineFile, encode_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.dictionaries(st.text(), VALUES, max_size=4)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A real limit of the system: a write beyond `size` bytes is cut short, the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@given(RECORDS)
def test_a_record_is_one_line_of_utf8_and_comes_back(record: dict[str, object]) -> None:
    line = encode_line(record)
    assert line.index(b"\n") == len(line) - 1
    assert json.loads(line.decode("utf-8")) == record


def test_a_name_that_is_not_utf8_survives() -> None:
    name = os.fsdecode(b"caf\xe9.v")
    assert json.loads(encode_line({"file": name})) == {"file": name}


@given(st.lists(RECORDS, max_size=4), st.integers(min_value=0))
def test_cut_anywhere_the_whole_lines_remain(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "results.jsonl"
    content = b"".join(encode_line(record) for record in records)
    kept = content[: cut % (len(content) + 1)]
    path.write_bytes(kept)
    with JsonLineFile(path) as file:
        assert list(file.records) == records[: kept.count(b"\n")]
        file.append({"next": 1})
    with JsonLineFile(path) as file:
        assert list(file.records) == [*records[: kept.count(b"\n")], {"next": 1}]


@pytest.mark.parametrize("line", [b"{", b"[1]", b"\xff\xff"])
def test_a_damaged_line_is_named_and_nothing_is_thrown_away(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "results.jsonl"
    content = b'{"a":1}\n' + line + b'\n{"a":2}\n'
    path.write_bytes(content)
    with pytest.raises(StorageError, match="line 2"):
        JsonLineFile(path)
    assert path.read_bytes() == content


def test_a_write_cut_short_by_the_disk_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with JsonLineFile(path) as file:
        file.append({"n": 1})
        with largest_file(30), pytest.raises(StorageError, match="File too large"):
            file.append({"n": 2, "text": "x" * 100})
        assert path.read_bytes() == b'{"n":1}\n'
        file.append({"n": 3})
    with JsonLineFile(path) as file:
        assert file.records == ({"n": 1}, {"n": 3})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.symlink_to("/dev/full")
    with JsonLineFile(path) as file, pytest.raises(StorageError, match="No space left"):
        file.append({"n": 1})


def test_a_directory_in_the_way_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=str(tmp_path)):
        JsonLineFile(tmp_path)
