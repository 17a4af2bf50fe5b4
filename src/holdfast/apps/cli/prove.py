"""`holdfast prove`: fill the holes of Rocq and Python files with what the audit passes."""

import contextlib
import hashlib
import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from rich.table import Table
from rich.text import Text

from holdfast.apps.bench import Bench, Task, open_bench, recall_of
from holdfast.apps.cli.files import read_source, write_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.languages import check_endings, language_of
from holdfast.apps.patches import patch
from holdfast.apps.rounds import Rounds, fill_file
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import HoldfastError, MissingToolError, UserError
from holdfast.core.proofs import Proof
from holdfast.core.seams import Learner
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.runtime.runs import Run, open_run
from holdfast.runtime.sinks import TeeSink

__all__ = ["Config", "run"]

_STYLES = {"proved": "green", "not_found": "yellow", "undecided": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to prove, how hard to try, and what to do with what was found."""

    files: tuple[Path, ...]
    theorems: tuple[str, ...] = ()
    budget_s: float = 10.0
    """CPU seconds for each hole."""
    learn_s: float = 30.0
    """Seconds that reading libraries may take before the first hole, the first time they are met."""
    write: bool = False
    output: Path | None = None
    diff: bool = False
    jobs: int = 1
    run: Path | None = None
    cache: Path | None = None
    tests: tuple[Path, ...] = ()
    """Test files on the one Python file."""
    python: Path | None = None
    """The interpreter, or the environment, whose libraries a Python file finds."""
    accept: bool = False
    strengthen: bool = False
    unsafe: bool = False
    model: str | None = None
    """A language model that proposes beside the embedded proposers."""
    proposer: Literal["knn", "model", "mixed"] | None = None
    """Who is asked; None for all that there are."""
    premises: int = 10
    """How many theorems prompts for Rocq goals name."""
    retrieved: int = 0
    """How many theorems of the index the embedded proposers offer; for Rocq."""
    lean_backend: str = "auto"
    """What steps through Lean proofs: auto, server, pantograph or repl."""
    rocq_backend: str = "coqidetop"
    """What steps through Rocq proofs: coqidetop or petanque."""


class _RunConfig(BaseModel):
    """What a run directory is bound to: what decides its results."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    theorems: tuple[str, ...]
    budget_s: float
    tests: tuple[str, ...] = ()
    """Digests of the test files."""
    python: str | None = None
    model: str | None = None
    proposer: str | None = None
    premises: int = 0
    retrieved: int = 0


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one file."""

    source: Source
    filled: Filled
    remarks: Mapping[str, str]
    """By hole: what the table says beside the result."""
    advice: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Job:
    """One file, and what it takes to work on it."""

    path: Path
    source: Source
    config: Config
    output: Output
    bench: Bench
    make_learner: Callable[[], Learner]
    """The proposer of one worker."""


async def run(config: Config, output: Output) -> Report:
    """Fill each file in turn; the report has one line a hole.

    What was found is told whatever happens next: with one of several files, or with the writing of results.
    """
    _check(config)
    done: list[_Done] = []
    errors: list[HoldfastError] = []
    for path, source in [(path, read_source(path)) for path in config.files]:
        try:
            proved = await _prove(path, source, config, output)
            done.append(proved)
            _write(path, source, proved.filled, config)
        except HoldfastError as error:
            if not done and (len(config.files) == 1 or isinstance(error, MissingToolError)):
                raise
            errors.append(error)
    return _report(done, config, errors)


async def _prove(path: Path, source: Source, config: Config, output: Output) -> _Done:
    async with _opened_bench(path, source, config, output) as bench:
        async with _opened_learner(path, config, bench, output) as make_learner:
            filled = await _fill(_Job(path, source, config, output, bench, make_learner))
        for result in filled.results:
            output.result({**_record(path, result), **bench.details(result)})
        remarks = {result.hole.name: result.reason or bench.remark(result) for result in filled.results}
        return _Done(source, filled, remarks, await bench.advise(filled))


def _opened_learner(
    path: Path, config: Config, bench: Bench, output: Output
) -> AbstractAsyncContextManager[Callable[[], Learner]]:
    """What makes the proposer of a worker: the embedded ones, with the language model where one is named."""
    if config.model is None or config.proposer == "knn":
        return contextlib.nullcontext(bench.make_learner)
    opened: AbstractAsyncContextManager[Callable[[], Learner]] = importlib.import_module(
        "holdfast.apps.mixed"
    ).open_mixed(
        config.model,
        os.environ,
        cache=cache_directory(config.cache, os.environ),
        language=language_of(path),
        embedded=bench.make_learner,
        report=output.result,
        recall=partial(recall_of, bench),
    )
    return opened


def _opened_bench(
    path: Path, source: Source, config: Config, output: Output
) -> AbstractAsyncContextManager[Bench]:
    task = Task(
        path=path,
        source=source,
        sink=output,
        cache=cache_directory(config.cache, os.environ),
        jobs=config.jobs,
        learn_s=config.learn_s,
        budget_s=config.budget_s,
        tests=tuple(read_source(test) for test in config.tests),
        python=config.python,
        accept=config.accept,
        strengthen=config.strengthen,
        unsafe=config.unsafe,
        embedded=config.proposer != "model",
        premises=_premises(path, config),
        retrieved=config.retrieved,
        lean_backend=config.lean_backend,
        rocq_backend=config.rocq_backend,
    )
    return open_bench(task)


def _premises(path: Path, config: Config) -> int:
    """How many theorems prompts name: none where nobody is prompted, or not in such a way."""
    if config.model is None or config.proposer == "knn":
        return 0
    models = importlib.import_module("holdfast.apps.models")
    count: int = models.named_premises(config.model, os.environ, language_of(path), config.premises)
    return count


def _write(path: Path, source: Source, filled: Filled, config: Config) -> None:
    if config.write and filled.source.text != source.text:
        write_source(path, filled.source.text)
    if config.output is not None:
        write_source(config.output, filled.source.text)


def _check(config: Config) -> None:
    check_endings(config.files)
    if config.proposer in {"model", "mixed"} and config.model is None:
        raise UserError(f"--proposer {config.proposer} needs --model")
    if config.output is not None and (len(config.files) != 1 or config.write):
        raise UserError("--output goes with one file and without --write")
    if config.run is not None and len(config.files) != 1:
        raise UserError("--run goes with one file")
    if config.theorems and len(config.files) != 1:
        raise UserError("--theorem goes with one file")
    if config.tests and [path.suffix for path in config.files] != [".py"]:
        raise UserError("--tests goes with one .py file")
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
    holes = job.bench.checker.holes(job.source, job.config.theorems)
    if not holes:
        return Filled(job.source, (), None)
    with _opened_run(job) as kept:
        rounds = Rounds(
            bench=job.bench,
            make_learner=job.make_learner,
            budget_s=job.config.budget_s,
            jobs=job.config.jobs,
            sink=job.output if kept is None else TeeSink((job.output, kept.events)),
            report=lambda result: None if kept is None else kept.append(_claim(job.bench, result)),
            done={} if kept is None else dict(_resumed(kept, holes)),
        )
        return await fill_file(job.source, holes, rounds)


def _opened_run(job: _Job) -> contextlib.AbstractContextManager[Run | None]:
    if job.config.run is None:
        return contextlib.nullcontext()
    bound = _RunConfig(
        file=job.path.name,
        sha256=_digest(job.source.text),
        theorems=job.config.theorems,
        budget_s=job.config.budget_s,
        tests=tuple(_digest(read_source(test).text) for test in job.config.tests),
        python=None if job.config.python is None else str(job.config.python),
        model=job.config.model,
        proposer=job.config.proposer,
        premises=_premises(job.path, job.config),
        retrieved=job.config.retrieved,
    )
    return open_run(job.config.run, bound, command="prove", checker=job.bench.identity)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _claim(bench: Bench, result: HoleResult) -> dict[str, object]:
    """One search result with all that is known of it; before the audit, nothing is learned from it."""
    return {**bench.details(result), **_stored(result), "learnable": False}


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


def _report(done: Sequence[_Done], config: Config, errors: Sequence[HoldfastError]) -> Report:
    results = [result for each in done for result in each.filled.results]
    counts = {status: sum(result.status == status for result in results) for status in _STYLES}
    body: list[Table | str] = []
    for each in done:
        if body:
            body.append("\n")
        body.append(_table(each) if each.filled.results else f"{each.source.name}: no holes\n")
        if config.diff and each.filled.source.text != each.source.text:
            body.append("\n" + patch(each.source, each.filled.source))
        body += [f"\n{paragraph}\n" for paragraph in each.advice]
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


def _table(done: _Done) -> Table:
    table = Table(title=Text(done.source.name), title_justify="left", box=None, header_style="bold")
    for title in ("line", "hole", "result", "CPU s", "steps tried", ""):
        table.add_column(title, justify="right" if title in {"line", "CPU s", "steps tried"} else "left")
    for result in done.filled.results:
        table.add_row(
            str(result.hole.line),
            Text(result.hole.name),
            Text(result.status.replace("_", " "), style=_STYLES[result.status]),
            f"{result.cpu_s:.2f}",
            str(result.nodes),
            Text(done.remarks[result.hole.name]),
        )
    return table


def _sentence(counts: dict[str, int], config: Config) -> str:
    total = sum(counts.values())
    text = f"\n{counts['proved']} of {total} holes proved and audited"
    if counts["proved"] and not (config.write or config.output or config.diff):
        text += "; nothing was written: --write puts the proofs in place, --diff shows them"
    return text + "\n"
