import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.unit.evaluation.searches import ROWS, searches, table

from holdfast.core.errors import UserError
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.database import open_database
from holdfast.evaluation.figures import figures
from holdfast.evaluation.report.trees import Step, branches, drawing, unfolding
from holdfast.evaluation.report.write import write_report
from holdfast.pipelines.trajectory_table import table_of
from holdfast.runtime.markup import element
from holdfast.runtime.sinks import NullSink

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror='alert(2)'>\x00\u202e\udcff&amp;\"'"


class Page(HTMLParser):
    """The tags of a page; raises where one is closed that is not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, attribute: str) -> Iterator[str]:
        for _, attributes in self.tags:
            if (value := attributes.get(attribute)) is not None:
                yield value


def report(folder: Path, told: list[tuple[object, list[object], TheoremRecord]] | None = None) -> list[Page]:
    rows = table() if told is None else table_of(told)  # type: ignore[arg-type]
    records = [record for _, _, record in (told or searches())]
    with open_database(rows, records) as database:
        work = write_report(
            folder, database, figures(database), records, title="t", about="knn", sink=NullSink()
        )
        asyncio.run(work)
    paths = [folder / "index.html", *sorted((folder / "theorems").iterdir())]
    return [Page(path.read_text(encoding="utf-8")) for path in paths]


def test_an_overview_and_a_page_for_each_theorem(tmp_path: Path) -> None:
    overview, proved, sought = report(tmp_path / "r")
    assert {"theorems/00001.html", "theorems/00002.html"} <= set(overview.values("href"))
    for page in (proved, sought):
        inside = {f"#{name}" for name in page.values("id")}
        links = set(page.values("href"))
        assert {link for link in links if link.startswith("#")} <= inside, "the drawing leads to the text"
        assert all(
            (tmp_path / "r" / "theorems" / link).exists() for link in links if not link.startswith("#")
        )
    text = (tmp_path / "r" / "theorems" / "00001.html").read_text(encoding="utf-8")
    assert all(f"after {number}" in text for number in (2, 4))
    assert "The checker died." in text
    assert text.count('class="dot positive"') == 5


def test_nothing_is_loaded_and_nothing_runs(tmp_path: Path) -> None:
    for page in report(tmp_path / "r"):
        assert not {tag for tag, _ in page.tags} & {
            "script",
            "link",
            "img",
            "iframe",
            "object",
            "form",
            "base",
        }
        policies = [value for value in page.values("content") if "default-src" in value]
        assert policies == [
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        ]
    for path in (tmp_path / "r").rglob("*.html"):
        assert not re.search(r"https?:|url\(|@import|\son\w+=", path.read_text(encoding="utf-8"))


def test_text_of_others_stays_text(tmp_path: Path) -> None:
    names = {"tactic", "state_after", "message", "reason", "source"}
    told = [
        (
            replace(origin, theorem_name=HOSTILE, file=HOSTILE, model=HOSTILE),
            [replace(row, **{name: HOSTILE for name in names if getattr(row, name)}) for row in rows],
            replace(record, theorem=HOSTILE, file=HOSTILE, statement=HOSTILE, reason=HOSTILE, proof=HOSTILE),
        )
        for origin, rows, record in searches()
    ]
    clean = [[tag for tag, _ in page.tags] for page in report(tmp_path / "clean")]
    for at, page in enumerate(report(tmp_path / "r", _encodable(told))):
        assert set(clean[at]) >= {tag for tag, _ in page.tags}
        assert list(page.values("onerror")) == []
    text = (tmp_path / "r" / "theorems" / "00001.html").read_text(encoding="utf-8")
    assert "\u202e" not in text
    assert r"\u202e" in text, "what would turn the text around is shown"


def _encodable(
    told: list[tuple[object, list[object], TheoremRecord]],
) -> list[tuple[object, list[object], TheoremRecord]]:
    """Tables hold no lone surrogates; text that comes another way may."""
    assert r"\udcff" in element("p", HOSTILE)
    clean = HOSTILE.replace("\udcff", "")

    def mended(value: object) -> object:
        names = [name for name in type(value).__dataclass_fields__ if getattr(value, name) == HOSTILE]  # type: ignore[attr-defined]
        return replace(value, **dict.fromkeys(names, clean))  # type: ignore[type-var]

    return [(mended(origin), [mended(row) for row in rows], mended(record)) for origin, rows, record in told]  # type: ignore[misc]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match="holds no report"):
        report(tmp_path)
    report(tmp_path / "r")
    report(tmp_path / "r")


def steps() -> list[Step]:
    return [Step.of_row(row) for row in table().to_pylist() if row["search"] == "a/1"]


def test_every_step_stands_in_the_text_and_what_holds_is_drawn() -> None:
    (root,) = branches(steps())
    assert [branch.step.tactic for branch in root.held] == ["intro"]
    assert [step.tactic for step in root.others] == ["fail", "slow"]
    text, picture = unfolding([root]), drawing([root])
    assert all(f"<code>{row.tactic}</code>" in text for row in ROWS if row.tactic)
    assert picture.count("<circle") == 5
    assert "2✗" in picture


def test_numbers_that_repeat_make_no_circle() -> None:
    row = steps()[2]
    told = [replace(row, number=1, parent=parent) for parent in (1, 2, 1, None, 1)]
    roots = branches(told)
    assert len(roots) == 3
    assert unfolding(roots).count("<details") == 5


def test_searches_that_are_too_large_or_too_deep_for_a_page() -> None:
    row = steps()[2]
    wide = [replace(row, number=n, parent=None if n == 0 else 0) for n in range(6000)]
    deep = [replace(row, number=n, parent=n - 1 if n else None, label="unknown") for n in range(3000)]
    assert "more steps that hold are not drawn" in drawing(branches(wide))
    told = unfolding(branches(deep))
    assert told.count("<details") == 200
    assert "2800 more steps are not shown" in told
