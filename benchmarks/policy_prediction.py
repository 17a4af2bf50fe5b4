"""How often the step that a proof takes is among the first that are offered, by what a small policy counts.

The policy is trained on the libraries of Coq that are not held out (by their names). In held-out libraries,
which are read in a drawn order, the embedded proposers are asked at the first steps of each, and told
afterwards; they know what the library rests on. What the policy offers is added by several weights.

Record the proofs first:  python benchmarks/replay.py --all --keep DIR
Then:                     python benchmarks/policy_prediction.py DIR
"""

import argparse
import asyncio
import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from holdfast.apps.rocq.workbench import Workbench, open_workbench
from holdfast.checkers.rocq.libraries import Library, requires
from holdfast.core.documents import Source
from holdfast.core.seams import Learner
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Observed
from holdfast.models.automation import AutomationProposer, standard_tactics
from holdfast.models.counts import KindCounts
from holdfast.models.knn import KnnProposer
from holdfast.models.mixture import MixtureProposer
from holdfast.models.premises import PremiseProposer
from holdfast.models.small_policy import SmallPolicy, SmallPolicyProposer
from holdfast.models.structural import StructuralProposer
from holdfast.training.pairs import is_held_out
from policy import trained
from streams import read_stream

WEIGHTS = (0.0, 0.5, 1.0, 2.0)
FIRST = (1, 10, 40)
Tally = Mapping[float, Counter[int]]


async def predict(
    bench: Workbench, library: Library, policy: SmallPolicy, options: argparse.Namespace
) -> Tally:
    """The first steps of one library: by weight, how many stand among the first so many."""
    source = Source(library.name, library.path.read_text(encoding="utf-8", errors="surrogateescape"))
    shards = bench.shards(bench.closure(requires(source)))
    counts = KindCounts()
    for shard in shards:
        counts.extend((one.shapes, one.kind) for one in shard.taught)
    near, small = KnnProposer(shards), SmallPolicyProposer(policy)
    rest: dict[str, Learner] = {
        "automation": AutomationProposer(standard_tactics()),
        "premises": PremiseProposer(shards, counts.copy()),
        "structural": StructuralProposer(shards, counts.copy()),
    }
    mixture = MixtureProposer({"knn": near, **rest})
    tally: dict[float, Counter[int]] = defaultdict(Counter)
    asked = 0
    for item in read_stream(options.streams / f"{library.name}.jsonl.gz"):
        if isinstance(item, Observed):
            if asked == options.steps:
                break
            asked += 1
            near.follow(item.theorem)
            small.follow(item.theorem)
            offers = await mixture.propose(item.goal, 80), await small.propose(item.goal, 80)
            for weight in WEIGHTS:
                count(offers, weight, " ".join(item.step.split()), tally[weight])
        mixture.learn(item)
        small.learn(item)
    return tally


def count(
    offers: tuple[Sequence[Proposal], Sequence[Proposal]], weight: float, wanted: str, tally: Counter[int]
) -> None:
    """Where the step that was taken stands; 0 counts all steps."""
    chances: dict[str, float] = defaultdict(float)
    for some, share in zip(offers, (1.0, weight), strict=True):
        for one in some:
            chances[" ".join(one.step.text.split())] += share * math.exp(one.logprob)
    ranked = sorted(chances, key=lambda text: -chances[text])
    tally[0] += 1
    for first in FIRST:
        tally[first] += wanted in ranked[:first]


async def run(options: argparse.Namespace) -> None:
    """Train where no policy is named, then ask."""
    bench = await open_workbench(options.cache)
    if not (options.policy / "small_policy.npz").exists():
        trained(bench, options.held_out, options.policy)
    policy = SmallPolicy.load(options.policy)
    held = [each for each in bench.libraries.under("Coq") if is_held_out(each.name, options.held_out)]
    random.Random(options.seed).shuffle(held)  # noqa: S311 - a repeatable order
    total: dict[float, Counter[int]] = defaultdict(Counter)
    for library in held[: options.libraries]:
        for weight, tally in (await predict(bench, library, policy, options)).items():
            total[weight].update(tally)
    print(f"{'weight':>8}{'steps':>8}" + "".join(f"{f'top-{first}':>9}" for first in FIRST))
    for weight, tally in sorted(total.items()):
        print(f"{weight:>8}{tally[0]:>8}" + "".join(f"{tally[first] / tally[0]:>9.1%}" for first in FIRST))


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("streams", type=Path, help="the folder that replay.py --keep wrote")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of the libraries")
    parser.add_argument("--libraries", type=int, default=1000, help="held-out libraries, at most")
    parser.add_argument("--steps", type=int, default=100, help="steps of each, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--policy", type=Path, default=Path(__file__).parent / "results" / "policy")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
