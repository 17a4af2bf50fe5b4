"""Steps as templates: which of their names are the goal's own, and what to put there at another goal.

A recorded step names hypotheses of the goal it was taken at. They are matched with hypotheses of the goal
at hand by type, by part played in the conclusion, by place and only last by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from holdfast.core.goals import Subgoal
from holdfast.models.rocq_terms import Term, read_term

__all__ = ["Adapted", "Context", "Slot", "Template", "fit", "make_template", "read_context"]

_NAME = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")
_CUT = re.compile(f"({_NAME.pattern})")
_BINDER = "∀"

# What a name scores for suiting a slot; chosen by hand on the development libraries.
_SAME_TYPE = 6.0
_LIKE_TYPE = 4.0
"""For the likeness of another type, times this."""
_NAMED, _RANK, _PLACE = 1.5, 1.0, 0.7
_FULL_SCORE = _SAME_TYPE + _NAMED + _RANK + _PLACE
_RUNNER_UP = 0.5
_NO_BINDER = 0.3


@dataclass(frozen=True, slots=True)
class Slot:
    """A name in a step that belongs to the goal."""

    name: str
    type: str
    """Its type with local names abstracted; `∀` for a name that the conclusion quantifies over."""
    rank: int
    """Which of the goal's locals it is, in the order of the conclusion; -1 when it is not in there."""
    place: int
    """How many hypotheses are younger; for a quantified name its position."""


@dataclass(frozen=True, slots=True)
class Template:
    """A step with its goal's names taken out."""

    text: str
    """The step as recorded."""
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """The names that a goal offers, described as slots."""

    locals: Mapping[str, Slot]
    """Hypotheses by name, oldest first."""
    by_type: Mapping[str, Sequence[tuple[float, Slot]]]
    """Hypotheses by described type, oldest first, each with what its type scores there."""
    binders: tuple[str, ...]
    """What the conclusion quantifies over."""
    roots: Mapping[str, str]
    """The root of each hypothesis's type."""
    _alike: dict[str, list[tuple[float, Slot]]] = field(default_factory=dict, compare=False, repr=False)

    def find(self, name: str) -> Slot | None:
        """The local or quantified variable called `name`."""
        if name in self.locals:
            return self.locals[name]
        if name in self.binders:
            return Slot(name, _BINDER, -1, self.binders.index(name))
        return None

    def alike(self, described: str) -> Sequence[tuple[float, Slot]]:
        """Every local, oldest first, with the score of its type against a described one; answers are kept."""
        found = self._alike.get(described)
        if found is None:
            found = [(_LIKE_TYPE * _likeness(described, local.type), local) for local in self.locals.values()]
            self._alike[described] = found
        return found


@dataclass(frozen=True, slots=True)
class Adapted:
    """A step made for the goal at hand."""

    text: str
    fit: float
    """How well the names fit, in 0..1; 1 where nothing had to be guessed."""


def read_context(subgoal: Subgoal) -> Context:
    """Describe the names of a goal."""
    goal = read_term(subgoal.conclusion)
    terms = [(hypothesis.names, read_term(hypothesis.type)) for hypothesis in subgoal.hypotheses]
    roots = {name: term.root for names, term in terms for name in names}
    shapes = {name: f"@{root}" for name, root in roots.items()}
    ranks: dict[str, int] = {}
    for word in goal.words:
        if word in shapes:
            ranks.setdefault(word, len(ranks))
    found: dict[str, Slot] = {}
    by_type: dict[str, list[tuple[float, Slot]]] = {}
    place = sum(len(names) for names, _term in terms)
    for names, term in terms:
        described = _describe(term, shapes)
        for name in names:
            place -= 1
            slot = Slot(name, described, ranks.get(name, -1), place)
            found[name] = slot
            by_type.setdefault(described, []).append((_SAME_TYPE, slot))
    return Context(found, by_type, goal.binders, roots)


def _describe(term: Term, shapes: dict[str, str]) -> str:
    return " ".join([shapes.get(word, word) for word in term.abstract[:60]])


def make_template(context: Context, step: str) -> Template:
    """Find the goal's names in a step."""
    slots: dict[str, Slot] = {}
    for name in _NAME.findall(step):
        slot = context.find(name)
        if slot is not None:
            slots[name] = slot
    return Template(step, tuple(slots.values()))


def fit(template: Template, context: Context) -> list[Adapted]:
    """The step for another goal, best fit first; empty where the goal has nothing to put in a slot.

    At most two: each slot with the name that suits it best, and with one name exchanged for the runner-up.
    """
    if not template.slots:
        return [Adapted(template.text, 1.0)]
    chosen: dict[str, str] = {}
    second: tuple[float, str, str] | None = None
    worst = 1.0
    taken: set[str] = set()
    for slot in template.slots:
        ranked = _ranked(slot, context, taken)
        if not ranked:
            return []
        score, name = ranked[0]
        chosen[slot.name] = name
        taken.add(name)
        worst = min(worst, score)
        if len(ranked) > 1 and (second is None or ranked[1][0] > second[0]):
            second = (ranked[1][0], slot.name, ranked[1][1])
    parts = _parts(template.text, tuple(chosen))
    results = [Adapted("".join([chosen.get(part, part) for part in parts]), worst)]
    if second is not None and second[2] not in chosen.values():
        chosen[second[1]] = second[2]
        other = "".join([chosen.get(part, part) for part in parts])
        results.append(Adapted(other, _RUNNER_UP * min(worst, second[0])))
    return results


def _ranked(slot: Slot, context: Context, taken: set[str]) -> list[tuple[float, str]]:
    """Names for a slot with their scores in 0..1, best first; of the very same type, where there are any."""
    if slot.type == _BINDER:
        return _binder(slot, context)
    scored = _scored(slot, context.by_type.get(slot.type, ()), taken)
    if not scored:
        scored = _scored(slot, context.alike(slot.type), taken)
    if len(scored) > 1:
        scored.sort(key=itemgetter(0), reverse=True)
    return scored


def _scored(slot: Slot, offered: Sequence[tuple[float, Slot]], taken: set[str]) -> list[tuple[float, str]]:
    """Scores by type (given), name, rank and place, oldest local first."""
    found = []
    for score, local in offered:
        if local.name not in taken:
            total = (
                score
                + _NAMED * (slot.name == local.name)
                + _RANK * (slot.rank == local.rank)
                + _PLACE * (slot.place == local.place)
            )
            found.append((total / _FULL_SCORE, local.name))
    return found


def _binder(slot: Slot, context: Context) -> list[tuple[float, str]]:
    """What the conclusion calls the variable in the same place; the recorded name where it has none."""
    if slot.place < len(context.binders):
        return [(1.0, context.binders[slot.place])]
    return [(_NO_BINDER, slot.name)]


@lru_cache(maxsize=1 << 17)
def _likeness(left: str, right: str) -> float:
    """How much two described types share, in 0..1; less than 1 for different ones."""
    if left == right:
        return 1.0
    mine, theirs = set(left.split()), set(right.split())
    return 0.9 * len(mine & theirs) / max(len(mine | theirs), 1)


@lru_cache(maxsize=1 << 16)
def _parts(text: str, names: tuple[str, ...]) -> list[str]:
    """A step cut before and after each of these names; joined, the parts are the step."""
    parts = [""]
    for at, part in enumerate(_CUT.split(text)):
        if at % 2 and part in names:
            parts += [part, ""]
        else:
            parts[-1] += part
    return parts
