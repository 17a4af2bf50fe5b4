"""What instructions say of a function: words of its steps that others do not have; no model is asked."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.library.compressing.search import Window
from holdfast.library.records import Task

__all__ = ["Said", "Speech"]

_WORD = re.compile(r"[a-z]{3,}")
_LIFT = 2.0
"""How much likelier a word has to be where the function is used than anywhere."""
_SHARE = 0.5
"""In how many of the instructions that use it a word has to be."""
_WORDS = 2
_LONGEST = 70
"""Characters of an instruction that is shown."""
_PLAIN = re.compile(r"[^\w .,;:()!?+*/=<>-]+")
_EMPTY = frozenset(
    ("the", "and", "for", "with", "from", "that", "this", "each", "every", "all", "are", "its")
)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a function."""

    words: tuple[str, ...] = ()
    """As they follow each other in an instruction; none where no word stands out."""
    instruction: str = ""
    """The shortest instruction that uses it, in plain characters; empty where there is none."""


class Speech:
    """The instructions of some tasks."""

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        """Read them."""
        self._tasks = tasks
        steps = [step.instruction for task in tasks.values() for step in task.steps]
        self._count = len(steps)
        self._common = Counter(word for text in steps for word in _words(text))

    def of(self, windows: Iterable[Window]) -> Said:
        """What the steps say that these windows are in."""
        places = sorted({(window.task, window.piece) for window in windows})
        texts = [
            (self._tasks[task].group, self._tasks[task].steps[piece].instruction)
            for task, piece in places
            if piece < len(self._tasks[task].steps)
        ]
        if not any(text.strip() for _, text in texts):
            return Said()
        counts = Counter(word for _, text in texts for word in _words(text))
        groups = {word: {group for group, text in texts if word in _words(text)} for word in counts}
        scores = {
            word: count / len(texts) * math.log(lift)
            for word, count in counts.items()
            if count >= max(2, _SHARE * len(texts))
            and len(groups[word]) > 1
            and (lift := count / len(texts) / (self._common[word] / self._count)) >= _LIFT
        }
        best = sorted(scores, key=lambda word: (-scores[word], word))[:_WORDS]
        shortest = min((text for _, text in texts if text.strip()), key=lambda text: (len(text), text))
        order = [*dict.fromkeys(_WORD.findall(shortest.lower()))]
        best.sort(key=lambda word: order.index(word) if word in order else len(order))
        plain = _PLAIN.sub("", " ".join(shortest.split())).strip()
        shown = plain if len(plain) <= _LONGEST else plain[:_LONGEST].rpartition(" ")[0] + " ..."
        return Said(tuple(best), shown)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _EMPTY
