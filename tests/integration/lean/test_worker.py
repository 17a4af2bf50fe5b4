"""A live Lean that dies, hangs or does harm: no verdict is made up, and the proof goes on."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.lean.installation import installed

from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.compiling import CompileSettings, check_text
from holdfast.checkers.lean.installation import Project, find_installation, find_project
from holdfast.checkers.lean.reader import LeanReader
from holdfast.checkers.lean.worker import Worker, WorkerSettings
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, MissingToolError, SourceError
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step

TEXT = "theorem t (p q : Prop) : p ∧ q → q ∧ p := by\n  sorry\n"


@contextlib.asynccontextmanager
async def opened(settings: WorkerSettings) -> AsyncIterator[tuple[LeanReader, Worker]]:
    source = Source("t.lean", TEXT)
    async with LeanChecker(await installed(), settings=settings).open(source) as reader:
        yield reader, reader._worker


async def advanced(verdict: object) -> Advanced:
    assert isinstance(verdict, Advanced), verdict
    return verdict


@pytest.mark.asyncio
async def test_a_lean_that_was_killed_is_replaced_and_goals_stay_usable() -> None:
    hole = LeanChecker(await installed()).holes(Source("t.lean", TEXT))[0]
    async with opened(WorkerSettings()) as (reader, worker):
        session = await reader.enter(hole)
        first = await advanced(await session.apply(session.root, Step("intro h")))
        process = worker.process
        assert process is not None
        before = worker.cpu_s()
        await process.aclose()
        with pytest.raises(CheckerError):
            await session.apply(first.goal, Step("cases h"))
        second = await advanced(await session.apply(first.goal, Step("cases h")))
        assert isinstance(await session.apply(second.goal, Step("constructor <;> assumption")), Proved)
        assert worker.cpu_s() > before


@pytest.mark.asyncio
async def test_a_worn_lean_is_replaced_between_two_questions() -> None:
    hole = LeanChecker(await installed()).holes(Source("t.lean", TEXT))[0]
    async with opened(WorkerSettings(requests=2)) as (reader, worker):
        session = await reader.enter(hole)
        first = await advanced(await session.apply(session.root, Step("intro h")))
        one = worker.process
        second = await advanced(await session.apply(first.goal, Step("cases h")))
        assert worker.process is not one
        assert isinstance(await session.apply(second.goal, Step("constructor <;> assumption")), Proved)


@pytest.mark.asyncio
async def test_a_step_that_works_too_long_is_refused_for_that() -> None:
    async with opened(WorkerSettings(step_cpu_s=1.0, step_wall_s=600.0)) as (reader, _):
        hole = LeanChecker(await installed()).holes(Source("t.lean", TEXT))[0]
        session = await reader.enter(hole)
        verdict = await session.apply(session.root, Step("repeat skip"))
        assert isinstance(verdict, Refused), verdict
        assert verdict.reason is RefusalReason.TIMEOUT
        assert isinstance(await session.apply(session.root, Step("intro h")), Advanced)


@pytest.mark.asyncio
async def test_a_file_that_lean_does_not_accept_is_refused_at_its_place() -> None:
    source = Source("t.lean", "theorem a : 1 = 2 := by trivial\ntheorem b : nothing := rfl\n" + TEXT)
    checker = LeanChecker(await installed())
    async with checker.open(source) as reader:
        with pytest.raises(SourceError) as caught:
            await reader.enter(checker.holes(source)[0])
    assert (caught.value.file, caught.value.line) == ("t.lean", 2)


@pytest.mark.asyncio
async def test_a_check_that_runs_out_of_time_says_nothing_of_the_file() -> None:
    lean = await installed()
    with pytest.raises(CheckerError):
        await check_text(TEXT, lean, CompileSettings(wall_s=0.001))


def test_projects_are_found_without_running_anything(tmp_path: Path) -> None:
    built = tmp_path / ".lake" / "build" / "lib" / "lean"
    old = tmp_path / ".lake" / "packages" / "old" / ".lake" / "build" / "lib"
    for folder in (built, old, tmp_path / "Src" / "Deep"):
        folder.mkdir(parents=True)
    (tmp_path / "lakefile.lean").write_text("#eval IO.Process.exit 1", encoding="utf-8")
    (tmp_path / "lean-toolchain").write_text("leanprover/lean4:v4.35.0\n", encoding="utf-8")
    project = find_project(tmp_path / "Src" / "Deep" / "A.lean")
    assert project == Project(folder=tmp_path, toolchain="4.35.0")
    assert project.libraries() == (built, old)
    (tmp_path / "lean-toolchain").write_text("stable\n", encoding="utf-8")
    assert find_project(tmp_path / "A.lean") == Project(folder=tmp_path)


@pytest.mark.asyncio
async def test_compiled_modules_of_the_project_are_found() -> None:
    lean = await installed()
    text = "import Dep\ntheorem t : 1 = 1 := dep\n"
    with pytest.raises(MissingToolError, match="elan"):
        await find_installation("/nowhere")
    said = await check_text(text, lean, CompileSettings())
    assert not said.accepted
    assert any("Dep" in message.data for message in said.messages)
