"""A job may be given a folder of this machine to work in: that one, up to a size, and nothing beside it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.core.errors import SandboxUnavailableError, UserError
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job
from holdfast.runtime.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.asyncio

WRITES = """
import os, pathlib
print(os.getcwd(), pathlib.Path('given').read_text())
pathlib.Path('made').write_text('by the job')
for place in ('../beside', '../new', '/tmp/new', '../../new'):
    try:
        pathlib.Path(place).write_text('through')
        if pathlib.Path(place).resolve().is_relative_to(pathlib.Path('..').resolve()):
            print('through', place)
    except OSError:
        pass
"""
FILLS = """
import itertools
for number in itertools.count():
    with open(f'f{number}', 'wb') as file:
        file.write(bytes(1 << 20))
"""


@pytest.fixture
def folder(sandbox: Sandbox) -> Iterator[Path]:
    """One that jobs work in, in one that they only pass through; pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory() as name:
        outer = Path(name)
        inner = outer / "inner"
        inner.mkdir()
        (outer / "beside").write_text("ours")
        (inner / "given").write_text("by us")
        for place in (outer, inner):
            sandbox.lend(place)
        yield inner


async def test_what_is_written_there_stays_and_nothing_else_is_written(
    sandbox: Sandbox, folder: Path
) -> None:
    ran = await sandbox.run(Job(argv=(PYTHON, "-c", WRITES), folder=folder))
    assert (ran.ended, ran.stdout.decode().strip()) == ("exit", f"{folder} by us"), ran
    assert (folder / "made").read_text() == "by the job"
    assert sorted(os.listdir(folder.parent)) == ["beside", "inner"]  # noqa: PTH208
    assert (folder.parent / "beside").read_text() == "ours"


async def test_files_on_disk_count(sandbox: Sandbox, folder: Path) -> None:
    allowance = Allowance(disk_mb=20, wall_s=120.0, cpu_s=120.0)
    one = (PYTHON, "-c", "open('f', 'wb').write(bytes(40 << 20))")
    ran = await sandbox.run(Job(argv=one, folder=folder, allowance=allowance))
    assert ran.ended == "disk" or b"File too large" in ran.stderr, ran
    assert (folder / "f").stat().st_size <= 20 << 20
    (folder / "f").unlink()
    for _ in range(2):  # the second one begins in a folder that is full
        ran = await sandbox.run(Job(argv=(PYTHON, "-c", FILLS), folder=folder, allowance=allowance))
        assert ran.ended == "disk", ran


async def test_a_folder_on_disk_is_not_for_jobs_of_a_zygote(namespaces: Sandbox, tmp_path: Path) -> None:
    async with namespaces.zygote() as zygote:
        with pytest.raises(UserError, match="folder of its own"):
            await zygote.run(Job(argv=(PYTHON, "-c", "pass"), folder=tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's jobs are another user's")
async def test_a_folder_that_jobs_cannot_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(SandboxUnavailableError, match=str(inner)):
        sandbox.lend(inner)
