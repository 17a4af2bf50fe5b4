"""A small policy beside the embedded proposers, for those who name one."""

from collections.abc import Callable
from pathlib import Path

from holdfast.core.errors import UserError
from holdfast.core.seams import Learner
from holdfast.models.mixture import MixtureProposer
from holdfast.models.prompts import Language
from holdfast.models.small_policy import SmallPolicy, SmallPolicyProposer

__all__ = ["WEIGHT", "with_policy"]

WEIGHT = 1.0
"""What the policy's chances count beside those of the other proposers."""


def with_policy(make: Callable[[], Learner], folder: Path, language: Language) -> Callable[[], Learner]:
    """Learners as `make` makes them, mixed with the policy in `folder`.

    Raises UserError where there is none, or the steps are of another language than Rocq.
    """
    if language != "rocq":
        raise UserError(f"a small policy offers steps of Rocq: leave --policy out for {language}")
    policy = SmallPolicy.load(folder)

    def made() -> Learner:
        learner = make()
        mixture = learner if isinstance(learner, MixtureProposer) else MixtureProposer({"embedded": learner})
        return mixture.beside("policy", SmallPolicyProposer(policy), WEIGHT)

    return made
