"""`holdfast eval`: how many theorems of a list a prover proves, at every budget, from one run."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from holdfast import __version__
from holdfast.apps.cli.files import check_target
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.evaluating import EvalConfig, Measured, evaluate, measured
from holdfast.apps.executors import executor_kind, open_executor
from holdfast.apps.search_progress import SearchProgress
from holdfast.apps.searches import chosen_theorems, find_libraries
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.outcomes import Evaluation, Standing, standings, status_counts
from holdfast.evaluation.result_file import to_json
from holdfast.runtime.runs import publish

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    flags: Mapping[str, object]
    """Settings of `EvalConfig`, None for what is not said."""
    file: Path | None = None
    """Settings as TOML."""
    resume: bool = False
    jobs: int = 1
    executor: str = "local"
    ray_address: str | None = None
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Search, then count; what was found is in the result file even when this is stopped."""
    settings, kind = resolve(EvalConfig, config.file, config.flags), executor_kind(config.executor)
    if settings.output is None:
        raise UserError("name the file for the result with --output")
    check_target(settings.output)
    progress = SearchProgress(output, output.result)
    cache = cache_directory(config.cache, os.environ)
    theorems = chosen_theorems(settings, await find_libraries(settings))
    with open_executor(kind, jobs=config.jobs, address=config.ray_address) as executor:
        job = Measured(
            config=settings,
            theorems=theorems,
            output=settings.output,
            executor=executor,
            cache=cache,
            report=progress.take,
            began=progress.begin,
        )
        try:
            await evaluate(job, resume=config.resume)
        finally:
            if progress.searched:
                _write(measured(job))
    progress.end()
    evaluation = measured(job)
    _write(evaluation)
    return _report(evaluation, output)


def _write(evaluation: Evaluation) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    data = to_json(evaluation, timestamp=now, version=__version__)
    publish(Path(evaluation.source), json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n")


def _report(evaluation: Evaluation, output: Output) -> Report:
    told, statuses = standings(evaluation), status_counts(evaluation.tried)
    for standing in told:
        output.result({"kind": "standing", **_standing(standing)})
    if any(standing.cut_short for standing in told):
        output.emit(Note("some searches used up one budget before another: see cut short", "warning"))
    unknown = statuses["undecided"] + statuses["error"] + statuses["untried"]
    searches = [record for each in evaluation.tried for record in each.searches]
    summary: dict[str, object] = {
        "output": evaluation.source,
        "total": len(evaluation.tried),
        "solved": sum(each.solved() for each in evaluation.tried),
        "statuses": dict(statuses),
        "standings": [_standing(standing) for standing in told],
        "cpu_s": round(sum(record.cpu_s for record in searches), 3),
        "tokens": sum(record.tokens for record in searches),
        "trajectories": evaluation.about.get("trajectories", ""),
    }
    code = ExitCode.NOT_ACHIEVED if unknown else ExitCode.ACHIEVED
    if statuses["error"] == len(evaluation.tried):
        code = ExitCode.INFRASTRUCTURE
    return Report(code, summary, _body(evaluation, told, unknown))


def _standing(standing: Standing) -> dict[str, object]:
    return {
        "unit": standing.limit.unit,
        "budget": standing.limit.amount,
        "solved": standing.solved,
        "total": standing.total,
        "rate": standing.rate,
        "interval": [standing.interval.low, standing.interval.high],
        "pass_at_k": {str(k): chance for k, chance in standing.pass_at.items()},
        "cut_short": standing.cut_short,
    }


def _body(evaluation: Evaluation, told: Sequence[Standing], unknown: int) -> tuple[Table | str, ...]:
    table = Table(box=None, header_style="bold")
    ks = [k for k in (1, 2, 4, 8, 16, 32, 64, 128) if 1 < evaluation.attempts >= k]
    cut = any(standing.cut_short for standing in told)
    titles = [
        "budget",
        "proved",
        "of",
        "rate",
        "95 %",
        *(f"pass@{k}" for k in ks),
        *(["cut short"] if cut else []),
    ]
    for title in titles:
        table.add_column(title, justify="right")
    for each in told:
        table.add_row(
            str(each.limit),
            str(each.solved),
            str(each.total),
            f"{each.rate:.1%}",
            f"{each.interval.low:.1%} to {each.interval.high:.1%}",
            *(f"{each.pass_at[k]:.1%}" for k in ks),
            *([str(each.cut_short)] if cut else []),
        )
    lost = [each for each in evaluation.tried if each.status not in {"proved", "not_found"}]
    lines = "".join(f"{_why(each.searches)}: {each.file}: {each.theorem}\n" for each in lost[:20])
    if unknown:
        lines += f"{unknown} theorems without a verdict count as not proved; --resume tries them again\n"
    return (table, "\n" + lines + f"result: {evaluation.source}\n")


def _why(searches: Sequence[TheoremRecord]) -> str:
    return f"{searches[-1].status}, {searches[-1].reason}" if searches else "not searched"
