"""Names for functions without a model: words that instructions have where a function is used."""

import builtins
import keyword
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from holdfast.library.mining.jobs import StepJobs

__all__ = ["Speech", "named"]

_WORD = re.compile(r"[a-z]{3,}")
_LIFT = 2.5
"""How much likelier a word has to be where a function is used than anywhere."""
_GROUPS = 3
_SHARE = 0.1
"""In how many of the instructions that use a function its name has to be, at least."""
_WORDS = 4
_NOT_NAMES = frozenset(
    _WORD.findall(
        """
    about above across adjacent after again ahead all along already also and another any are
    around away back because been before begin beginning being below beside between blank blocks
    board both bottom bottommost but can cell cells center centre color colored coloring colors
    colour column columns complete connected connecting contain continue continuing count
    counting create design diagonal diagonally did direction directly does don done down
    downward downwards draw each edge eight eighteen eighteenth eighth either eleven eleventh
    empty end ending entire etc every exactly except exists facing far fifteen fifteenth fifth
    fill finish first five follow following for form four fourteen fourteenth fourth from given
    going have here hexagon hexagons horizontally immediately inside into its itself just keep
    last least leave leaving left leftmost length like look lower make mark middle mirror more
    most move moving near need new next nine ninth not now number off once one only onto
    opposite order other others outside over paint painted painting part pattern per place point
    pointing position previous put remaining repeat right rightmost row rows same second see
    seven seventeen seventeenth seventh shape should side sides similar single six sixteen
    sixteenth sixth skip skipping some space spaces spot start started starting still such sure
    take ten tenth than that the their them then there these they thing third thirteen
    thirteenth this those three through tile tiled tiles time times together too top topmost
    total touching toward towards try turn twelfth twelve twice two under until upper upward
    upwards use used using vertically very via want was way were what when where which while
    white will with whole within without would you your
    """
    )
)
"""Words of place, order and number, and those that hold sentences together: none says what a shape is."""


class Speech:
    """The instructions of steps, as sets of words."""

    def __init__(self, steps: Sequence[StepJobs], colors: Iterable[str]) -> None:
        """`colors` name nothing either."""
        barred = _NOT_NAMES | {color.strip("\"'") for color in colors}
        said = [_words(step.instruction) for step in steps]
        known = {word for words in said for word in words}
        self._words = [{_singular(word, known) for word in words} - barred for words in said]
        self._groups = [step.group for step in steps]
        self._counts = Counter(word for words in self._words for word in words)

    def words(self, used: Collection[int]) -> list[str]:
        """What the instructions of some steps speak of more than others do, the most telling first."""
        counts: Counter[str] = Counter()
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for at in used:
            for word in self._words[at]:
                counts[word] += 1
                groups[word].add(self._groups[at])
        total = len(self._words)
        scores = {
            # How far a count lies above what the word's share of all instructions makes one expect.
            word: count * math.log(count * total / (self._counts[word] * len(used)))
            for word, count in counts.items()
            if len(groups[word]) >= _GROUPS
            and count >= _SHARE * len(used)
            and count * total >= _LIFT * self._counts[word] * len(used)
        }
        return sorted(scores, key=lambda word: (-scores[word], word))[:_WORDS]


def named(
    telling: Mapping[str, Sequence[str]], fallback: Mapping[str, Sequence[str]], taken: Collection[str]
) -> dict[str, str]:
    """A name for each kind, none of them taken: a telling word, or one of its fallbacks."""
    found: dict[str, str] = {}
    used = {*taken, *dir(builtins)}
    for kind, words in telling.items():
        options = [*words, *fallback[kind]]
        free = [word for word in options if word not in used and not keyword.iskeyword(word)]
        name = free[0] if free else _numbered(options[-1], used)
        found[kind] = name
        used.add(name)
    return found


def _numbered(word: str, used: Collection[str]) -> str:
    at = 2
    while f"{word}_{at}" in used:
        at += 1
    return f"{word}_{at}"


def _words(instruction: str) -> set[str]:
    return set(_WORD.findall(instruction.lower()))


def _singular(word: str, known: Collection[str]) -> str:
    """One word for one and many, where instructions have both."""
    for ending in ("es", "s"):
        if word.endswith(ending) and word[: -len(ending)] in known:
            return word[: -len(ending)]
    return word
