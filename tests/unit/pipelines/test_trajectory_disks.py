"""A store on a disk that says no: what was kept before stays, and the writer says so."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.pipelines.test_trajectory_store import CONFIG, origin, rows_of, write

from holdfast.core.errors import StorageError, UserError
from holdfast.pipelines.trajectory_store import open_store, read_rows, read_theorems


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a few searches."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be made by the superuser only")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_the_search_and_keeps_what_came(small_disk: Path) -> None:
    store = small_disk / "t.parquet"
    rows = [replace(row, message="m" * 400) for row in rows_of("long")]
    written = 0
    with suppress(StorageError), open_store(store, CONFIG) as writer:
        write(writer, "a", "a")
        writer.begin(origin("long", "long"))
        with suppress(StorageError):
            while True:
                writer.add(replace(rows[1], state_id=written + 1) if written else rows[0])
                written += 1
    assert written > len(rows)
    kept = read_rows([store], ["search"])["search"].to_pylist()
    assert kept.count("long") == written
    assert "a" in {record.search for record in read_theorems([store]) if record.audited}

    filler = small_disk / "filler"
    with suppress(OSError):
        filler.write_bytes(bytes(1 << 20))
    with pytest.raises(StorageError, match="No space left"), open_store(small_disk / "other", CONFIG):
        pass
    filler.unlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_the_users_mistake(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(UserError, match="Permission denied"), open_store(tmp_path / "t", CONFIG):
        pass
    tmp_path.chmod(0o755)
