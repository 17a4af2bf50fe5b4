"""Mines a library from the states of tasks: which functions pay, what they are called, what they save."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from holdfast.library.adapter import Lattice
from holdfast.library.mining.covering import Coverer, Target
from holdfast.library.mining.emitting import REPEAT, function_text, repeat_text
from holdfast.library.mining.families import families
from holdfast.library.mining.forms import Form
from holdfast.library.mining.jobs import StepJobs, plane_of, read_jobs
from holdfast.library.mining.motifs import MotifSettings, motif_form, motifs
from holdfast.library.mining.naming import Speech, named
from holdfast.library.mining.plane import Plane, fullest
from holdfast.library.mining.table import Table
from holdfast.library.records import Task

__all__ = ["REPEAT_KIND", "Function", "Mined", "mine"]

REPEAT_KIND = "repeat"
"""The kind of the function that draws rows of copies, which is no form."""
_ROWS = -1
"""The number of that function."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that pays."""

    name: str
    kind: str
    source: str
    """With docstring and example."""
    form: Form | None
    """None for the function that draws rows of copies."""
    tasks: tuple[str, ...]
    """The tasks that it is used in, sorted."""
    groups: int
    times: int
    gain: int
    """Tokens that it saves in the programs of these tasks, its definition taken off."""


@dataclass(frozen=True, slots=True)
class Mined:
    """A library, and the covers that it rests on."""

    plane: Plane
    functions: tuple[Function, ...]
    """What saves most first."""
    coverer: Coverer
    """With all of them."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What a function is used for."""

    steps: tuple[int, ...]
    """Numbers of steps, each as often as it is used there."""
    saved: int
    """Tokens, its definition taken off."""


def mine(
    lattice: Lattice,
    tasks: Sequence[Task],
    cost: Callable[[str], int],
    *,
    taken: Collection[str] = (),
    settings: MotifSettings | None = None,
) -> Mined:
    """What pays for tasks, names apart from `taken`. `cost` is in tokens.

    Raises ValueError where no task has a cell.
    """
    settings = settings or MotifSettings()
    plane = plane_of(lattice, tasks)
    steps = read_jobs(plane, tasks)
    known = families(lattice)
    given = Table(plane, known)
    found = motifs(plane, steps, Coverer(given, range(len(known)), repeats=True), settings)
    table = Table(plane, [*known, *(motif_form(plane, each.cells) for each in found)], given)
    coverer = Coverer(table, range(len(table.forms)), repeats=True)
    while True:
        uses = _uses(steps, coverer, cost)
        paying = {at for at, use in uses.items() if _pays(steps, use, settings)}
        if paying == set(uses) and coverer.forms <= paying:
            return Mined(plane, _functions(plane, steps, table, uses, taken), coverer)
        coverer = Coverer(table, coverer.forms & paying, repeats=_ROWS in paying, wider=coverer)


def _pays(steps: Sequence[StepJobs], use: _Use, settings: MotifSettings) -> bool:
    return use.saved > 0 and len({steps[at].group for at in use.steps}) >= settings.groups


def _uses(steps: Sequence[StepJobs], coverer: Coverer, cost: Callable[[str], int]) -> dict[int, _Use]:
    """By the numbers of forms; _ROWS is the function that draws rows of copies."""
    entries, forms = coverer.table.entries, coverer.table.forms
    prices = _Prices(coverer)
    places: defaultdict[int, list[int]] = defaultdict(list)
    saved: Counter[int] = Counter()
    for number, step in enumerate(steps):
        for job in step.jobs:
            cover = coverer.cover(job.target)
            if cover.repeats:
                places[_ROWS].append(number)
                saved[_ROWS] += prices.without_rows.cover(job.target).cost - cover.cost
            for piece in cover.pieces:
                if piece.entry is not None:
                    form = entries[piece.entry].form
                    places[form].append(number)
                    saved[form] += prices.saved(piece.entry)
    texts = {at: REPEAT if at == _ROWS else forms[at].source for at in places}
    return {at: _Use(tuple(found), saved[at] - cost(texts[at])) for at, found in places.items()}


class _Prices:
    """What shapes would cost without the functions that draw them."""

    def __init__(self, coverer: Coverer) -> None:
        self._coverer = coverer
        self.without_rows = Coverer(coverer.table, coverer.forms, repeats=False, wider=coverer)
        self._saved: dict[int, int] = {}
        self._others: dict[int, Coverer] = {}

    def saved(self, entry: int) -> int:
        """Tokens that a call of a variant saves, against the cheapest other way to the same cells."""
        if entry not in self._saved:
            table = self._coverer.table
            variant, form = table.entries[entry].variant, table.entries[entry].form
            mask = fullest(table.plane, variant.cells).mask
            others = self._without(form)
            pieces = others.cover(Target(mask, mask)).pieces
            self._saved[entry] = sum(piece.cost + 1 for piece in pieces) - variant.cost - 1
        return self._saved[entry]

    def _without(self, form: int) -> Coverer:
        if form not in self._others:
            forms = self._coverer.forms - {form}
            self._others[form] = Coverer(self._coverer.table, forms, repeats=self._coverer.repeats)
        return self._others[form]


def _functions(
    plane: Plane, steps: Sequence[StepJobs], table: Table, uses: Mapping[int, _Use], taken: Collection[str]
) -> tuple[Function, ...]:
    ordered = sorted(uses, key=lambda at: (-uses[at].saved, at))
    speech = Speech(steps, {job.color for step in steps for job in step.jobs})
    kinds = {at: REPEAT_KIND if at == _ROWS else table.forms[at].kind for at in ordered}
    words = {at: [] if at == _ROWS else speech.words(set(uses[at].steps)) for at in ordered}
    names = named(
        {kinds[at]: [] if at != _ROWS and table.forms[at].is_family else words[at] for at in ordered},
        {kinds[at]: (REPEAT_KIND,) if at == _ROWS else table.forms[at].words for at in ordered},
        taken,
    )
    return tuple(_function(plane, steps, table, at, uses[at], names[kinds[at]], words[at]) for at in ordered)


def _function(
    plane: Plane, steps: Sequence[StepJobs], table: Table, at: int, use: _Use, name: str, words: Sequence[str]
) -> Function:
    form = None if at == _ROWS else table.forms[at]
    used = [steps[number] for number in use.steps]
    return Function(
        name=name,
        kind=REPEAT_KIND if form is None else form.kind,
        source=repeat_text(plane, name) if form is None else function_text(plane, form, name, words),
        form=form,
        tasks=tuple(sorted({step.task for step in used})),
        groups=len({step.group for step in used}),
        times=len(used),
        gain=use.saved,
    )
