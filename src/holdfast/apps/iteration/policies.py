"""Fine-tunes a language model on the audited proofs of a loop."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.taught import read_taught
from holdfast.models.prompts import Language, load_format
from holdfast.training.pairs import Pair, PairSet
from holdfast.training.policy_sft import PolicySettings, TrainedPolicy, train_policy

__all__ = ["Policy", "TunedModel", "tune"]


class Policy(BaseModel):
    """Which model is fine-tuned, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Path | None = None
    """A folder with a causal model; None for no fine-tuning. Each iteration begins from it."""
    prompt: str = "proofstep.v1"
    language: Language = "rocq"
    settings: PolicySettings = Field(default_factory=lambda: PolicySettings.model_validate({}))


@dataclass(frozen=True, slots=True)
class TunedModel:
    """What came of it."""

    spec: str
    """As `--model` takes it."""
    sentence: str


async def tune(folder: Path, pairs: Path, policy: Policy) -> TunedModel:
    """Train from the base on all pairs. Raises what `train_policy` raises."""
    assert policy.base is not None
    trained = await asyncio.to_thread(_tuned, folder, policy.base.absolute(), pairs, policy)
    held = ""
    if trained.loss_before is not None and trained.loss_after is not None:
        held = f"; on held-out theorems it fell from {trained.loss_before:.3f} to {trained.loss_after:.3f}"
    first, last = trained.losses[0], trained.losses[-1]
    sentence = (
        f"{policy.base.name} was fine-tuned on {trained.examples} steps, loss {first:.3f} to {last:.3f}{held}"
    )
    return TunedModel(f"hf:{trained.merged}", sentence)


def _tuned(folder: Path, base: Path, pairs: Path, policy: Policy) -> TrainedPolicy:
    found = PairSet(
        tuple(
            Pair(theorem=step.theorem, state=step.state, tactic=step.tactic, depth=step.depth, file=step.file)
            for step in read_taught(pairs)
            if step.language == policy.language
        )
    )
    if folder.exists():  # of a start that was stopped: half a training is worth nothing
        shutil.rmtree(folder)
    return train_policy(
        base,
        found.split(policy.settings.held_out),
        folder,
        prompts=load_format(policy.prompt),
        language=policy.language,
        settings=policy.settings,
    )
