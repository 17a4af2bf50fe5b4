"""The steps of the proofs that stand in sources, as the checker saw them being taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from holdfast.core.documents import Source
from holdfast.core.seams import Checker
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.goal_text import goal_from_text
from holdfast.training.pairs import Pair

__all__ = ["Truths", "read_truths", "truths_of_pairs"]


@dataclass(slots=True)
class Truths:
    """Proofs by the names of their theorems."""

    _proofs: dict[str, list[tuple[Observed, ...]]] = field(default_factory=dict)

    def add(self, proof: Iterable[Observed]) -> None:
        """Take in a proof; its steps name their theorem."""
        steps = tuple(proof)
        if steps:
            self._proofs.setdefault(_last(steps[0].theorem), []).append(steps)

    def find(self, theorem: str) -> tuple[Observed, ...] | str:
        """The steps of a theorem's proof, or why there are none."""
        found = self._proofs.get(_last(theorem), [])
        if len(found) == 1:
            return found[0]
        return "no step of its proof was seen" if not found else "others of its name are proved in its file"


def _last(theorem: str) -> str:
    """Readers call a theorem by what its statement says, holes by the modules around it too."""
    return theorem.rpartition(".")[2]


async def read_truths(checker: Checker, source: Source) -> Truths:
    """The proofs of a source, read to its end. Raises SourceError where it is not accepted."""
    seen: list[Observed | Declared] = []
    async with checker.open(source, seen.append) as reader:
        await reader.finish()
    truths = Truths()
    steps = [each for each in seen if isinstance(each, Observed)]
    for _theorem, proof in groupby(steps, key=lambda step: step.theorem):
        truths.add(proof)
    return truths


def truths_of_pairs(pairs: Sequence[Pair]) -> Mapping[str, Truths]:
    """The proofs that pairs tell of, by file; a proof of which a step is missing is left out."""
    files: dict[str, Truths] = {}
    by_theorem: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        by_theorem.setdefault((pair.file, pair.theorem), []).append(pair)
    for (file, theorem), some in by_theorem.items():
        ordered = sorted(some, key=lambda pair: pair.depth)
        if [pair.depth for pair in ordered] == list(range(len(ordered))):
            steps = [Observed(theorem, goal_from_text(pair.state), pair.tactic) for pair in ordered]
            files.setdefault(file, Truths()).add(steps)
    return files
