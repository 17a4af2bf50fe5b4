"""What steps people take, apart from the details of the goal: after which step, at which shape, of late."""

import math
from collections import Counter, deque
from dataclasses import dataclass

from holdfast.models.tables import Row, Table

__all__ = ["Habits", "Situation", "Taken", "Usual", "tactic"]

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


@dataclass(frozen=True, slots=True)
class Usual:
    """Logarithms of how likely a pattern is, by what is known."""

    by_shape: float
    after: float
    after_two: float
    after_at_shape: float
    recent: float
    recent_at_shape: float


def tactic(step: str) -> str:
    """The first word of a step."""
    head, _space, _rest = step.partition(" ")
    return head.rstrip(";")


class Habits:
    """Counts of steps and of their patterns under what they were taken in."""

    def __init__(self) -> None:
        """Know of no step."""
        self.texts = Row()
        self.recent_texts: Counter[str] = Counter()
        self._patterns = Row()
        self._recent = Row()
        self._shaped, self._after, self._after_two, self._after_shaped, self._recent_shaped = (
            Table() for _ in range(5)
        )
        self._text_after, self._text_shaped = Table(), Table()
        self._pattern_of: dict[str, str] = {}
        self._successors: dict[str, deque[int]] = {}
        self._window: deque[tuple[str, str, str]] = deque()

    def add(self, number: int, taken: Taken, situation: Situation) -> None:
        """Count a step; `number` is what `successors` calls it by."""
        text, kind = taken.text, taken.pattern
        coarse, fine = situation.shapes
        self.texts.add(text)
        self._patterns.add(kind)
        self._text_after.at(situation.previous).add(text)
        self._after.at(situation.heads[0]).add(kind)
        self._after_two.at(situation.heads).add(kind)
        self._after_shaped.at((coarse, situation.heads[0])).add(kind)
        for name in (coarse, fine):
            self._shaped.at(name).add(kind)
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
        self.recent_texts[text] += 1
        self._recent.add(kind)
        self._recent_shaped.at(coarse).add(kind)
        if len(self._window) > _RECENT:
            old_text, old_kind, old_coarse = self._window.popleft()
            self.recent_texts[old_text] -= 1
            self._recent.remove(old_kind)
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

    def usual(self, kind: str, situation: Situation) -> Usual:
        """How likely a pattern is in a situation."""
        coarse, fine = situation.shapes
        general = (self._patterns.counts.get(kind, 0) + 0.2) / (self._patterns.total + 20)
        at_coarse = self._shaped.row(coarse).chance(kind, general)
        at_fine = self._shaped.row(fine).chance(kind, at_coarse)
        after = self._after.row(situation.heads[0]).chance(kind, general)
        both = math.sqrt(at_coarse * after)
        return Usual(
            by_shape=math.log(at_fine),
            after=math.log(after),
            after_two=self._after_two.row(situation.heads).log(kind, after),
            after_at_shape=self._after_shaped.row((coarse, situation.heads[0])).log(kind, both),
            recent=self._recent.log(kind, general),
            recent_at_shape=self._recent_shaped.row(coarse).log(kind, at_fine),
        )

    def text_logs(self, texts: list[str], situation: Situation) -> list[tuple[float, float]]:
        """For each text the logarithms of its chances after the step before and at the goal's shape."""
        after = self._text_after.row(situation.previous)
        coarse, fine = (self._text_shaped.row(name) for name in situation.shapes)
        scale = self.texts.total + 100.0
        counts = self.texts.counts
        found = []
        for text in texts:
            general = (counts.get(text, 0) + 0.1) / scale
            at_fine = fine.log(text, coarse.chance(text, general))
            found.append((after.log(text, general), at_fine))
        return found
