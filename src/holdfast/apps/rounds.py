"""Fills the holes of one file, round after round: what is filled first may be what others waited for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from holdfast.apps.bench import Bench
from holdfast.core.documents import Hole, Source
from holdfast.core.seams import EventSink, Learner
from holdfast.pipelines.fill import SearchHole, fill, search_plainly
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.search.best_first import Budget

__all__ = ["Rounds", "fill_file"]


def _tell_nobody(result: HoleResult) -> None:
    del result


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How to go about it."""

    bench: Bench
    make_learner: Callable[[], Learner]
    """The proposer of one worker."""
    budget_s: float
    """CPU seconds for each hole."""
    jobs: int
    sink: EventSink
    report: Callable[[HoleResult], None] = _tell_nobody
    """Called with each search result as it comes, before the audit."""
    done: Mapping[str, HoleResult] = field(default_factory=dict)
    """Results of an earlier run by hole name; they are not searched again, only audited."""
    nodes: int | None = None
    """Steps for each hole, None for no limit."""
    search: SearchHole = search_plainly
    """Searches one hole."""


async def fill_file(source: Source, holes: Sequence[Hole], rounds: Rounds) -> Filled:
    """Search and audit the holes of a file, those last that wait for others. Raises what `fill` raises."""
    filled = await _round(source, holes, rounds)
    while names := rounds.bench.again(filled):
        done = {name: each for name, each in rounds.done.items() if name in names}
        rounds = replace(rounds, done=done)
        more = await _round(filled.source, rounds.bench.checker.holes(filled.source, names), rounds)
        filled = _joined(filled, more)
    return filled


async def _round(source: Source, holes: Sequence[Hole], rounds: Rounds) -> Filled:
    bench = rounds.bench
    settled = await bench.prepare(source, holes, rounds.sink)
    filled = await fill(
        bench.checker,
        source,
        holes,
        make_learner=rounds.make_learner,
        budget=Budget(cpu_s=rounds.budget_s, nodes=rounds.nodes),
        sink=rounds.sink,
        jobs=rounds.jobs,
        done={**rounds.done, **settled},
        report=lambda result: rounds.report(bench.charged(result)),
        search=rounds.search,
        settings=bench.settings,
    )
    known = rounds.done
    results = [each if each.hole.name in known else bench.charged(each) for each in filled.results]
    return replace(filled, results=tuple(results))


def _joined(first: Filled, second: Filled) -> Filled:
    """The outcome of two rounds; holes stand where they stood in the first."""
    later = {result.hole.name: result for result in second.results}
    results = [
        replace(later[each.hole.name], hole=each.hole) if each.hole.name in later else each
        for each in first.results
    ]
    return Filled(second.source, tuple(results), second.audit or first.audit)
