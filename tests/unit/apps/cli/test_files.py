"""Source files, byte for byte."""

from pathlib import Path

import pytest

from holdfast.apps.cli.files import check_target, read_source, write_source
from holdfast.core.errors import SourceError, UserError


def test_every_byte_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.v"
    data = "\ufeffLemma é : ∀ x, x = x.\r\nProof.\n\r\x0c(* no newline at the end *)".encode()
    path.write_bytes(data)
    source = read_source(path)
    assert source.name == str(path)
    write_source(path, source.text)
    assert path.read_bytes() == data


def test_other_encodings_are_named_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.v"
    path.write_bytes("(* ∀ *)\n(* ∀ caf".encode() + b"\xe9 *)\n")
    with pytest.raises(SourceError) as caught:
        read_source(path)
    assert str(caught.value) == f"{path}:2:9: this is not UTF-8 text"


@pytest.mark.parametrize("name", ["missing.v", "folder", "file.v/below.v"])
def test_what_cannot_be_read_is_the_users(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.v").touch()
    with pytest.raises(UserError, match="cannot read"):
        read_source(tmp_path / name)


@pytest.mark.parametrize("name", ["missing/a.v", "folder", "file.v/below.v"])
def test_what_cannot_be_written_is_the_users(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.v").touch()
    check_target(tmp_path / "new.v")
    check_target(tmp_path / "file.v")
    with pytest.raises(UserError, match=r"name a file|there is no folder"):
        check_target(tmp_path / name)
    with pytest.raises(UserError, match="cannot write"):
        write_source(tmp_path / name, "text")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file.v", "folder"]
