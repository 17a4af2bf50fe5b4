"""`holdfast prove`: fill the holes of Rocq files with proofs that the audit passes."""

import contextlib
import difflib
import functools
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.files import read_source, write_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.workbench import Workbench, make_learner, open_workbench
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.libraries import Library, Root, requires
from holdfast.checkers.rocq.project import Project, load_project
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import HoldfastError, MissingToolError, UserError
from holdfast.core.events import Note
from holdfast.core.proofs import Proof
from holdfast.core.seams import EventSink
from holdfast.pipelines.fill import fill
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.runtime.runs import Run, open_run
from holdfast.runtime.sinks import TeeSink
from holdfast.search.best_first import Budget

__all__ = ["Config", "run"]

_READERS = 4
"""How many libraries are read at once where there are as many processors, even with fewer `--jobs`."""

_STYLES = {"proved": "green", "not_found": "yellow", "undecided": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to prove, how hard to try, and what to do with what was found."""

    files: tuple[Path, ...]
    theorems: tuple[str, ...] = ()
    budget_s: float = 10.0
    """CPU seconds of Rocq for each hole."""
    learn_s: float = 30.0
    """Seconds that reading libraries may take before the first hole, the first time they are met."""
    write: bool = False
    output: Path | None = None
    diff: bool = False
    jobs: int = 1
    run: Path | None = None
    cache: Path | None = None


class _RunConfig(BaseModel):
    """What a run directory is bound to: what decides its results."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    theorems: tuple[str, ...]
    budget_s: float


@dataclass(frozen=True, slots=True)
class _Job:
    """One file, and what it takes to work on it."""

    path: Path
    source: Source
    project: Project
    config: Config
    output: Output
    bench: Workbench


async def run(config: Config, output: Output) -> Report:
    """Fill each file in turn; the report has one line a hole.

    What was found is told whatever happens next: with one of several files, or with the writing of results.
    """
    _check(config)
    done: list[tuple[Source, Filled]] = []
    errors: list[HoldfastError] = []
    for path, source in [(path, read_source(path)) for path in config.files]:
        try:
            filled = await _prove(path, source, config, output)
            done.append((source, filled))
            _write(path, source, filled, config)
        except HoldfastError as error:
            if not done and (len(config.files) == 1 or isinstance(error, MissingToolError)):
                raise
            errors.append(error)
    return _report(done, config, errors)


async def _prove(path: Path, source: Source, config: Config, output: Output) -> Filled:
    project = load_project(path)
    for option in project.unsafe:
        output.emit(Note(f"{project.file}: {option} weakens Rocq and is left out", "warning"))
    filled = await _fill(await _job(path, source, project, config, output))
    for result in filled.results:
        output.result(_record(path, result))
    return filled


def _write(path: Path, source: Source, filled: Filled, config: Config) -> None:
    if config.write and filled.source.text != source.text:
        write_source(path, filled.source.text)
    if config.output is not None:
        write_source(config.output, filled.source.text)


async def _job(path: Path, source: Source, project: Project, config: Config, output: Output) -> _Job:
    roots: list[Root] = []
    if project.file is not None:
        roots = [Root(each.folder, each.logical, implicit=each.option == "-R") for each in project.load_paths]
    cache = cache_directory(config.cache, os.environ)
    bench = await open_workbench(cache, roots=roots, arguments=project.argv())
    return _Job(path, source, project, config, output, bench)


def _check(config: Config) -> None:
    for path in config.files:
        if path.suffix != ".v":
            raise UserError(f"{path} is not a .v file")
    if config.output is not None and (len(config.files) != 1 or config.write):
        raise UserError("--output goes with one file and without --write")
    if config.run is not None and len(config.files) != 1:
        raise UserError("--run goes with one file")
    if config.theorems and len(config.files) != 1:
        raise UserError("--theorem goes with one file")
    _check_targets(config)


def _check_targets(config: Config) -> None:
    """Look before the search and not after it at where results go."""
    if config.output is not None and config.output.is_dir():
        raise UserError(f"cannot write {config.output}: Is a directory")
    targets = [path for path in config.files if config.write and path.exists()]
    for target in targets if config.output is None else [*targets, config.output]:
        folder = target.absolute().parent
        if not folder.is_dir():
            raise UserError(f"cannot write {target}: there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise UserError(f"cannot write {target}: the folder {folder} may not be written to")


async def _fill(job: _Job) -> Filled:
    """Search and audit one file, in a run directory where one was asked for."""
    config = job.config
    checker = RocqChecker(
        job.bench.installation, job.project.argv(), library=job.project.logical_name(job.path) or ""
    )
    holes = checker.holes(job.source, config.theorems)
    if not holes:
        return Filled(job.source, (), None)
    with _opened_run(job) as kept:
        sink: EventSink = job.output if kept is None else TeeSink((job.output, kept.events))
        libraries = job.bench.closure(requires(job.source))
        await _study(job, libraries, sink)
        return await fill(
            checker,
            job.source,
            holes,
            make_learner=functools.partial(make_learner, job.bench.shards(libraries)),
            budget=Budget(cpu_s=config.budget_s),
            sink=sink,
            jobs=config.jobs,
            done={} if kept is None else dict(_resumed(kept, holes)),
            report=lambda result: None if kept is None else kept.append(_stored(result)),
        )


async def _study(job: _Job, libraries: Sequence[Library], sink: EventSink) -> None:
    """Read what was not read before, unless that was ruled out."""
    config = job.config
    if config.learn_s > 0:
        # Somebody waits for it, and what it keeps does not depend on how many readers there were.
        jobs = max(config.jobs, min(_READERS, os.cpu_count() or 1))
        learned = await job.bench.study(libraries, sink=sink, jobs=jobs, wall_s=config.learn_s)
        if learned.left:
            advice = f"holdfast learn rocq {job.path} reads them all"
            sink.emit(Note(f"{learned.left} libraries were left unread after {config.learn_s:g} s; {advice}"))


def _opened_run(job: _Job) -> contextlib.AbstractContextManager[Run | None]:
    if job.config.run is None:
        return contextlib.nullcontext()
    bound = _RunConfig(
        file=job.path.name,
        sha256=hashlib.sha256(job.source.text.encode()).hexdigest(),
        theorems=job.config.theorems,
        budget_s=job.config.budget_s,
    )
    return open_run(job.config.run, bound, command="prove", checker=job.bench.identity)


def _stored(result: HoleResult) -> dict[str, object]:
    """One search result, as a run directory keeps it: a claim, which each start audits anew."""
    return {
        "hole": result.hole.name,
        "status": "found" if result.status == "proved" else result.status,
        "reason": result.reason,
        "proof": None if result.proof is None else result.proof.to_json(),
        "cpu_s": result.cpu_s,
        "wall_s": result.wall_s,
        "nodes": result.nodes,
        "found_cpu_s": result.found_cpu_s,
    }


def _resumed(kept: Run, holes: Sequence[Hole]) -> Iterator[tuple[str, HoleResult]]:
    """The results of an earlier start of this run; what was undecided is tried again."""
    by_name = {hole.name: hole for hole in holes}
    found: Sequence[Mapping[str, Any]] = kept.found
    for record in found:
        hole = by_name.get(str(record["hole"]))
        if hole is not None and record["status"] != "undecided":
            proof = record["proof"]
            yield (
                hole.name,
                HoleResult(
                    hole,
                    "proved" if record["status"] == "found" else "not_found",
                    reason=str(record["reason"]),
                    proof=None if proof is None else Proof.from_json(proof),
                    cpu_s=record["cpu_s"],
                    wall_s=record["wall_s"],
                    nodes=record["nodes"],
                    found_cpu_s=record["found_cpu_s"],
                ),
            )


def _record(path: Path, result: HoleResult) -> dict[str, object]:
    """One hole, as `--json` prints it."""
    return {
        "kind": "hole",
        "file": str(path),
        "name": result.hole.name,
        "line": result.hole.line,
        "status": result.status,
        "steps": [] if result.proof is None else [step.text for step in result.proof.steps()],
        "cpu_s": round(result.cpu_s, 4),
        "wall_s": round(result.wall_s, 4),
        "nodes": result.nodes,
        "found_cpu_s": None if result.found_cpu_s is None else round(result.found_cpu_s, 4),
        "axioms": list(result.axioms),
        "reason": result.reason,
    }


def _report(done: Sequence[tuple[Source, Filled]], config: Config, errors: Sequence[HoldfastError]) -> Report:
    results = [result for _, filled in done for result in filled.results]
    counts = {status: sum(result.status == status for result in results) for status in _STYLES}
    body: list[Table | str] = []
    for source, filled in done:
        if body:
            body.append("\n")
        body.append(_table(source, filled) if filled.results else f"{source.name}: no holes\n")
        if config.diff and filled.source.text != source.text:
            body.append("\n" + "".join(_patch(source, filled.source)))
    if results:
        body.append(_sentence(counts, config))
    return Report(
        _exit_code(counts, errors),
        {"holes": len(results), **counts},
        tuple(body),
        errors=tuple(str(error) for error in errors),
    )


def _exit_code(counts: Mapping[str, int], errors: Sequence[HoldfastError]) -> ExitCode:
    """That of the worst thing that happened."""
    if errors:
        users = all(isinstance(error, UserError) for error in errors)
        return ExitCode.USER_ERROR if users else ExitCode.INFRASTRUCTURE
    if counts["undecided"] and not counts["proved"] and not counts["not_found"]:
        return ExitCode.INFRASTRUCTURE
    return ExitCode.NOT_ACHIEVED if counts["not_found"] or counts["undecided"] else ExitCode.ACHIEVED


def _table(source: Source, filled: Filled) -> Table:
    table = Table(title=Text(source.name), title_justify="left", box=None, header_style="bold")
    for title in ("line", "hole", "result", "CPU s", "steps tried", ""):
        table.add_column(title, justify="right" if title in {"line", "CPU s", "steps tried"} else "left")
    for result in filled.results:
        table.add_row(
            str(result.hole.line),
            Text(result.hole.name),
            Text(result.status.replace("_", " "), style=_STYLES[result.status]),
            f"{result.cpu_s:.2f}",
            str(result.nodes),
            Text(result.reason or _rests_on(result.axioms)),
        )
    return table


def _rests_on(axioms: Sequence[str]) -> str:
    return f"rests on {', '.join(axioms)}" if axioms else ""


def _patch(before: Source, after: Source) -> Iterator[str]:
    """A unified diff that `patch -p1` takes."""
    name = before.name.lstrip("/")
    lines = difflib.unified_diff(
        before.text.splitlines(keepends=True), after.text.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _sentence(counts: dict[str, int], config: Config) -> str:
    total = sum(counts.values())
    text = f"\n{counts['proved']} of {total} holes proved and audited"
    if counts["proved"] and not (config.write or config.output or config.diff):
        text += "; nothing was written: --write puts the proofs in place, --diff shows them"
    return text + "\n"
