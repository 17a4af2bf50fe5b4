"""The first page of a report: what was proved, the shape of the search, where the time went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.figures import Figures, PartFigures
from holdfast.evaluation.report.charts import Bar, Point, bars, shares, steps
from holdfast.evaluation.report.style import STYLE
from holdfast.evaluation.statistics import wilson
from holdfast.runtime.markup import Child, Html, element, join, page

__all__ = ["Listed", "overview", "table", "tiles"]

_STATUSES = ("proved", "not_found", "undecided", "error")
_KINDS = {"proposer": "a", "checker": "b", "value": "c", "overhead": "d"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A theorem with the page that tells of it."""

    record: TheoremRecord
    link: str


def overview(title: str, about: str, figures: Figures, listed: Sequence[Listed]) -> str:
    """The page. `about` says in a line who proposed, who judged, and when."""
    return page(
        title,
        STYLE + _filters(),
        element("h1", title),
        element("p", about, class_="dim"),
        _headline(figures, len(listed)),
        _rates(figures, len(listed)),
        element("h2", "Where the time went"),
        _times(figures),
        _search(figures),
        element("h2", "Theorems"),
        _theorems(listed),
    )


def tiles(facts: Iterable[tuple[str, Child]]) -> Html:
    """Numbers that are read first, each over what it is."""
    return element("ul", *(element("li", element("b", value), name) for name, value in facts), class_="tiles")


def table(titles: Sequence[str], rows: Iterable[Sequence[Child]], *, texts: int = 1) -> Html:
    """A table whose first columns, `texts` of them, are text, and the others numbers."""
    kinds = [None] * texts + ["n"] * (len(titles) - texts)
    head = [element("th", title, class_=kind) for title, kind in zip(titles, kinds, strict=True)]
    body = [
        element("tr", *(element("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)))
        for row in rows
    ]
    return element("table", element("thead", element("tr", *head)), element("tbody", *body))


def _headline(figures: Figures, total: int) -> Html:
    proved = figures.statuses.get("proved", 0)
    facts: list[tuple[str, Child]] = [("searches", f"{total:,}")]
    if total:
        interval = wilson(proved, total)
        facts.append(("proved and audited", f"{proved:,}"))
        facts.append((f"{interval.low:.1%} to {interval.high:.1%}, 95 %", f"{proved / total:.1%}"))
    unknown = figures.statuses.get("undecided", 0) + figures.statuses.get("error", 0)
    facts += [
        ("undecided or broken", f"{unknown:,}"),
        ("steps judged", f"{figures.counts.total_records:,}"),
        ("CPU-seconds", f"{figures.cpu_s:,.1f}"),
        ("CPU-seconds for a proof", f"{figures.cpu_s / proved:,.2f}" if proved else "-"),
    ]
    if figures.tokens:
        facts.append(("tokens", f"{figures.tokens:,}"))
    return tiles(facts)


def _rates(figures: Figures, total: int) -> Html:
    by_steps = _curve(figures.found_nodes, total)
    by_cpu = _curve(figures.found_cpu_s, total)
    return element(
        "div",
        element("section", element("h2", "Solve rate by budget of steps"), _rate(by_steps, "steps")),
        element("section", element("h2", "Solve rate by budget of CPU"), _rate(by_cpu, "CPU-seconds")),
        class_="two",
    )


def _rate(points: Sequence[Point], unit: str) -> Html:
    return steps(points, x_title=f"{unit} for a theorem", y_title="proved, with 95 % interval")


def _curve(found: Sequence[float], total: int) -> list[Point]:
    """How many are found within each budget; `found` rises."""
    last = {budget: count for count, budget in enumerate(found, start=1)}
    points = []
    for budget, count in last.items():
        interval = wilson(count, max(total, len(found)))
        points.append(Point(budget, count / max(total, len(found)), interval.low, interval.high))
    return points


def _times(figures: Figures) -> Html:
    if not figures.parts:
        return element("p", "No clock was read in these searches.", class_="none")
    note = (
        "Time by the clock over all searches; those that ran side by side each count."
        " Quantiles are of single steps, those that waited for the part."
    )
    rows = [
        Bar(part.part, part.total_s, f"{part.total_s:,.1f} s", _KINDS[part.part]) for part in figures.parts
    ]
    return join(
        shares(rows),
        table(("part", "seconds", "p50 ms", "p95 ms", "p99 ms"), map(_part_row, figures.parts)),
        element("p", note, class_="dim"),
    )


def _part_row(part: PartFigures) -> list[Child]:
    quantiles = (part.p50_ms, part.p95_ms, part.p99_ms)
    return [
        part.part,
        f"{part.total_s:,.1f}",
        *("" if quantile is None else f"{quantile:,.2f}" for quantile in quantiles),
    ]


def _search(figures: Figures) -> Html:
    branching = [
        Bar(
            f"depth {each.depth}",
            each.branching,
            f"{each.branching:.2f} of {each.tried / each.goals:.1f} tried",
        )
        for each in figures.depths[:20]
    ]
    lengths = [
        Bar(f"steps: {length}", count, kind="b") for length, count in list(figures.lengths.items())[:20]
    ]
    refusals = [Bar(reason, count, kind="e") for reason, count in list(figures.refusals.items())[:12]]
    sources = (
        (each.source, f"{each.tried:,}", f"{each.held / each.tried:.1%}", f"{each.positive:,}")
        for each in figures.sources[:20]
    )
    return element(
        "div",
        _section("Branching: steps that hold, for each goal", bars(branching)),
        _section("Goals by depth", _depths(figures)),
        _section("Length of audited proofs", bars(lengths)),
        _section("Why steps were refused", bars(refusals)),
        _section("Who proposed", table(("proposer", "tried", "held", "on proofs"), sources)),
        _section("Labels", bars(_labels(figures))),
        class_="two",
    )


def _section(title: str, inner: Html) -> Html:
    return element("section", element("h2", title), inner)


def _depths(figures: Figures) -> Html:
    rows = (
        (f"{each.depth}", f"{each.goals:,}", f"{each.tried:,}", f"{each.held:,}", f"{each.positive:,}")
        for each in figures.depths[:20]
    )
    return table(("depth", "goals", "tried", "held", "on proofs"), rows)


def _labels(figures: Figures) -> list[Bar]:
    counts = figures.counts
    rest = counts.total_records - counts.positive - counts.negative
    return [
        Bar("positive", counts.positive),
        Bar("negative", counts.negative, kind="e"),
        Bar("unknown", rest, kind="d"),
    ]


def _filters() -> str:
    """Choosing a status hides the rows of all others, without a script."""
    return "".join(
        f"body:has(#only-{status}:checked) tr[data-status]:not([data-status={status}]) {{ display: none; }}\n"
        for status in _STATUSES
    )


def _theorems(listed: Sequence[Listed]) -> Html:
    counts: Mapping[str, int] = {
        status: sum(each.record.status == status for each in listed) for status in _STATUSES
    }
    choices = [
        ("all", f"all {len(listed)}"),
        *((status, f"{status.replace('_', ' ')} {counts[status]}") for status in _STATUSES),
    ]
    radios = [
        element(
            "label",
            element(
                "input", type="radio", name="only", id=f"only-{name}", checked="" if name == "all" else None
            ),
            f" {text}",
        )
        for name, text in choices
    ]
    titles = ("theorem", "", "steps", "CPU-s", "found at", "proof", "why not")
    head = [element("th", title, class_="n" if 1 < at < 6 else None) for at, title in enumerate(titles)]
    body = (_theorem_row(each) for each in listed)
    return join(
        element("div", *radios, class_="filter"),
        element("table", element("thead", element("tr", *head)), element("tbody", *body)),
    )


def _theorem_row(listed: Listed) -> Html:
    record = listed.record
    link = element("a", record.theorem, href=listed.link)
    badge = element("span", record.status.replace("_", " "), class_=f"badge {record.status}")
    return element(
        "tr",
        element("td", link, element("br"), element("small", record.file), class_="name"),
        element("td", badge),
        element("td", f"{record.nodes:,}", class_="n"),
        element("td", f"{record.cpu_s:,.2f}", class_="n"),
        element("td", "" if record.found_nodes is None else f"{record.found_nodes:,}", class_="n"),
        element("td", f"{len(record.steps)}" if record.status == "proved" else "", class_="n"),
        element("td", record.reason, class_="why"),
        data_status=record.status,
    )
