"""What steps people take, apart from the details of the goal: after which step, at which shape, of late."""

import math
from collections import Counter, deque
from dataclasses import dataclass

from holdfast.models.tables import Row, Table

__all__ = ["Habits", "Situation", "Taken", "tactic"]

_RECENT = 400
_SUCCESSORS = 6


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a step is taken, without the goal's details."""

    shapes: tuple[str, str]
    """The conclusion in one word, and in two."""
    previous: str
    """The step before; empty at the beginning of a proof."""
    heads: tuple[str, str]
    """The tactics of the last two steps, the last one first; empty where there was none."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    text: str
    pattern: str
    closed: bool
    """Whether it names nothing of its goal's own."""


def tactic(step: str) -> str:
    """The first word of a step."""
    head, _space, _rest = step.partition(" ")
    return head.rstrip(";")


class Habits:
    """Counts of steps and of their patterns under what they were taken in."""

    def __init__(self) -> None:
        """Know of no step."""
        self._texts = Row()
        self._recent_texts: Counter[str] = Counter()
        self._patterns = Row()
        self._shaped, self._recent_shaped = Table(), Table()
        self._after, self._after_two, self._after_shaped = Table(), Table(), Table()
        self._text_after, self._text_shaped = Table(), Table()
        self._pattern_of: dict[str, str] = {}
        self._successors: dict[str, deque[int]] = {}
        self._window: deque[tuple[str, str, str]] = deque()

    def add(self, number: int, taken: Taken, situation: Situation) -> None:
        """Count a step; `number` is what `successors` calls it by."""
        text, kind = taken.text, taken.pattern
        coarse, fine = situation.shapes
        self._texts.add(text)
        self._patterns.add(kind)
        self._text_after.at(situation.previous).add(text)
        self._after.at(situation.heads[0]).add(kind)
        self._after_two.at(situation.heads).add(kind)
        self._after_shaped.at((coarse, situation.heads[0])).add(kind)
        self._shaped.at(coarse).add(kind)
        for name in (coarse, fine):
            row = self._text_shaped.at(name)
            row.add(text)
            if taken.closed:
                row.lead(text)
        if taken.closed:
            self._pattern_of[text] = kind
        if situation.previous:
            self._successors.setdefault(situation.previous, deque(maxlen=_SUCCESSORS)).append(number)
        self._slide(text, kind, coarse)

    def _slide(self, text: str, kind: str, coarse: str) -> None:
        self._window.append((text, kind, coarse))
        self._recent_texts[text] += 1
        self._recent_shaped.at(coarse).add(kind)
        if len(self._window) > _RECENT:
            old_text, old_kind, old_coarse = self._window.popleft()
            self._recent_texts[old_text] -= 1
            self._recent_shaped.at(old_coarse).remove(old_kind)

    def popular(self, shapes: tuple[str, str]) -> list[tuple[str, str]]:
        """Steps that name nothing of the goal's own, often taken at such goals, with their patterns."""
        found = dict.fromkeys(
            text for name in reversed(shapes) for text in self._text_shaped.row(name).leaders
        )
        return [(text, self._pattern_of[text]) for text in found]

    def successors(self, previous: str) -> list[int]:
        """Numbers of the latest steps that were taken right after a step called `previous`."""
        return list(self._successors.get(previous, ()))

    def usual(self, kind: str, situation: Situation) -> tuple[float, float, float, float]:
        """Logarithms of how likely a pattern is.

        After the last tactic, after the last two, after the last one at such a shape, and of late at it.
        """
        coarse, _fine = situation.shapes
        last = situation.heads[0]
        general = (self._patterns.counts.get(kind, 0) + 0.2) / (self._patterns.total + 20)
        at_shape = self._shaped.row(coarse).chance(kind, general)
        after = self._after.row(last).chance(kind, general)
        return (
            math.log(after),
            self._after_two.row(situation.heads).log(kind, after),
            self._after_shaped.row((coarse, last)).log(kind, math.sqrt(at_shape * after)),
            self._recent_shaped.row(coarse).log(kind, at_shape),
        )

    def text_logs(self, texts: list[str], situation: Situation) -> list[tuple[float, float, float]]:
        """For each text how often it came of late, and the logarithms of its chances.

        These are after the step before, and at the goal's shape.
        """
        after = self._text_after.row(situation.previous)
        coarse, fine = (self._text_shaped.row(name) for name in situation.shapes)
        scale = self._texts.total + 100.0
        counts = self._texts.counts
        found = []
        for text in texts:
            general = (counts.get(text, 0) + 0.1) / scale
            at_fine = fine.log(text, coarse.chance(text, general))
            recent = math.log1p(self._recent_texts.get(text, 0))
            found.append((recent, after.log(text, general), at_fine))
        return found
