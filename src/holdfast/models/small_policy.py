"""A small network that says which step is usual at a goal; fills the `Learner` seam beside the neighbours.

It is trained by `training/small_policy.py` and only multiplied here, with numpy. A goal is the bag of its
hashed features, and the tactics of the two steps before; a step is a template, whose slots are filled with
what fits the goal.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import UserError
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.adapt import Slot, Template, fit, read_context
from holdfast.models.chances import logprob
from holdfast.models.features import FeatureSet, features
from holdfast.models.habits import tactic
from holdfast.models.trail import Trail

__all__ = ["BUCKETS", "WEIGHTS_FILE", "SmallPolicy", "SmallPolicyProposer", "heads_before"]

BUCKETS = 1 << 15
"""Features are counted modulo this."""
WEIGHTS_FILE = "small_policy.npz"
_VERSION = 1
_FORMS = 24
"""So many of the likeliest templates are fitted to a goal."""
_ARRAYS = ("embedding", "last", "before_last", "hidden", "hidden_bias", "output", "output_bias")


def heads_before(steps: Sequence[str]) -> tuple[str, str]:
    """The tactics of the last two steps, the last one first; empty where there was none."""
    last = tactic(steps[-1]) if steps else ""
    return last, tactic(steps[-2]) if len(steps) > 1 else ""


@dataclass(frozen=True, slots=True)
class SmallPolicy:
    """The weights, and what their rows stand for."""

    arrays: Mapping[str, NDArray[np.float32]]
    """`embedding` has a row a bucket, `last` and `before_last` one a tactic, `output` one a template; the
    last row of all but the first is for what has none of its own."""
    tactics: tuple[str, ...]
    templates: tuple[tuple[Template, ...], ...]
    """For each output some templates that differ in what is known of their slots only."""

    def parameters(self) -> int:
        """How many weights there are."""
        return sum(array.size for array in self.arrays.values())

    def chances(self, goal: FeatureSet, heads: tuple[str, str]) -> NDArray[np.float64]:
        """The probability of each template; what is missing to 1 is that of none of them."""
        arrays = self.arrays
        bag = arrays["embedding"][goal % BUCKETS].sum(axis=0) / np.sqrt(max(len(goal), 1))
        numbers = [self._tactic(head) for head in heads]
        known = np.concatenate([bag, arrays["last"][numbers[0]], arrays["before_last"][numbers[1]]])
        hidden = np.maximum(arrays["hidden"] @ known + arrays["hidden_bias"], 0)
        scores = (arrays["output"] @ hidden + arrays["output_bias"]).astype(np.float64)
        grown = np.exp(scores - scores.max())
        found: NDArray[np.float64] = grown[:-1] / grown.sum()
        return found

    def _tactic(self, head: str) -> int:
        return self.tactics.index(head) if head in self.tactics else len(self.tactics)

    def save(self, folder: Path) -> None:
        """Write the weights into a folder that exists."""
        text = {
            "version": _VERSION,
            "tactics": self.tactics,
            "templates": [[_packed(each) for each in some] for some in self.templates],
        }
        encoded = np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), dtype=np.uint8)
        with (folder / WEIGHTS_FILE).open("wb") as file:
            np.savez_compressed(file, text=encoded, **dict[str, Any](self.arrays))

    @classmethod
    def load(cls, folder: Path) -> "SmallPolicy":
        """Read what `save` wrote; nothing in it is executed. Raises UserError on anything else."""
        path = folder / WEIGHTS_FILE
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
                text = json.loads(found["text"].tobytes())
                arrays = {name: found[name] for name in _ARRAYS}
            policy = cls(arrays, tuple(text["tactics"]), tuple(map(_unpacked, text["templates"])))
            fits = text["version"] == _VERSION and _fits(policy)
        except FileNotFoundError as error:
            raise UserError(
                f"{folder} holds no policy (no {WEIGHTS_FILE}): make one with train-policy"
            ) from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise UserError(f"{path} is damaged or no policy: train it anew ({error})") from error
        if not fits:
            raise UserError(f"{path} is of another version or damaged: train it anew")
        return policy


def _packed(template: Template) -> list[object]:
    return [template.text, [[slot.name, slot.type, slot.rank, slot.place] for slot in template.slots]]


def _unpacked(some: Sequence[tuple[str, Sequence[tuple[str, str, int, int]]]]) -> tuple[Template, ...]:
    return tuple(Template(text, tuple(Slot(*slot) for slot in slots)) for text, slots in some)


def _fits(policy: SmallPolicy) -> bool:
    arrays = policy.arrays
    width = sum(arrays[name].shape[1] for name in ("embedding", "last", "before_last"))
    rows = {"embedding": BUCKETS, "last": len(policy.tactics) + 1, "output": len(policy.templates) + 1}
    whole = all(arrays[name].shape[0] == count for name, count in rows.items())
    finite = all(bool(np.isfinite(array).all()) for array in arrays.values())
    return whole and finite and arrays["hidden"].shape[1] == width


class SmallPolicyProposer:
    """Offers the templates that the network finds likeliest, made to fit the goal.

    It learns nothing while it works but the way to the goals at hand.
    """

    def __init__(self, policy: SmallPolicy) -> None:
        """Propose with trained weights, which are shared and never changed."""
        self._policy = policy
        self._trail = Trail()

    def follow(self, theorem: str) -> None:
        """Say whose proof the next goals belong to, where they come from reading, not from search."""
        self._trail.follow(theorem)

    def learn(self, item: Observed | Declared) -> None:
        """Note where a proof is that is being read."""
        if isinstance(item, Observed):
            self._trail.learn(item)

    def judged(self, step: JudgedStep) -> None:
        """Remember the way to the goals that a step leaves."""
        self._trail.judged(step)

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The likeliest templates that can be made to fit the first subgoal."""
        if not goal.subgoals:
            return []
        subgoal = goal.subgoals[0]
        chances = self._policy.chances(features(subgoal), heads_before(self._trail.before(goal)))
        best = np.argsort(-chances, kind="stable")[: max(_FORMS, count)].tolist()
        context = read_context(subgoal)
        found: dict[str, float] = {}
        for at in best:
            made: dict[str, float] = {}
            for template in self._policy.templates[at]:
                for step in fit(template, context):
                    made[step.text] = max(step.fit, made.get(step.text, 0.0))
            # A template's chance is shared by what it becomes here, by how well that fits.
            whole = max(sum(made.values()), 1.0)
            for text, worth in made.items():
                found[text] = found.get(text, 0.0) + float(chances[at]) * worth / whole
        ranked = sorted(found.items(), key=lambda pair: -pair[1])[:count]
        return [Proposal(Step(text), logprob(chance), "policy") for text, chance in ranked]
