"""What agents may name: files of one folder, as it is on the disk."""

from pathlib import Path

import pytest

from holdfast.apps.mcp.folder import Folder
from holdfast.apps.problems import WrongRequestError
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.v").write_text("é\r\n", encoding="utf-8", newline="")
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "b.v").write_text("b", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "../root2/b.v",
        "sub/../../root2/b.v",
        "/etc/passwd",
        "..",
        "sub/out/b.v",
        "a\0b",
        "~root/x.v/../../../..",
    ],
)
def test_what_leads_out_is_refused(root: Path, name: str) -> None:
    (root / "sub" / "out").symlink_to(root.parent / "root2", target_is_directory=True)
    with pytest.raises(WrongRequestError):
        Folder(root).path(name)
    with pytest.raises(WrongRequestError):
        Folder(root).source(name, "a draft")


def test_what_is_inside_is_read_as_it_is_under_its_short_name(root: Path) -> None:
    for name in ("sub/a.v", "./sub/../sub/a.v", str(root / "sub" / "a.v")):
        assert Folder(root).source(name) == Source("sub/a.v", "é\r\n")
    assert Folder(root).source("new.v", "text") == Source("new.v", "text")


def test_a_folder_a_missing_file_and_bytes_are_no_texts(root: Path) -> None:
    (root / "bytes.v").write_bytes(b"a\n\xff")
    for name in ("sub", "no.v"):
        with pytest.raises(WrongRequestError, match="there is no file"):
            Folder(root).source(name)
    with pytest.raises(SourceError, match=r"bytes\.v:2"):
        Folder(root).source("bytes.v")
    with pytest.raises(UserError, match="--root"):
        Folder(root / "sub" / "a.v")
    with pytest.raises(UserError, match="--root"):
        Folder(root / "nowhere")


def test_a_file_that_was_changed_meanwhile_is_not_written(root: Path) -> None:
    folder, file = Folder(root), root / "sub" / "a.v"
    before = folder.source("sub/a.v")
    folder.write("sub/a.v", before, Source("sub/a.v", "new\r\n"))
    assert file.read_bytes() == b"new\r\n"
    with pytest.raises(WrongRequestError, match="changed meanwhile"):
        folder.write("sub/a.v", before, Source("sub/a.v", "other"))
    assert file.read_bytes() == b"new\r\n"
