"""Writes a report: an overview, and a page for each theorem with the tree of its search."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from holdfast.core.errors import StorageError, UserError
from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.database import Database
from holdfast.evaluation.figures import Figures
from holdfast.evaluation.report.overview import Listed, overview, tiles
from holdfast.evaluation.report.style import STYLE
from holdfast.evaluation.report.trees import Step, branches, drawing, unfolding
from holdfast.runtime.markup import Child, Html, element, join, page

__all__ = ["write_report"]

_ROWS = """
SELECT * FROM trajectories WHERE search = ? AND coalesce(file, '') = ? AND theorem_name = ? ORDER BY state_id
"""
_TASK = "report"
_MARK = "report.txt"
"""Tells a folder that a report was written to from one that holds something else."""


async def write_report(
    folder: Path,
    database: Database,
    figures: Figures,
    theorems: Sequence[TheoremRecord],
    *,
    title: str,
    about: str,
    sink: EventSink,
) -> Path:
    """Write the pages and give back the first of them, which is written last. Can be cancelled between two.

    Args:
        folder: is made; one that holds something other than a report is left alone.
        database: where the steps are.
        figures: of that database.
        theorems: the searches that get a page each.
        title: of the report.
        about: a line on who proposed, who judged, and when.
        sink: told how many pages are written.

    Raises UserError where the folder holds something else, StorageError where the disk says no.
    """
    listed = [Listed(record, f"theorems/{number:05}.html") for number, record in enumerate(theorems, start=1)]
    sink.emit(TaskStarted(_TASK, len(listed), "pages"))
    try:
        _prepare(folder)
        for at, each in enumerate(listed):
            beside = {"previous": listed[at - 1] if at else None, "next": _after(listed, at)}
            _write(folder / each.link, _theorem_page(each.record, _steps(database, each.record), beside))
            sink.emit(TaskAdvanced(_TASK, at + 1))
            await asyncio.sleep(0)
        first = folder / "index.html"
        _write(first, overview(title, about, figures, listed))
    except OSError as error:
        raise StorageError(f"cannot write the report to {folder}: {error.strerror}") from error
    sink.emit(TaskFinished(_TASK))
    return first


def _after(listed: Sequence[Listed], at: int) -> Listed | None:
    return listed[at + 1] if at + 1 < len(listed) else None


def _prepare(folder: Path) -> None:
    """An empty folder for the pages; those of an older report go."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file: a report is a folder, name another")
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise UserError(f"{folder} is not empty and holds no report: name another folder")
    (folder / "theorems").mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(
        "Open index.html. Writing a report here replaces its pages.\n", encoding="utf-8"
    )
    for old in (folder / "theorems").glob("*.html"):
        old.unlink()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _steps(database: Database, record: TheoremRecord) -> list[Step]:
    answer = database.ask(_ROWS, [record.search, record.file, record.theorem])
    return [Step.of_row(row) for row in answer.records()]


def _theorem_page(record: TheoremRecord, steps: Sequence[Step], beside: Mapping[str, Listed | None]) -> str:
    trees = branches(steps)
    return page(
        record.theorem,
        STYLE,
        _ways(beside),
        element("h1", record.theorem),
        element("p", _origin(record), class_="dim"),
        element("pre", record.statement.strip()) if record.statement else None,
        tiles(_facts(record)),
        element("p", record.reason) if record.reason else None,
        _proof(record),
        join(
            element("h2", "What was tried"),
            element(
                "p",
                "Steps that hold, from left to right; ✗ counts those that do not. Click one to read it.",
                class_="dim",
            ),
            drawing(trees),
            unfolding(trees),
        )
        if steps
        else element("p", "No step of this search is on record.", class_="none"),
    )


def _ways(beside: Mapping[str, Listed | None]) -> Html:
    links = [
        element("a", f"{word}: {each.record.theorem}", href=f"../{each.link}")
        for word, each in beside.items()
        if each is not None
    ]
    return element("nav", element("a", "overview", href="../index.html"), *links)


def _origin(record: TheoremRecord) -> Html:
    badge = element("span", record.status.replace("_", " "), class_=f"badge {record.status}")
    return join(badge, f" {record.file} · {record.language} · attempt {record.attempt}")


def _facts(record: TheoremRecord) -> list[tuple[str, Child]]:
    facts: list[tuple[str, Child]] = [
        ("steps judged", f"{record.nodes:,}"),
        ("CPU-seconds", f"{record.cpu_s:,.2f}"),
        ("seconds", f"{record.wall_s:,.2f}"),
    ]
    if record.found_nodes is not None:
        facts.append(("found at step", f"{record.found_nodes:,}"))
    if record.found_cpu_s is not None:
        facts.append(("found at CPU-second", f"{record.found_cpu_s:,.2f}"))
    if record.tokens:
        facts.append(("tokens", f"{record.tokens:,}"))
    return facts


def _proof(record: TheoremRecord) -> Html | None:
    if record.status != "proved":
        return None
    rests = (
        f"Audited; rests on {', '.join(record.axioms)}." if record.axioms else "Audited; rests on no axiom."
    )
    return join(
        element("h2", f"Proof, steps: {len(record.steps)}"),
        element("pre", record.proof or "\n".join(record.steps)),
        element("p", rests, class_="dim"),
    )
