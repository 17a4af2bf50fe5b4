"""`holdfast train-policy`: fine-tune a language model on the steps of audited proofs."""

import asyncio
import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.core.errors import MissingToolError, UserError
from holdfast.core.events import Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.trajectories import Observed
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import load_format
from holdfast.models.shards import Shard
from holdfast.training.pairs import PairSet, language_named, read_pairs
from holdfast.training.policy_sft import PolicySettings, TrainedPolicy, train_policy

__all__ = ["Config", "run"]

_SMALL = "training a small policy"
_LISTED = 20
"""So many refused theorems are told of by name to people; records name all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to train, on what, and how."""

    pairs: tuple[Path, ...]
    """Pairs as JSON lines, or stores of trajectories."""
    base: Path | None
    """None to train a small policy from scratch."""
    output_dir: Path
    language: str = "rocq"
    prompt: str = "proofstep.v1"
    settings: Mapping[str, object] = field(default_factory=dict)
    """Of `PolicySettings`."""


async def run(config: Config, output: Output) -> Report:
    """Train; the adapter and the merged weights are in `output_dir` afterwards."""
    language = language_named(config.language)
    prompts = load_format(config.prompt)
    if language not in prompts.languages:
        raise UserError(f"the prompt format {prompts.name} is not for {language}: name another")
    settings = PolicySettings.model_validate(config.settings)
    found = read_pairs(config.pairs, language=language)
    for each in found.tainted:
        output.result({"kind": "refused", **asdict(each)})
    for each in found.tainted[:_LISTED]:
        output.emit(Note(f"{each.theorem} is left out with its {each.pairs} pairs: {each.reason}", "warning"))
    if config.base is None:
        return await _train_small(config, found, settings, output)
    output.emit(TaskStarted("fine-tuning"))
    trained = await asyncio.to_thread(
        train_policy,
        config.base,
        found.split(settings.held_out),
        config.output_dir,
        prompts=prompts,
        language=language,
        settings=settings,
    )
    output.emit(TaskFinished("fine-tuning"))
    return _report(found, trained)


async def _train_small(config: Config, found: PairSet, settings: PolicySettings, output: Output) -> Report:
    """From scratch, on the steps of Rocq's proofs; for `search --policy`."""
    if config.language != "rocq":
        raise UserError("a small policy is of Rocq's steps: name a model to begin with, with --base")
    if config.output_dir.exists() and any(config.output_dir.iterdir()):
        raise UserError(f"{config.output_dir} is not empty: name another folder for the policy")
    module = _small_module()
    train, held = found.split(settings.held_out)
    shard = Shard.from_stream(
        Observed(pair.theorem, goal_from_text(pair.state), pair.tactic) for pair in train
    )
    output.emit(TaskStarted(_SMALL))
    trained = await asyncio.to_thread(
        module.train_small,
        [shard],
        module.SmallSettings(seed=settings.seed),
        progress=lambda epoch, loss: output.emit(TaskAdvanced(_SMALL, epoch, f"loss {loss:.3f}")),
    )
    output.emit(TaskFinished(_SMALL))
    config.output_dir.mkdir(parents=True, exist_ok=True)
    trained.policy.save(config.output_dir)
    summary = {
        "pairs": trained.examples,
        "held_out": len(held),
        "refused_theorems": len(found.tainted),
        "refused_pairs": sum(each.pairs for each in found.tainted),
        "covered": trained.covered,
        "parameters": trained.policy.parameters(),
        "losses": list(trained.losses),
        "policy": str(config.output_dir),
    }
    text = (
        f"trained on {trained.examples} pairs ({len(found.tainted)} theorems refused), loss"
        f" {trained.losses[0]:.3f}, then {trained.losses[-1]:.3f}; search --policy {config.output_dir}\n"
    )
    return Report(ExitCode.ACHIEVED, summary, (text,))


def _small_module() -> Any:  # noqa: ANN401 - torch is loaded by who needs it
    if importlib.util.find_spec("torch") is None:
        raise MissingToolError("training needs torch: pip install 'holdfast[train]' 'torch==2.13.0'")
    return importlib.import_module("holdfast.training.small_policy")


def _report(found: PairSet, trained: TrainedPolicy) -> Report:
    summary = {
        "pairs": trained.examples,
        "held_out": trained.measured,
        "refused_theorems": len(found.tainted),
        "refused_pairs": sum(each.pairs for each in found.tainted),
        "shortened": trained.shortened,
        "too_long": trained.too_long,
        "losses": list(trained.losses),
        "loss_before": trained.loss_before,
        "loss_after": trained.loss_after,
        "adapter": str(trained.adapter),
        "merged": str(trained.merged),
    }
    held = ""
    if trained.loss_before is not None and trained.loss_after is not None:
        held = f"; on held-out theorems {trained.loss_before:.3f}, then {trained.loss_after:.3f}"
    text = (
        f"trained on {trained.examples} pairs ({len(found.tainted)} theorems refused), loss"
        f" {trained.losses[0]:.3f}, then {trained.losses[-1]:.3f}{held}\n"
        f"ask it with --model hf:{trained.merged}\n"
    )
    return Report(ExitCode.ACHIEVED, summary, (text,))
