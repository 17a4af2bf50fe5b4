"""How long sentences of proofs take, off what step 4 measured. It differs from one run to the next."""

import heapq
from dataclasses import dataclass

import numpy as np

from holdfast.pipelines.steps import Output

__all__ = ["SENTENCE_CPU_S", "Slow", "Timing", "timing"]

SENTENCE_CPU_S = "sentence_cpu_s"
"""The series that step 4 measures: CPU seconds of Rocq for each sentence, printing the goals included."""
_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Slow:
    """A sentence that took long."""

    cpu_s: float
    theorem: str
    """The key of its row."""
    sentence: int
    """Its place in the proof, from 1."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What sentences take, in CPU seconds."""

    sentences: int
    p50_s: float
    p95_s: float
    slowest: tuple[Slow, ...]
    """The slowest first."""


def timing(evaluated: Output) -> Timing | None:
    """Of what step 4 gave; None where no sentence was measured. Raises StorageError."""
    times = [
        Slow(cpu_s, key, number)
        for key, listed in evaluated.series(SENTENCE_CPU_S)
        for number, cpu_s in enumerate(listed, 1)
    ]
    if not times:
        return None
    median, high = np.percentile([each.cpu_s for each in times], [50, 95])
    slowest = heapq.nlargest(_SLOWEST, times, key=lambda each: each.cpu_s)
    return Timing(len(times), float(median), float(high), tuple(slowest))
