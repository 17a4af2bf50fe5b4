"""How often which kind of step is right at which kind of goal, counted as proofs and verdicts come in."""

from collections import Counter
from collections.abc import Iterable

__all__ = ["KindCounts"]

_BACKOFF = 4.0
"""As many steps at a shape is what is known of coarser shapes worth."""
_PRIOR_STEPS = 20.0
"""As many steps is the prior worth."""


class KindCounts:
    """Frequencies of kinds given shapes; rare shapes lean on the coarser shape, that on all goals."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._shapes: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._total = 0

    def copy(self) -> "KindCounts":
        """The same counts, to go on from separately."""
        twin = KindCounts()
        twin._pairs = self._pairs.copy()
        twin._shapes = self._shapes.copy()
        twin._kinds = self._kinds.copy()
        twin._total = self._total
        return twin

    def add(self, shapes: tuple[str, str], kind: str) -> None:
        """Count one step of `kind` at a goal of `shapes` (coarse, fine)."""
        for name in shapes:
            self._pairs[name, kind] += 1
            self._shapes[name] += 1
        self._kinds[kind] += 1
        self._total += 1

    def extend(self, steps: Iterable[tuple[tuple[str, str], str]]) -> None:
        """Count many."""
        for shapes, kind in steps:
            self.add(shapes, kind)

    def probability(self, shapes: tuple[str, str], kind: str, prior: float = 0.01) -> float:
        """How likely a step of `kind` is at `shapes`; `prior` before anything was counted."""
        estimate = (self._kinds[kind] + _PRIOR_STEPS * prior) / (self._total + _PRIOR_STEPS)
        for name in shapes:
            estimate = (self._pairs[name, kind] + _BACKOFF * estimate) / (self._shapes[name] + _BACKOFF)
        return estimate
