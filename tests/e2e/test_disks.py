"""`holdfast prove` on disks that say no. What a test needs beside Rocq is not on every machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rocq_here import seed

HOLDFAST = Path(sys.executable).parent / "holdfast"
HOLE = "Lemma first (n : nat) : n + 0 = n.\nAdmitted.\n"


def prove(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOLDFAST, "prove", "--learn", "0", "--budget", "2", *arguments],
        cwd=folder,
        env=os.environ | {"HOLDFAST_CACHE": seed(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for one file and a little more."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be made by the superuser only")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(shutil.which("coqc") is None, reason="no coqc on the PATH")
def test_a_full_disk_keeps_the_file_and_tells_what_was_found(small_disk: Path) -> None:
    file, filler = small_disk / "a.v", small_disk / "filler"
    file.write_text(HOLE)
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2**16))
    done = prove(small_disk.parent, file, "--write")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].endswith("No space left on device")
    assert "1 of 1 holes proved and audited" in done.stdout
    assert file.read_text() == HOLE
    assert sorted(path.name for path in small_disk.iterdir()) == ["a.v", "filler"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
@pytest.mark.parametrize("arguments", [("a.v", "--write"), ("a.v", "--output", "b.v")])
def test_a_folder_that_may_not_be_written_to_is_told_before_the_search(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "a.v").write_text(HOLE)
    tmp_path.chmod(0o500)
    try:
        done = prove(tmp_path, *arguments)
    finally:
        tmp_path.chmod(0o700)
    assert (done.returncode, done.stdout) == (2, "")
    assert "may not be written to" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read anything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(HOLE)
    (tmp_path / "a.v").chmod(0)
    done = prove(tmp_path, "a.v")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "holdfast: cannot read a.v: Permission denied\n"
