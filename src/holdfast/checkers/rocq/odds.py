"""Which steps are worth a look before they are taken.

Rocq can run a sentence and forget its effects at once. That costs less than appending it to the document,
and a step that fails is then done with; one that holds has to be run again. So it pays where a tactic fails
often, or costs little where it holds.
"""

__all__ = ["Odds"]

_SAVED_S = 150e-6
"""About what a step that fails costs more when it is appended first: `benchmarks/driver.py` prints both."""


class Odds:
    """How the steps that begin with one word or another fared so far in a session."""

    def __init__(self) -> None:
        """Know of no step; each word is looked at until it has held."""
        self._balance: dict[str, float] = {}

    def are_poor(self, step: str) -> bool:
        """Whether to look first: so far, looking at such steps would have paid."""
        return self._balance.get(_word(step), _SAVED_S) > 0

    def failed(self, step: str) -> None:
        """Count a step that did not hold."""
        word = _word(step)
        self._balance[word] = min(self._balance.get(word, _SAVED_S) + _SAVED_S, 100 * _SAVED_S)

    def held(self, step: str, cpu_s: float) -> None:
        """Count a step that held and took `cpu_s` CPU seconds."""
        word = _word(step)
        self._balance[word] = max(self._balance.get(word, _SAVED_S) - cpu_s, -100 * _SAVED_S)


def _word(step: str) -> str:
    return step.partition(" ")[0]
