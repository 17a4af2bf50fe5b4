"""`holdfast compare`: does the experiment prove more than the baseline, and at what price?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.evaluation.comparison import AtLimit, Comparison, Cost, compare
from holdfast.evaluation.outcomes import Evaluation
from holdfast.evaluation.reading import read_run
from holdfast.evaluation.statistics import Interval

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Which runs are compared."""

    runs: tuple[Path, ...]
    """The baseline and the experiment: results of `eval`, or stores of trajectories."""
    allow_different: bool = False
    """Compare what both have, where theorems or budgets differ."""
    seed: int = 0
    """Of the bootstrap."""


async def run(config: Config, output: Output) -> Report:
    """Compare two runs; the report has a line a budget, what was gained and lost, and what a proof costs."""
    if len(config.runs) != 2:
        raise UserError("name two runs: --baseline FILE --experiment FILE")
    baseline, experiment = map(read_run, config.runs)
    compared = compare(baseline, experiment, allow_different=config.allow_different, seed=config.seed)
    for sentence in (*compared.differences, *compared.notes):
        output.emit(Note(sentence, "warning"))
    for at in compared.limits:
        output.result(_record(at))
    for cost in compared.costs:
        output.result({"kind": "cost", **asdict(cost)})
    return Report(ExitCode.ACHIEVED, _summary(baseline, experiment, compared), _body(compared))


def _record(at: AtLimit) -> dict[str, object]:
    return {
        "kind": "comparison",
        "unit": None if at.limit is None else at.limit.unit,
        "budget": None if at.limit is None else at.limit.amount,
        "baseline": at.baseline,
        "experiment": at.experiment,
        "total": at.total,
        "delta": at.delta,
        "interval": None if at.difference is None else [at.difference.low, at.difference.high],
        "p_value": at.p_value,
        "gained": list(at.gained),
        "lost": list(at.lost),
    }


def _summary(baseline: Evaluation, experiment: Evaluation, compared: Comparison) -> dict[str, object]:
    last = compared.headline
    return {
        "baseline": baseline.source,
        "experiment": experiment.source,
        "total": last.total,
        "gained": len(last.gained),
        "lost": len(last.lost),
        "p_value": last.p_value,
        "differences": list(compared.differences),
        "notes": list(compared.notes),
    }


def _body(compared: Comparison) -> tuple[Table | str, ...]:
    last = compared.headline
    where = "" if last.limit is None else f" at {last.limit}"
    lists = "".join(
        f"{word} ({len(names)}){where}: {', '.join(names) or '-'}\n"
        for word, names in (("gained", last.gained), ("lost", last.lost))
    )
    verdict = ("" if last.limit is None else f"at {last.limit}, ") + _verdict(last)
    return (_rates(compared.limits), "\n" + lists, _prices(compared.costs), "\n" + verdict + "\n")


def _rates(limits: Sequence[AtLimit]) -> Table:
    table = Table(box=None, header_style="bold")
    for title in ("budget", "baseline", "experiment", "of", "points", "95 %", "gained", "lost", "p"):
        table.add_column(title, justify="right")
    for at in limits:
        table.add_row(
            "all" if at.limit is None else str(at.limit),
            str(at.baseline),
            str(at.experiment),
            str(at.total),
            f"{100 * at.delta:+.1f}",
            _range(at.difference, 100, "+.1f"),
            str(len(at.gained)),
            str(len(at.lost)),
            f"{at.p_value:.3g}",
        )
    return table


def _prices(costs: Sequence[Cost]) -> Table:
    table = Table(title=Text("cost of a proof"), title_justify="left", box=None, header_style="bold")
    for title in ("", "baseline", "experiment", "ratio, 95 %"):
        table.add_column(title, justify="left" if not title else "right")
    for cost in costs:
        each = ("-" if price is None else f"{price:,.2f}" for price in (cost.baseline, cost.experiment))
        table.add_row(cost.unit, *each, _range(cost.ratio, 1, ".2f"))
    return table


def _range(interval: Interval | None, scale: float, form: str) -> str:
    if interval is None:
        return "-"
    return f"{scale * interval.low:{form}} to {scale * interval.high:{form}}"


def _verdict(at: AtLimit) -> str:
    """What the test says, in words; 0.05 is the usual line, and no more than that."""
    if not at.gained and not at.lost:
        return "both runs prove the same theorems"
    if at.p_value > 0.05:
        return (
            f"the runs cannot be told apart: a split of {len(at.gained)} to {len(at.lost)} is likely chance"
        )
    better = "experiment" if len(at.gained) > len(at.lost) else "baseline"
    return f"the {better} proves more: a split of {len(at.gained)} to {len(at.lost)} is unlikely by chance"
