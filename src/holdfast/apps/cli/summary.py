"""`holdfast summary`: what trajectories hold, in counts, by SQL, and as pages."""

import asyncio
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.evaluation.database import Answer, Database, open_database
from holdfast.evaluation.figures import Figures, figures
from holdfast.evaluation.report.write import write_report
from holdfast.evaluation.stores import read_stores

__all__ = ["Config", "run"]

_STDIN = "-"
_MOST_SHOWN = 200
"""Rows of an answer that are printed for people; records have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What is summed up, and what else is wanted of it."""

    trajectories: tuple[Path, ...]
    """Stores, and single files of burn-qed."""
    sql: tuple[str, ...] = ()
    """Queries over the tables `trajectories` and `theorems`; `-` reads them from standard input."""
    html: Path | None = None
    """The folder that a report is written to."""
    skip_bad: bool = False
    """Leave files out that are damaged, instead of stopping."""


async def run(config: Config, output: Output) -> Report:
    """Sum up; with queries, answer those instead."""
    skipped: list[str] = []

    def skip(sentence: str) -> None:
        skipped.append(sentence)
        output.emit(Note(sentence, "warning"))

    stores = read_stores(config.trajectories, skip_bad=skip if config.skip_bad else None)
    with open_database(stores.rows, stores.theorems) as database:
        if config.sql:
            return await _answers(_queries(config.sql), database, output)
        found = figures(database)
        page = None
        if config.html is not None:
            title = ", ".join(path.name for path in config.trajectories)
            page = await write_report(
                config.html,
                database,
                found,
                stores.theorems,
                title=title,
                about=_about(database),
                sink=output,
            )
    return _report(found, page, skipped)


def _queries(given: Sequence[str]) -> Iterator[str]:
    """Raises UserError where a query is read from standard input and none comes."""
    for text in given:
        queries = sys.stdin.read().split(";") if text == _STDIN else [text]
        wanted = [query.strip() for query in queries if query.strip()]
        if not wanted:
            raise UserError("no query was given: --sql takes a SELECT, or - to read one from standard input")
        yield from wanted


async def _answers(queries: Iterator[str], database: Database, output: Output) -> Report:
    tables: list[Table | str] = []
    count = 0
    for query in queries:
        answer = await _answer(query, database)
        count += len(answer.rows)
        for record in answer.records():
            output.result({"kind": "row", "row": {name: _plain(value) for name, value in record.items()}})
        tables.append(_table(answer))
        if len(answer.rows) > _MOST_SHOWN:
            tables.append(f"{len(answer.rows) - _MOST_SHOWN} more rows: --json has them all\n")
    return Report(ExitCode.ACHIEVED, {"rows": count}, tuple(tables))


async def _answer(query: str, database: Database) -> Answer:
    """Beside the loop, so that a signal ends a query that takes for ever."""
    asking = asyncio.ensure_future(asyncio.to_thread(database.select, query))
    try:
        return await asyncio.shield(asking)
    finally:
        while not asking.done():  # an interruption is lost on a query that has not begun
            database.interrupt()
            await asyncio.wait({asking}, timeout=0.05)
        asking.exception()  # that of an interrupted query is of no use to anybody


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever a database has for values
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None  # JSON has no other numbers
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return str(value)


def _table(answer: Answer) -> Table:
    table = Table(box=None, header_style="bold")
    for column in answer.columns:
        table.add_column(Text(column), overflow="fold")
    for row in answer.rows[:_MOST_SHOWN]:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    return table


_ABOUT = """
SELECT DISTINCT proposer, model, value, checker_tool, checker_version, sandbox FROM trajectories
WHERE checker_tool IS NOT NULL ORDER BY ALL LIMIT 4
"""


def _about(database: Database) -> str:
    """Who proposed, who judged, when this was written."""
    told = []
    for proposer, model, value, tool, version, sandbox in database.ask(_ABOUT).rows:
        asked = " and ".join(part for part in (proposer, model, f"value {value}" if value else "") if part)
        kept = f" in sandbox {sandbox}" if sandbox else ""
        told.append(f"{asked or '?'}, judged by {tool} {version}{kept}")
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return " · ".join([*told, f"written {now}"])


def _report(found: Figures, page: Path | None, skipped: Sequence[str]) -> Report:
    counts = asdict(found.counts)
    rate = _share(found.counts.proved_theorems, found.counts.unique_theorems)
    summary: dict[str, object] = {
        **counts,
        "statuses": dict(found.statuses),
        "verdicts": dict(found.verdicts),
        "refusals": dict(found.refusals),
        "cpu_s": found.cpu_s,
        "wall_s": found.wall_s,
        "tokens": found.tokens,
        "depths": [{**asdict(each), "branching": each.branching} for each in found.depths],
        "sources": [asdict(each) for each in found.sources],
        "parts": [asdict(each) for each in found.parts],
        "report": None if page is None else str(page),
    }
    lines = [
        *(f"{name.replace('_', ' '):<17}{count:>12,}\n" for name, count in counts.items()),
        f"{'proved':<17}{rate:>12}\n",
        f"{'CPU-seconds':<17}{found.cpu_s:>12,.1f}\n",
        *([f"{'tokens':<17}{found.tokens:>12,}\n"] if found.tokens else []),
    ]
    body: list[Table | str] = ["".join(lines)]
    tables = (_statuses(found), _sources(found), _depths(found), _parts(found))
    body += [part for table in tables if table.row_count for part in ("\n", table)]
    if page is not None:
        body.append(f"\nreport: {page}\n")
    code = ExitCode.NOT_ACHIEVED if skipped else ExitCode.ACHIEVED
    return Report(code, summary, tuple(body), tuple(skipped))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _statuses(found: Figures) -> Table:
    return _numbers(
        ("searches that ended", "count"),
        [(status.replace("_", " "), f"{count:,}") for status, count in found.statuses.items()],
    )


def _sources(found: Figures) -> Table:
    rows = [
        (each.source, f"{each.tried:,}", f"{each.held / each.tried:.1%}", f"{each.positive:,}")
        for each in found.sources
    ]
    return _numbers(("proposer", "tried", "held", "on proofs"), rows)


def _depths(found: Figures) -> Table:
    rows = [
        (str(each.depth), f"{each.goals:,}", f"{each.tried:,}", f"{each.held:,}", f"{each.branching:.2f}")
        for each in found.depths
    ]
    return _numbers(("depth", "goals", "tried", "held", "held a goal"), rows)


def _parts(found: Figures) -> Table:
    rows = [
        (
            each.part,
            f"{each.total_s:,.1f}",
            *("" if ms is None else f"{ms:,.2f}" for ms in (each.p50_ms, each.p95_ms, each.p99_ms)),
        )
        for each in found.parts
    ]
    return _numbers(("time", "seconds", "p50 ms", "p95 ms", "p99 ms"), rows)


def _numbers(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, header_style="bold")
    for at, title in enumerate(titles):
        table.add_column(title, justify="right" if at else "left")
    for row in rows:
        table.add_row(*row)
    return table
