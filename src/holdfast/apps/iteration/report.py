"""What a loop came to: as data, as a page, and as a table for the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.apps.iteration.loop import Iteration, Story
from holdfast.apps.iteration.records import Evaluated
from holdfast.evaluation.comparison import AtLimit, compare
from holdfast.evaluation.report.charts import Bar, bars
from holdfast.evaluation.report.overview import table, tiles
from holdfast.evaluation.report.style import STYLE
from holdfast.evaluation.result_file import read_evaluation
from holdfast.runtime.markup import Child, Html, element, join, page

__all__ = ["Line", "as_json", "as_page", "lines"]

_CAUTION = (
    "The held-out theorems decide which iteration is kept, so the figure of the best one is a little too"
    " good: measure it on a third list with holdfast eval before you rely on it."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One iteration, beside the measurement that the loop began with."""

    iteration: Iteration
    against_start: AtLimit | None
    """None where there is no measurement, or it is the first one itself."""

    @property
    def wall_s(self) -> float:
        """Of all its stages, in the starts that finished them."""
        return sum(stage.wall_s for stage in self.iteration.stages)

    @property
    def cpu_s(self) -> float:
        """Of this machine, all of it: checkers, proposers, training."""
        return sum(stage.cpu_s for stage in self.iteration.stages)


def lines(story: Story) -> list[Line]:
    """A line for each iteration. Raises UserError where a measurement cannot be read any more."""
    first = story.iterations[0].evaluated
    assert first is not None
    start = read_evaluation(first.record.file)
    told = []
    for iteration in story.iterations:
        against = None
        if iteration.number and iteration.evaluated is not None:
            against = compare(start, read_evaluation(iteration.evaluated.record.file)).headline
        told.append(Line(iteration, against))
    return told


def as_json(story: Story, told: Sequence[Line]) -> dict[str, Any]:
    """Plain data, one entry an iteration."""
    return {
        "version": 1,
        "stopped": story.stopped,
        "knowledge": story.knowledge.model_dump(mode="json"),
        "best": story.best.model_dump(mode="json"),
        "iterations": [_entry(line) for line in told],
        "caution": _CAUTION,
    }


def _entry(line: Line) -> dict[str, Any]:
    iteration = line.iteration
    return {
        "iteration": iteration.number,
        "adopted": iteration.adopted,
        "stages": {
            stage.name: {
                "wall_s": stage.wall_s,
                "cpu_s": stage.cpu_s,
                "starts": stage.starts,
                "record": stage.record.model_dump(mode="json"),
            }
            for stage in iteration.stages
        },
        "decisions": [decision.model_dump() for decision in iteration.decisions],
        "against_start": None if line.against_start is None else _compared(line.against_start),
    }


def _compared(at: AtLimit) -> dict[str, Any]:
    interval = None if at.difference is None else [at.difference.low, at.difference.high]
    return {
        "limit": None if at.limit is None else str(at.limit),
        "start": at.baseline,
        "now": at.experiment,
        "total": at.total,
        "p_value": at.p_value,
        "interval": interval,
        "gained": list(at.gained),
        "lost": list(at.lost),
    }


def as_page(story: Story, told: Sequence[Line], *, title: str) -> str:
    """A page that stands by itself."""
    kept = max((line.iteration.number for line in told if line.iteration.adopted), default=0)
    first = told[0].iteration.evaluated
    assert first is not None
    facts: list[tuple[str, Child]] = [
        ("held-out theorems", str(first.record.total)),
        ("solved at the start", str(first.record.solved)),
        ("best since", str(story.best.solved)),
        ("iteration in use", str(kept)),
        ("CPU-seconds in all", f"{sum(line.cpu_s for line in told):,.0f}"),
    ]
    return page(
        title,
        STYLE,
        element("h1", title),
        tiles(facts),
        element("p", f"The loop stopped early: {story.stopped}.") if story.stopped else None,
        element("h2", "Solved of the held-out theorems"),
        _bars(told),
        _solved(told),
        element("p", _CAUTION, class_="dim"),
        *(_section(line) for line in told),
    )


def _bars(told: Sequence[Line]) -> Html:
    return bars(
        [
            Bar(
                f"iteration {line.iteration.number}" if line.iteration.number else "the start",
                measured.record.solved,
                f"{measured.record.solved} of {measured.record.total}",
                "a" if line.iteration.adopted or not line.iteration.number else "d",
            )
            for line in told
            if (measured := line.iteration.evaluated) is not None
        ]
    )


def _solved(told: Sequence[Line]) -> Html:
    heads = (
        "iteration",
        "solved",
        "of",
        "95 %",
        "gained",
        "lost",
        "p",
        "CPU-s a proof",
        "tokens",
        "used from then on",
    )
    return table(heads, [_solved_row(line) for line in told])


def _solved_row(line: Line) -> list[Child]:
    iteration, at = line.iteration, line.against_start
    if iteration.evaluated is None:
        return [iteration.number, "-", "", "", "", "", "", "", "", "stopped before"]
    told: Evaluated = iteration.evaluated.record
    used = "the start" if not iteration.number else ("yes" if iteration.adopted else "no")
    return [
        iteration.number,
        told.solved,
        told.total,
        f"{told.low:.1%} to {told.high:.1%}",
        "" if at is None else f"+{len(at.gained)}",
        "" if at is None else f"-{len(at.lost)}",
        "" if at is None else f"{at.p_value:.3g}",
        f"{told.cpu_s / told.solved:.2f}" if told.solved else "-",
        told.tokens,
        used,
    ]


def _section(line: Line) -> Html:
    iteration = line.iteration
    notes = () if iteration.trained is None else iteration.trained.record.notes
    return join(
        element("h2", f"Iteration {iteration.number}" if iteration.number else "The start"),
        _learned(iteration),
        *(element("p", note) for note in notes),
        _gates(iteration),
        _changes(line),
        _cost(line),
    )


def _learned(iteration: Iteration) -> Html | None:
    if iteration.searched is None:
        return None
    found = iteration.searched.record
    sentence = (
        f"{found.asked} theorems searched: {found.proved} proved and audited, {found.not_found} not found,"
        f" {found.undecided} undecided, {found.errors} broke."
    )
    refused = {} if iteration.gathered is None else iteration.gathered.record.refused
    listed = [element("li", f"{name}: {why}") for name, why in refused.items()]
    return join(
        element("p", sentence),
        element(
            "details", element("summary", f"{len(refused)} theorems teach nothing"), element("ul", *listed)
        )
        if refused
        else None,
    )


def _gates(iteration: Iteration) -> Html | None:
    if not iteration.decisions:
        return None
    rows: list[list[Child]] = [
        [decision.gate, _badge(go=decision.go), decision.sentence] for decision in iteration.decisions
    ]
    return table(("gate", "", "measured"), rows, texts=3)


def _badge(*, go: bool) -> Html:
    word, kind = ("go", "proved") if go else ("no go", "refused")
    return element("span", word, class_=f"badge {kind}")


def _changes(line: Line) -> Html | None:
    at = line.against_start
    if at is None:
        return None
    return join(
        *(
            element("p", f"{word} since the start ({len(names)}): ", element("code", ", ".join(names) or "-"))
            for word, names in (("Gained", at.gained), ("Lost", at.lost))
        )
    )


def _cost(line: Line) -> Html:
    rows: list[list[Child]] = [
        [stage.name, f"{stage.wall_s:,.1f}", f"{stage.cpu_s:,.1f}", stage.starts]
        for stage in line.iteration.stages
    ]
    return table(("stage", "seconds", "CPU-seconds", "starts"), rows)
