"""`holdfast probe`: which theorems of a list need no language model."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.apps.cli.files import check_target
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.executors import open_executor
from holdfast.apps.probing import ProbeConfig, entry_of, sorted_out
from holdfast.apps.prover import make_prover
from holdfast.apps.search_progress import SearchProgress
from holdfast.apps.searches import bound_config, chosen_theorems, find_libraries
from holdfast.core.errors import UserError
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.search_all import remaining, search_all
from holdfast.pipelines.theorems import Theorem
from holdfast.pipelines.trajectory_store import open_store
from holdfast.runtime.runs import publish

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    flags: Mapping[str, object]
    """Settings of `ProbeConfig`, None for what is not said."""
    file: Path | None = None
    """Settings as TOML."""
    resume: bool = False
    jobs: int = 1
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Search with the embedded proposers, and sort the theorems by what came of it."""
    settings = resolve(ProbeConfig, config.file, config.flags)
    if settings.model is not None or settings.value is not None:
        raise UserError("a probe asks no model: leave model and value out, or use search")
    if settings.output is None:
        raise UserError("name the file for the result with --output")
    for target in filter(None, (settings.output, settings.hard_theorems)):
        check_target(target)
    cache, began = cache_directory(config.cache, os.environ), time.monotonic()
    theorems = chosen_theorems(settings, await find_libraries(settings))
    records = await _searched(settings, theorems, config, cache, output)
    found = sorted_out(theorems, records, elapsed_s=time.monotonic() - began)
    _write(settings.output, found)
    if settings.hard_theorems is not None:
        hard = {(each["file"], each["name"]) for each in found["hard"]}
        folder = settings.hard_theorems.parent
        entries = [entry_of(theorem, folder) for theorem in theorems if theorem.key in hard]
        _write(settings.hard_theorems, {"theorems": entries})
    return _report(settings.output, found["stats"])


async def _searched(
    settings: ProbeConfig, theorems: Sequence[Theorem], config: Config, cache: Path, output: Output
) -> list[TheoremRecord]:
    """The last record of each theorem that was reached."""
    assert settings.output is not None
    bound = bound_config(settings.prover(), theorems)
    progress = SearchProgress(output, output.result)
    with (
        open_executor(jobs=config.jobs) as executor,
        open_store(settings.store(settings.output), bound, resume=config.resume) as writer,
    ):
        left = remaining(theorems, writer)
        undone = {theorem.key for theorem in left}
        done = [record for key, record in writer.theorems.items() if key not in undone]
        progress.begin(1, len(theorems), done)
        await search_all(
            left,
            executor=executor,
            make_worker=make_prover(settings.prover(), digest=writer.digest, cache=cache),
            writer=writer,
            report=progress.take,
        )
        progress.end()
        return list(writer.theorems.values())


def _write(path: Path, data: Mapping[str, Any]) -> None:
    publish(path, json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n")


def _report(output: Path, stats: Mapping[str, Any]) -> Report:
    lost = f", {stats['errors']} undecided: --resume tries those again" if stats["errors"] else ""
    text = (
        f"{stats['easy']} of {stats['total']} theorems are easy, {stats['hard']} hard{lost}; see {output}\n"
    )
    code = ExitCode.NOT_ACHIEVED if stats["errors"] else ExitCode.ACHIEVED
    return Report(code, {"output": str(output), **stats}, (text,))
