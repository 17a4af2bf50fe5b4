"""`holdfast learn`: read libraries and files once, so that `prove` starts with what they teach."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli.files import read_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.lean.lessons import study
from holdfast.apps.rocq.workbench import Workbench, open_workbench, project_roots
from holdfast.checkers.rocq.libraries import Libraries, Library, Require, requires
from holdfast.checkers.rocq.project import load_project
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.pipelines.learn import Learned

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to learn from."""

    checker: str = "rocq"
    files: tuple[Path, ...] = ()
    """For Rocq, files whose libraries are read: all that they require, and that those require. For Lean, the
    files and folders to read."""
    libraries: tuple[str, ...] = ()
    """Libraries as `Require` names them, or a folder of them such as `Coq.Lists`."""
    jobs: int = 1
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Read each library that was not read before, what it rests on included."""
    if config.checker == "lean":
        return await _learn_lean(config, output)
    if not config.files and not config.libraries:
        raise UserError("name what to learn from: --library NAME, or a file whose libraries are to be read")
    bench = await _bench(config, output)
    roots = [*_named(bench.libraries, config.libraries), *_required(config.files)]
    learned = await bench.study(bench.closure(roots), sink=output, jobs=config.jobs)
    return _report(learned, bench.store.folder, output)


async def _learn_lean(config: Config, output: Output) -> Report:
    if config.libraries:
        raise UserError("--library goes with Rocq: name files or folders of Lean")
    cache = cache_directory(config.cache, os.environ)
    studied = await study(config.files, cache=cache, sink=output, jobs=config.jobs)
    return _report(studied.learned, studied.folder, output)


def _report(learned: Learned, folder: Path, output: Output) -> Report:
    for sentence in learned.failed:
        output.emit(Note(sentence, "warning"))
    summary = {
        "read": learned.read,
        "kept": learned.kept,
        "steps": learned.steps,
        "failed": list(learned.failed),
        "folder": str(folder),
    }
    text = (
        f"libraries read: {learned.read} ({learned.steps} steps), known before: {learned.kept};"
        f" kept in {folder}\n"
    )
    return Report(ExitCode.NOT_ACHIEVED if learned.failed else ExitCode.ACHIEVED, summary, (text,))


async def _bench(config: Config, output: Output) -> Workbench:
    """With the project of the first file, else with that of the working directory."""
    project = load_project(config.files[0] if config.files else Path("here.v"))
    cache = cache_directory(config.cache, os.environ)
    return await open_workbench(cache, roots=project_roots(project), arguments=project.argv(), sink=output)


def _named(libraries: Libraries, names: Sequence[str]) -> list[Require]:
    """Raises UserError for a name that stands for no library."""
    found: list[Library] = []
    for name in names:
        below = libraries.under(name)
        exact = libraries.resolve(Require(name))
        if not below and exact is None:
            raise UserError(f"no library called {name} has its source installed")
        found += below or ([exact] if exact is not None else [])
    return [Require(library.name) for library in found]


def _required(files: Sequence[Path]) -> list[Require]:
    return [each for file in files for each in requires(read_source(file))]
