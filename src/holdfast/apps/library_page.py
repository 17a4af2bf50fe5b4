"""An experiment as one page: what was learned, what it looks like, what it is worth, what it cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.apps.library import make_domain
from holdfast.apps.library_charts import Album, spans, told
from holdfast.apps.library_looks import Function, functions_in
from holdfast.core.errors import UserError
from holdfast.evaluation.report.charts import Bar, bars
from holdfast.evaluation.report.style import STYLE
from holdfast.library.entries import Version
from holdfast.library.plain import from_plain
from holdfast.library.records import Program, Refusal
from holdfast.library.stages.keeping import STORE
from holdfast.library.stages.tree import STAGES, finished, read_json
from holdfast.library.store import Reader
from holdfast.runtime.markup import Child, Html, element, join, page

__all__ = ["Story", "as_page", "read_story"]

_TASKS, _PICTURED = 8, 40
"""Training tasks, and functions, that are shown as pictures, at most."""
_STYLE = (
    STYLE
    + """
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: .8rem; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .7rem; min-width: 0; }
.card svg { width: 100%; height: auto; max-height: 170px; display: block; margin-bottom: .4rem; }
.card b { overflow-wrap: anywhere; } .card p { margin: .2rem 0; overflow-wrap: anywhere; }
.card pre { font-size: 11.5px; }
.span { stroke: var(--a); stroke-width: 3; opacity: .45; stroke-linecap: round; }
.matrix td, .matrix th { padding: .15rem .45rem; text-align: center; font-size: 12.5px; }
.matrix td:first-child, .matrix th:first-child { text-align: left; white-space: nowrap; }
.scroll { margin-bottom: .8rem; } .matrix .on { background: var(--a); color: var(--paper); }
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the files of an experiment say."""

    name: str
    stages: Mapping[int, Mapping[str, Any]]
    """Summaries of the stages that are finished."""
    functions: tuple[Function, ...]
    refusals: tuple[Refusal, ...]
    versions: tuple[Version, ...]
    validation: Mapping[str, Any]
    """Empty where stage 5 is not finished."""
    use: Mapping[str, Any]
    cycles: Sequence[Mapping[str, Any]]
    album: Album
    note: str
    """Why there are no pictures of tasks; empty where there are."""


def read_story(folder: Path) -> Story:
    """Read an experiment. Raises UserError where it has no library yet, StorageError."""
    functions = functions_in(folder)
    stages: dict[int, Mapping[str, Any]] = dict(finished(folder))
    latest = next(STAGES[number] for number in (6, 3) if number in stages)
    tried = next((STAGES[number] for number in (6, 5) if number in stages), "")
    settings: Mapping[str, Any] = read_json(folder / "settings.json") or {}
    programs = from_plain(dict[str, Program], read_json(folder / latest / "programs.json") or {})
    refused: Mapping[str, Any] = read_json(folder / latest / "refusals.json") or {"refusals": ()}
    extension: Mapping[str, Any] = read_json(folder / STAGES[6] / "extension_report.json") or {}
    domain, note = str(stages[0]["domain"]) if 0 in stages else "boards", ""
    try:
        tasks = make_domain(domain).load(Path(settings["train_set"])).tasks  # type: ignore[arg-type]
    except (UserError, KeyError) as error:
        tasks, note = (), f"No pictures of tasks: {error}"
    return Story(
        name=folder.resolve().name,
        stages=stages,
        functions=functions,
        refusals=from_plain(tuple[Refusal, ...], refused["refusals"]),
        versions=tuple(Reader(folder / STORE).versions()),
        validation=(read_json(folder / tried / "validation_report.json") or {}) if tried else {},
        use=(read_json(folder / tried / "usability_metrics.json") or {}) if tried else {},
        cycles=extension.get("cycles", ()) if 6 in stages else (),
        album=Album(domain, tasks, programs),
        note=note,
    )


def as_page(story: Story) -> str:
    """A page that stands by itself: whatever names and texts hold, a browser loads and runs nothing."""
    title = f"Library {story.name}"
    return page(
        title,
        _STYLE,
        element("h1", title),
        _tiles(story),
        element("h2", "Tasks that it was made from"),
        _tasks(story),
        element("h2", f"Functions ({len(story.functions)})"),
        element("div", *(_card(story, each) for each in story.functions[:_PICTURED]), class_="cards"),
        _more(story.functions[_PICTURED:]),
        element("h2", "Growth"),
        _growth(story.versions, story.functions),
        *(_worth(story) if story.validation else ()),
        element("h2", f"Refused ({len(story.refusals)})"),
        _refused(story.refusals),
        *(_extension(story.cycles) if story.cycles else ()),
        element("h2", "What it took"),
        _cost(story.stages),
    )


def _tiles(story: Story) -> Html:
    begun, built = story.stages.get(0, {}), story.stages.get(6) or story.stages.get(3, {})
    told_of: list[tuple[str, object]] = [
        ("domain", begun.get("domain", "")),
        ("training tasks", begun.get("train_tasks", "")),
        ("functions", len(story.functions)),
        ("refused", len(story.refusals)),
        ("tokens of the library", built.get("tokens", {}).get("library", "")),
    ]
    for name, arm in story.validation.get("arms", {}).items():
        told_of.append(
            (f"validation tasks that hold, library: {name}", f"{arm['exact_tasks']} of {arm['tasks']}")
        )
    return element(
        "ul", *(element("li", element("b", str(value)), name) for name, value in told_of), class_="tiles"
    )


def _tasks(story: Story) -> Html:
    cards = []
    for key, task in list(story.album.tasks.items())[:_TASKS]:
        words = " ".join(task.steps[-1].instruction.split())
        cards.append(
            element(
                "div",
                story.album.of(task.steps[-1].state),
                element("b", key),
                element("small", f" {task.group}, {len(task.steps)} steps"),
                element("p", words[:180], class_="dim"),
                class_="card",
            )
        )
    return element("div", *cards, class_="cards") if cards else element("p", story.note, class_="none")


def _card(story: Story, function: Function) -> Html:
    candidate, (picture, what) = function.candidate, story.album.of_function(function)
    usage = function.usage
    facts = f"{candidate.proposer}, stage {function.stage}; {len(function.users)} training programs call it"
    if usage.success is not None:
        facts += f"; {usage.success:.0%} success in {usage.uses} programs"
    return element(
        "div",
        picture,
        element("b", element("code", candidate.name)),
        element("p", facts, class_="dim"),
        element("p", f"The picture: {what}.", class_="dim") if picture else None,
        element("details", element("summary", "source"), element("pre", candidate.source.strip())),
        class_="card",
    )


def _more(functions: Sequence[Function]) -> Html | None:
    if not functions:
        return None
    names = ", ".join(each.candidate.name for each in functions)
    return element("p", f"And {len(functions)} more: ", element("code", names))


def _growth(versions: Sequence[Version], functions: Sequence[Function]) -> Html:
    rows = [
        Bar(f"version {each.number}", len(each.functions), f"{len(each.functions)} functions")
        for each in versions
    ]
    saved = [
        Bar(_short(each.candidate.name), each.candidate.expected_gain, kind="b")
        for each in functions[:_PICTURED]
        if each.candidate.expected_gain > 0
    ]
    listed = [element("li", f"Version {each.number}: {'; '.join(each.change)}") for each in versions]
    return element(
        "div",
        element(
            "div",
            element("p", "Functions by version", class_="dim"),
            bars(rows),
            _details("what changed", listed),
        ),
        element(
            "div",
            element("p", "Tokens that each saved when it entered, in that order", class_="dim"),
            bars(saved),
        ),
        class_="two",
    )


def _details(title: str, listed: Sequence[Html]) -> Html:
    return element("details", element("summary", title), element("ul", *listed))


def _short(name: str, most: int = 20) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _worth(story: Story) -> list[Html]:
    arms, use = story.validation["arms"], story.use["arms"]
    figures = [
        (f"{what}, {name}", arm["sets"]["all"]["step"]["figures"][key])
        for key, what in (("board_exact", "exact steps"), ("board_f1_micro", "F1"), ("valid", "valid steps"))
        for name, arm in arms.items()
    ]
    budget = ", ".join(
        f"{key.replace('_', ' ')} {'no limit' if value is None else value}"
        for key, value in story.validation["budget_of_a_task"].items()
    )
    return [
        element("h2", f"Validation: {story.validation['shows']}"),
        element("p", f"Each library at the same budget for a task: {budget}.", class_="dim"),
        _table(_USE, [_used(name, arm, use[name]) for name, arm in arms.items()]),
        spans(figures),
        element("h2", "Compared, task by task"),
        _compared(story.validation["comparisons"]),
        element("h2", "Reuse: which validation programs call which function"),
        *(_reuse(name, use[name]["reuse_table"]) for name in arms if use[name]["reuse_table"]),
    ]


_USE = (
    "library",
    "tasks that hold",
    "tokens a program",
    "lines",
    "cyclomatic number",
    "functions used",
    "tokens of its text",
    "calls",
    "tokens asked and answered",
    "runs",
    "s to a program that runs",
)


def _used(name: str, arm: Mapping[str, Any], use: Mapping[str, Any]) -> list[Child]:
    """A row of the table of libraries."""
    took = use["spent"]
    wait = took["valid_after_s_median"]
    return [
        name,
        f"{arm['exact_tasks']} of {arm['tasks']}",
        *(f"{use[f'{key}_per_program']:.1f}" for key in ("tokens", "lines", "complexity")),
        f"{use['functions_used']} of {use['functions']}",
        use["prompt_library_tokens"],
        took["calls"],
        f"{took['prompt_tokens'] + took['completion_tokens']:,}",
        took["executions"],
        "" if wait is None else f"{wait:.1f}",
    ]


def _compared(comparisons: Sequence[Mapping[str, Any]]) -> Html:
    rows: list[list[Child]] = []
    for each in comparisons:
        figures, shorter = each["levels"]["step"], each["shorter"]
        rows.append(
            [
                f"{each['second']} against {each['first']}",
                told(figures["board_exact"]),
                told(figures["board_f1_micro"]),
                f"+{len(each['gained'])} -{len(each['lost'])} (p {each['p_value']:.2g})",
                "" if shorter is None else _times(shorter),
            ]
        )
    heads = (
        "libraries",
        "exact steps, difference",
        "F1, difference",
        "tasks gained, lost",
        "programs shorter by",
    )
    return _table(heads, rows)


def _times(figure: Mapping[str, Any]) -> str:
    interval = figure["interval"]
    more = "" if interval is None else f" ({interval['low']:.2f} to {interval['high']:.2f})"
    return f"{figure['value']:.2f} times{more}"


def _reuse(name: str, table: Mapping[str, Sequence[str]]) -> Html:
    tasks = sorted({key for keys in table.values() for key in keys})
    head = element(
        "tr",
        element("th", f"{name}: function"),
        *(element("th", key) for key in tasks),
        element("th", "tasks"),
    )
    body = []
    for function, keys in table.items():
        marks = [
            element("td", "●" if key in keys else "", class_="on" if key in keys else None) for key in tasks
        ]
        body.append(element("tr", element("td", element("code", function)), *marks, element("td", len(keys))))
    whole = element("table", element("thead", head), element("tbody", *body), class_="matrix")
    return element("div", whole, class_="scroll")


def _refused(refusals: Sequence[Refusal]) -> Html:
    if not refusals:
        return element("p", "Nothing was refused.", class_="none")
    counts = Counter(each.rule for each in refusals)
    rows: list[list[Child]] = [
        [element("code", each.candidate), each.proposer, each.rule, each.detail] for each in refusals
    ]
    table = _table(("candidate", "proposer", "rule", "why"), rows)
    shown = bars([Bar(rule, count, kind="e") for rule, count in counts.most_common()])
    return join(shown, element("details", element("summary", "each of them"), table))


def _extension(cycles: Sequence[Mapping[str, Any]]) -> list[Html]:
    rows: list[list[Child]] = [
        [
            each["number"],
            ", ".join(each["entered"]) or "-",
            *(
                f"{each['before' + which]['held']} to {each['after' + which]['held']}"
                f" of {each['after' + which]['tasks']}"
                for which in ("", "_fresh")
            ),
            "kept" if each["kept"] else "rolled back",
            each["why"],
        ]
        for each in cycles
    ]
    heads = ("cycle", "new functions", "tasks that were looked at", "other tasks", "", "why")
    return [element("h2", "Extension"), _table(heads, rows)]


def _cost(stages: Mapping[int, Mapping[str, Any]]) -> Html:
    names = sorted({key for each in stages.values() for key in each.get("measures", {})})
    rows: list[list[Child]] = [
        [STAGES[number].partition("_")[2], *(f"{each.get('measures', {}).get(key, 0):,.6g}" for key in names)]
        for number, each in sorted(stages.items())
    ]
    return (
        _table(("stage", *(name.replace("_", " ") for name in names)), rows)
        if names
        else element("p", "No model was asked, and nothing was paid.", class_="none")
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[Child]]) -> Html:
    head = element("tr", *(element("th", name) for name in heads))
    body = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    return element("table", element("thead", head), element("tbody", *body))
