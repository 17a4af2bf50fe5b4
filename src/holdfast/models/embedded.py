"""The proposer that needs no language model: everything embedded, mixed."""

from collections.abc import Iterable, Sequence

from holdfast.models.automation import AutomationProposer, Tactic
from holdfast.models.counts import KindCounts
from holdfast.models.knn import KnnProposer
from holdfast.models.mixture import Mixture
from holdfast.models.premises import PremiseProposer
from holdfast.models.shards import Shard
from holdfast.models.structural import StructuralProposer

__all__ = ["embedded"]


def embedded(shards: Iterable[Shard], tactics: Sequence[Tactic]) -> Mixture:
    """Neighbours, automation, premises and structural moves as one learner.

    Args:
        shards: what the libraries in force teach, least related first: later ones count as more recent.
        tactics: the automation that is available, see `standard_tactics`.
    """
    known = tuple(shards)
    counts = KindCounts()
    for shard in known:
        counts.extend(shard.kinds)
    return Mixture(
        {
            "knn": KnnProposer(known),
            "automation": AutomationProposer(tactics),
            "premises": PremiseProposer(known, counts.copy()),
            "structural": StructuralProposer(known, counts.copy()),
        }
    )
