"""`holdfast search`: search a list of theorems, and keep every step that was tried."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.files import read_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.executors import executor_kind, open_executor
from holdfast.apps.models import named_premises
from holdfast.apps.prover import make_prover
from holdfast.apps.rehearsal import Finding, rehearse, value_remark
from holdfast.apps.rocq.premise_search import lexical_index
from holdfast.apps.search_progress import SearchProgress
from holdfast.apps.searches import SearchConfig, bound_config, chosen_theorems, find_libraries
from holdfast.core.errors import MissingToolError, UserError
from holdfast.core.events import Note
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.search_all import remaining, search_all
from holdfast.pipelines.theorems import Theorem
from holdfast.pipelines.trajectory_store import open_store

__all__ = ["Config", "run"]

_SHOWN = 20
"""Most theorems that broke which people are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    flags: Mapping[str, object]
    """Settings of `SearchConfig`, None for what is not said."""
    file: Path | None = None
    """Settings as TOML."""
    resume: bool = False
    dry_run: bool = False
    jobs: int = 1
    executor: str = "local"
    ray_address: str | None = None
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Search what the store has no result of yet; the report counts, and lists what broke."""
    settings = _settings(config)
    kind = executor_kind(config.executor)
    cache = cache_directory(config.cache, os.environ)
    theorems = chosen_theorems(settings, await find_libraries(settings))
    if config.dry_run:
        return _rehearsed(await rehearse(settings, theorems, cache=cache, resume=config.resume), output)
    if settings.output is None:
        raise UserError("name the folder for trajectories with --output")
    if settings.value is not None:
        output.emit(Note(await value_remark(settings)))
    _say_what_is_missing(settings, theorems, output)
    bound = bound_config(settings.prover(), theorems)
    with (
        open_executor(kind, jobs=config.jobs, address=config.ray_address) as executor,
        open_store(settings.output, bound, resume=config.resume) as store,
    ):
        left = remaining(theorems, store)
        again = {theorem.key for theorem in left}
        before = [store.theorems[each.key] for each in theorems if each.key not in again]
        progress = SearchProgress(output, output.result)
        progress.begin(1, len(theorems), before)
        await search_all(
            left,
            executor=executor,
            make_worker=make_prover(settings.prover(), digest=store.digest, cache=cache),
            writer=store,
            report=progress.take,
        )
        progress.end()
        records = [store.theorems[theorem.key] for theorem in theorems]
    return _report(settings.output, records, searched=len(left))


def _say_what_is_missing(settings: SearchConfig, theorems: Sequence[Theorem], output: Output) -> None:
    """Workers say nothing: what prompts go without is said here, once."""
    if not any(theorem.language == "rocq" for theorem in theorems):
        return
    if named_premises(settings.model, os.environ, "rocq", settings.premises):
        try:
            lexical_index()
        except MissingToolError as error:
            output.emit(Note(f"no theorem is searched for: {error}", "warning"))


def _settings(config: Config) -> SearchConfig:
    flags = {key: value.value if isinstance(value, Enum) else value for key, value in config.flags.items()}
    settings = resolve(SearchConfig, config.file, flags)
    if settings.proposer in {"model", "mixed"} and settings.model is None:
        raise UserError(f"--proposer {settings.proposer} needs --model")
    for tests in settings.tests:
        read_source(tests)
    return settings


def _report(store: Path, records: Sequence[TheoremRecord], *, searched: int) -> Report:
    counts: Counter[str] = Counter(record.status for record in records)
    broken = [record for record in records if record.status == "error"]
    summary = {
        "theorems": len(records),
        "searched": searched,
        **{status: counts[status] for status in ("proved", "not_found", "undecided")},
        "errors": counts["error"],
        "cpu_s": round(sum(record.cpu_s for record in records), 3),
        "nodes": sum(record.nodes for record in records),
        "tokens": sum(record.tokens for record in records),
        "output": str(store),
    }
    return Report(_exit_code(counts), summary, tuple(_body(store, counts, broken)))


def _exit_code(counts: Counter[str]) -> ExitCode:
    """To search in vain is to have searched; to break down is not."""
    if counts["error"] == counts.total():
        return ExitCode.INFRASTRUCTURE
    return ExitCode.NOT_ACHIEVED if counts["error"] or counts["undecided"] else ExitCode.ACHIEVED


def _body(store: Path, counts: Counter[str], broken: Sequence[TheoremRecord]) -> list[Table | str]:
    total = counts.total()
    sentence = f"{counts['proved']} of {total} theorems proved and audited; trajectories are in {store}\n"
    if counts["undecided"]:
        sentence += f"{counts['undecided']} had too few verdicts; --resume tries them again\n"
    if not broken:
        return [sentence]
    table = Table(title="not searched, --resume tries again", title_justify="left", box=None)
    table.add_column("theorem")
    table.add_column("why")
    for record in broken[:_SHOWN]:
        table.add_row(Text(f"{record.file}: {record.theorem}"), Text(record.reason))
    if len(broken) > _SHOWN:
        table.add_row(Text(f"and {len(broken) - _SHOWN} more"), Text("--json and summary tell all of them"))
    return [table, "\n" + sentence]


def _rehearsed(findings: Sequence[Finding], output: Output) -> Report:
    table = Table(box=None, header_style="bold")
    for title in ("", "what", "found"):
        table.add_column(title)
    for each in findings:
        output.result({"kind": "check", "name": each.what, "ok": each.ok, "detail": each.detail})
        mark = Text("ok" if each.ok else "no", style="green" if each.ok else "red")
        table.add_row(mark, Text(each.what), Text(each.detail))
    bad = [each for each in findings if not each.ok]
    code = ExitCode.ACHIEVED
    if bad:
        users = all(each.users for each in bad)
        code = ExitCode.USER_ERROR if users else ExitCode.INFRASTRUCTURE
    return Report(code, {"checks": len(findings), "failed": len(bad)}, (table,))
