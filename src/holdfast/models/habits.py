"""What steps people take, apart from the details of the goal: after which step, at which shape, of late."""

import math
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.models.tables import Row, Table

__all__ = ["Habits", "Situation", "Taken", "tactic"]

_RECENT = 400
"""So many steps are of late."""
_SUCCESSORS = 6
_TEXT_PRIOR, _PATTERN_PRIOR = (0.1, 100.0), (0.2, 20.0)
"""What is counted for a text and a pattern, and for all of them, before anything was seen."""


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
        text, pattern = taken.text, taken.pattern
        coarse, fine = situation.shapes
        self._texts.add(text)
        self._patterns.add(pattern)
        self._text_after.at(situation.previous).add(text)
        self._after.at(situation.heads[0]).add(pattern)
        self._after_two.at(situation.heads).add(pattern)
        self._after_shaped.at((coarse, situation.heads[0])).add(pattern)
        self._shaped.at(coarse).add(pattern)
        for name in (coarse, fine):
            row = self._text_shaped.at(name)
            row.add(text)
            if taken.closed:
                row.lead(text)
        if taken.closed:
            self._pattern_of[text] = pattern
        if situation.previous:
            self._successors.setdefault(situation.previous, deque(maxlen=_SUCCESSORS)).append(number)
        self._slide(text, pattern, coarse)

    def _slide(self, text: str, pattern: str, coarse: str) -> None:
        self._window.append((text, pattern, coarse))
        self._recent_texts[text] += 1
        self._recent_shaped.at(coarse).add(pattern)
        if len(self._window) > _RECENT:
            old_text, old_pattern, old_coarse = self._window.popleft()
            self._recent_texts[old_text] -= 1
            if not self._recent_texts[old_text]:
                del self._recent_texts[old_text]
            self._recent_shaped.at(old_coarse).remove(old_pattern)

    def popular(self, shapes: tuple[str, str]) -> list[tuple[str, str]]:
        """Steps that name nothing of the goal's own, often taken at such goals, with their patterns."""
        found = dict.fromkeys(
            text for name in reversed(shapes) for text in self._text_shaped.row(name).leaders
        )
        return [(text, self._pattern_of[text]) for text in found]

    def successors(self, previous: str) -> list[int]:
        """Numbers of the latest steps that were taken right after a step called `previous`."""
        return list(self._successors.get(previous, ()))

    def chances(
        self, texts: Sequence[str], patterns: Sequence[str], situation: Situation
    ) -> Iterator[Sequence[float]]:
        """How usual steps are, given their texts and, for each, its pattern; one sequence after the other.

        Of a text: 1 + how often it came of late, its chance after the step before, and at the goal's shape.
        Of a pattern: its chance after the last tactic, after the last two, after the last one at such a
        shape, and of late at such a shape.
        """
        coarse, fine = situation.shapes
        recent = self._recent_texts
        yield [recent.get(text, 0) + 1 for text in texts]
        general = self._texts.smoothed(texts, *_TEXT_PRIOR)
        yield self._text_after.row(situation.previous).chances(texts, general)
        at_coarse = self._text_shaped.row(coarse).chances(texts, general)
        yield self._text_shaped.row(fine).chances(texts, at_coarse)
        distinct = list(dict.fromkeys(patterns))
        places = {pattern: place for place, pattern in enumerate(distinct)}
        at = [places[pattern] for pattern in patterns]
        for chances in self._pattern_chances(distinct, situation):
            yield [chances[place] for place in at]

    def _pattern_chances(self, patterns: Sequence[str], situation: Situation) -> Iterator[Sequence[float]]:
        coarse, _fine = situation.shapes
        last = situation.heads[0]
        general = self._patterns.smoothed(patterns, *_PATTERN_PRIOR)
        at_shape = self._shaped.row(coarse).chances(patterns, general)
        after = self._after.row(last).chances(patterns, general)
        yield after
        yield self._after_two.row(situation.heads).chances(patterns, after)
        both = [math.sqrt(one * other) for one, other in zip(at_shape, after, strict=True)]
        yield self._after_shaped.row((coarse, last)).chances(patterns, both)
        yield self._recent_shaped.row(coarse).chances(patterns, at_shape)
