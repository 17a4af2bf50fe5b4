"""`holdfast sandbox test`: every attack on every kind of sandbox that this machine has, as a table.

Where we are root, all of it is done again by an ordinary user, who has other rights and other limits.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

import holdfast
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.isolation import SETTINGS, means
from holdfast.core.errors import InfrastructureError, UserError
from holdfast.core.events import TaskFinished, TaskStarted
from holdfast.runtime.child import Limits
from holdfast.runtime.child import run as run_program
from holdfast.runtime.sandbox.identity import find_identity
from holdfast.runtime.sandbox.sandbox import LADDER, attack_sandbox, level_sandbox

__all__ = ["Config", "run"]

_ROOT, _ORDINARY = "root", "ordinary user"
_PATIENCE_S = 300.0
_START = "from holdfast.apps.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Config:
    """What `sandbox test` is asked."""

    only_this_user: bool = False
    """Leave out the ordinary user where we are root."""


async def run(config: Config, sink: Output) -> Report:
    """Attack everything; exit code 0 when each user has a level that withstands all of it, else 1."""
    is_root = os.geteuid() == 0
    records = list(await _as_this_user(_ROOT if is_root else _ORDINARY, sink))
    if is_root and not config.only_this_user:
        records += await _as_ordinary_user(sink)
    for record in records:
        sink.result(record)
    held = {user: _best(records, user) for user in dict.fromkeys(str(record["user"]) for record in records)}
    ready = all(held.values())
    return Report(
        ExitCode.ACHIEVED if ready else ExitCode.NOT_ACHIEVED,
        {"levels": held},
        (_table(records), *_closing(records, held)),
    )


async def _as_this_user(user: str, sink: Output) -> list[dict[str, object]]:
    records: list[dict[str, object]] = []
    found = means(os.environ, _cache())
    for level in LADDER:
        task = f"{level}, {user}"
        sink.emit(TaskStarted(task))
        about: dict[str, object] = {"user": user, "level": str(level)}
        try:
            ways = await attack_sandbox(level_sandbox(level, found))
        except InfrastructureError as error:
            records.append({"kind": "level", **about, "reason": str(error)})
            sink.emit(TaskFinished(task, "not available"))
            continue
        for way, outcomes in ways.items():
            records += [{"kind": "attack", **about, "way": way, **asdict(outcome)} for outcome in outcomes]
        lost = sum(not outcome.held for outcomes in ways.values() for outcome in outcomes)
        sink.emit(TaskFinished(task, f"{lost} attacks got through" if lost else "held"))
    return records


def _cache() -> Path | None:
    """Where the interpreter of level `wasm` is kept; a user without a home makes it anew."""
    try:
        return cache_directory(None, os.environ)
    except UserError:
        return None


async def _as_ordinary_user(sink: Output) -> list[dict[str, object]]:
    """What this command finds when it is run by a user without rights."""
    task = f"all of it again, {_ORDINARY}"
    sink.emit(TaskStarted(task))
    ours = Path(holdfast.__file__).parents[1]
    settings = {name: value for name, value in os.environ.items() if name in SETTINGS}
    paths = [
        *map(Path, filter(os.path.isabs, settings.values())),
        ours,
        Path(sys.prefix),
        Path(sys.base_prefix),
        *(Path(path) for path in sys.path if path),
    ]
    # What the words stand for lasts as long as this object.
    identity = find_identity()
    prefix = identity.prefix([path.resolve() for path in paths if path.exists()])
    done = await run_program(
        [*prefix, sys.executable, "-c", _START, "sandbox", "test", "--json", "--quiet"],
        limits=Limits(wall_s=_PATIENCE_S),
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": os.fspath(ours), **settings},
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    if not records or done.returncode not in {ExitCode.ACHIEVED, ExitCode.NOT_ACHIEVED}:
        words = " ".join(done.stderr.decode(errors="replace").split())[-300:]
        raise InfrastructureError(f"an ordinary user could not run the test: {words}")
    sink.emit(TaskFinished(task))
    return [record for record in records if record["kind"] != "summary"]


def _best(records: Sequence[Mapping[str, object]], user: str) -> str:
    """The strongest level that withstands everything for a user, empty where none does."""
    for level in map(str, LADDER):
        tried = [one for one in records if (one["user"], one["level"]) == (user, level)]
        if tried and all(one.get("held") for one in tried):
            return level
    return ""


def _table(records: Sequence[Mapping[str, object]]) -> Table:
    attacks = [one for one in records if one["kind"] == "attack"]
    columns = list(dict.fromkeys(_column(one) for one in attacks))
    cells = {(one["attack"], _column(one)): one for one in attacks}
    table = Table(box=None, pad_edge=False)
    for title in ("attack", "which tries to", *columns):
        table.add_column(title, overflow="fold")
    for name, aim in dict.fromkeys((str(one["attack"]), str(one["aim"])) for one in attacks):
        row = [_cell(cells.get((name, column))) for column in columns]
        table.add_row(name, Text(aim, "dim"), *row)
    return table


def _column(record: Mapping[str, object]) -> str:
    way = "" if record["way"] == "once" else f", {record['way']}"
    return f"{record['level']}{way}\n{record['user']}"


def _cell(record: Mapping[str, object] | None) -> Text:
    if record is None:
        return Text("")
    if record["held"]:
        return Text(str(record["detail"]), "green")
    return Text(f"THROUGH: {record['detail']}", "bold red")


def _closing(records: Sequence[Mapping[str, object]], held: Mapping[str, str]) -> Iterator[str]:
    yield "\n"
    for record in records:
        if record["kind"] == "level":
            yield f"{record['level']}, {record['user']}: not available: {record['reason']}\n"
    for user, level in held.items():
        yield f"{user}: {f'programs run at level {level}' if level else 'no level holds'}.\n"
