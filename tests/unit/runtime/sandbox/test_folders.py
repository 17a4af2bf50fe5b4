"""Folders that were filled with ill will are counted, and deleted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.runtime.sandbox.folders import delete, in_folder

_MB = 1 << 20


def _deep(folder: Path, depth: int, name: str = "d") -> None:
    """Folders in folders, deeper than a path can be long."""
    back = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    for _ in range(depth):
        Path(name).mkdir()
        os.chdir(name)
    Path("last").write_bytes(b"x" * _MB)
    os.fchdir(back)
    os.close(back)


def test_what_is_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(os.urandom(2 * _MB))
    (tmp_path / "link").symlink_to("/usr")
    found = in_folder(tmp_path)
    assert found.count == 4
    assert 2 <= found.disk_mb < 2.5
    assert in_folder(tmp_path / "gone") == in_folder(tmp_path / "a" / "b" / "c" / "gone")
    assert in_folder(tmp_path / "gone").count == 0


def test_deep_folders_are_seen_and_deleted(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    _deep(top, 150)
    assert in_folder(top).count == 151
    delete(top)
    top.mkdir()
    for depth, name in ((100, "d" * 100), (1100, "d")):
        _deep(top, depth, name)
        assert in_folder(top).disk_mb > 1 << 30  # where it cannot be looked into, it is full
        delete(top)
        assert not top.exists()
        top.mkdir()


def test_nothing_outside_is_touched(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("kept")
    other.chmod(0o500)
    (other / "file").chmod(0o400)
    top = tmp_path / "top"
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "file").symlink_to(other / "file")
    (top / "closed" / "folder").symlink_to(other)
    (top / "closed" / "inner" / "file").symlink_to(other / "file")
    for place in (top / "closed" / "inner", top / "closed", top):
        place.chmod(0)
    delete(top)
    assert not top.exists()
    assert (other / "file").read_text() == "kept"
    assert (other.stat().st_mode & 0o777, (other / "file").stat().st_mode & 0o777) == (0o500, 0o400)
    other.chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("program", "least_mb"),
    [
        ("f = open('f', 'wb'); os.unlink('f'); f.write(os.urandom(3 << 20)); f.flush()", 3),
        ("f = open('f', 'w+b'); os.unlink('f'); f.write(os.urandom(3 << 20)); f.flush(); "
         "m = mmap.mmap(f.fileno(), 4096); f.close()", 3),
        ("pass", 0),
    ],
)  # fmt: skip
def test_files_without_a_name(tmp_path: Path, program: str, least_mb: int) -> None:
    source = f"import mmap, os\n{program}\nprint('ready', flush=True)\ninput()"
    words = [sys.executable, "-c", source]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        found = in_folder(tmp_path, root=process.pid)
        process.kill()
    assert least_mb <= found.disk_mb <= 3 * least_mb
    assert in_folder(tmp_path).disk_mb == 0
