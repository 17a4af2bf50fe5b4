"""Fine-tune a language model on pairs with LoRA, and keep both the adapter and the merged weights.

Needs the extra `train`. No code that comes with a model is run, and weights are read as safetensors only.
"""

import importlib
import importlib.util
import math
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.errors import InfrastructureError, MissingToolError, StorageError, UserError
from holdfast.models.prompts import Language, PromptFormat
from holdfast.models.trained import write_note
from holdfast.training.examples import Example, make_examples
from holdfast.training.pairs import Pair

__all__ = ["PolicySettings", "TrainedPolicy", "train_policy"]

_SCRATCH = "training"
_NEEDED = ("torch", "transformers", "peft", "trl", "accelerate", "datasets", "safetensors")


class PolicySettings(BaseModel):
    """How a model is fine-tuned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = Field(16, ge=1)
    """Of the LoRA matrices; their scale `alpha` is twice that."""
    dropout: float = Field(0.05, ge=0, lt=1)
    head: bool = False
    """Whether the output layer is trained as a whole, too: a model that knows little yet needs it."""
    learning_rate: float = Field(2e-4, gt=0)
    steps: int = Field(1500, ge=1)
    """Updates of the weights."""
    batch: int = Field(8, ge=1)
    accumulate: int = Field(1, ge=1)
    """Batches an update."""
    longest: int = Field(1024, ge=16)
    """Tokens of a prompt and its step together, at most."""
    held_out: float = Field(0.05, ge=0, lt=1)
    """Share of the theorems that nothing is trained on, for measuring."""
    warm_up: float = Field(0.03, ge=0, le=1)
    """Share of the steps in which the learning rate rises; it falls along a cosine afterwards."""
    device: str = "cpu"
    threads: int | None = Field(1, ge=1)
    """Threads of torch; more than one slow down beside busy checkers. None: as is."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedPolicy:
    """What came of fine-tuning."""

    adapter: Path
    merged: Path
    examples: int
    """Pairs trained on."""
    shortened: int
    too_long: int
    measured: int
    """Pairs of held-out theorems."""
    losses: tuple[float, ...]
    """Mean loss a token of a step, from time to time while training."""
    loss_before: float | None
    """On held-out theorems, before training; None where none were held out."""
    loss_after: float | None


def train_policy(
    base: Path,
    pairs: tuple[Sequence[Pair], Sequence[Pair]],
    output: Path,
    *,
    prompts: PromptFormat,
    language: Language,
    settings: PolicySettings | None = None,
) -> TrainedPolicy:
    """Fine-tune the model in `base`; blocks until `output/adapter` and `output/merged` are whole.

    Args:
        base: a folder with a causal model in safetensors, and its tokenizer.
        pairs: what to train on and what to measure on, no theorem in both.
        output: a folder that does not exist yet, or is empty.
        prompts: how the model will be asked; its name is kept with the weights.
        language: what steps are written in.
        settings: None for the defaults.

    Raises:
        UserError: there is no such model, nothing to train on, or something is in the way.
        MissingToolError: the extra is not installed.
        InfrastructureError: the loss is not a number any more.
    """
    chosen = settings or PolicySettings.model_validate({})
    _prepare(base, output)
    model, tokenizer = _load(base, chosen)
    longest = min(chosen.longest, _context(model))
    train = make_examples(pairs[0], prompts, tokenizer, longest)
    held = make_examples(pairs[1], prompts, tokenizer, longest)
    if not train.kept:
        raise UserError(
            "there is nothing to train on: no pair fits, or all theorems were held out or refused"
        )
    with _quiet(), _draft(output) as draft:
        trainer = _trainer(model, tokenizer, (train.kept, held.kept), draft, chosen)
        before, losses, after = _trained(trainer, held.kept)
        note = _note(base, prompts, language, chosen, losses=losses, before=before, after=after)
        _save(trainer, tokenizer, draft, note)
    return TrainedPolicy(
        adapter=output / "adapter",
        merged=output / "merged",
        examples=len(train.kept),
        shortened=train.shortened,
        too_long=train.too_long,
        measured=len(held.kept),
        losses=losses,
        loss_before=before,
        loss_after=after,
    )


def _prepare(base: Path, output: Path) -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingToolError(
            f"fine-tuning needs {', '.join(missing)}: pip install 'holdfast[train]' 'torch==2.13.0'"
        )
    if not (base / "config.json").is_file():
        raise UserError(f"{base} holds no model (no config.json): download one first, with `hf download`")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError(f"{output} is not empty: name another folder for the policy")


def _load(base: Path, settings: PolicySettings) -> tuple[Any, Any]:
    torch, transformers = _module("torch"), _module("transformers")
    _module("transformers.utils.logging").disable_progress_bar()
    _module("datasets").disable_progress_bars()
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    transformers.set_seed(settings.seed)
    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(base, **local)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            base, dtype=torch.float32, use_safetensors=True, **local
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"the model in {base} cannot be fine-tuned ({reason})") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model.to(settings.device), tokenizer


def _trainer(
    model: Any,  # noqa: ANN401 - transformers says no more
    tokenizer: Any,  # noqa: ANN401
    examples: tuple[Sequence[Example], Sequence[Example]],
    output: Path,
    settings: PolicySettings,
) -> Any:  # noqa: ANN401
    trl, peft = _module("trl"), _module("peft")
    arguments = trl.SFTConfig(
        output_dir=str(output / _SCRATCH),
        max_steps=settings.steps,
        per_device_train_batch_size=settings.batch,
        per_device_eval_batch_size=settings.batch,
        gradient_accumulation_steps=settings.accumulate,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=round(settings.warm_up * settings.steps),
        logging_steps=max(1, settings.steps // 20),
        save_strategy="no",
        report_to="none",
        seed=settings.seed,
        data_seed=settings.seed,
        use_cpu=settings.device == "cpu",
        bf16=False,
        # Sequences that share one row would read each other.
        packing=False,
        completion_only_loss=True,
        max_length=None,
        disable_tqdm=True,
    )
    lora = peft.LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        modules_to_save=["lm_head"] if settings.head else None,
        task_type="CAUSAL_LM",
    )
    train, held = examples
    trainer = trl.SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(train),
        eval_dataset=_dataset(held) if held else None,
        processing_class=tokenizer,
        peft_config=lora,
    )
    # Standard output belongs to the records of the command.
    trainer.remove_callback(_module("transformers.trainer_callback").PrinterCallback)
    return trainer


def _dataset(examples: Sequence[Example]) -> Any:  # noqa: ANN401 - the library is imported only here
    """Cut into tokens already, so that nobody cuts prompts in another way than they will be asked in."""
    rows = [
        {
            "input_ids": [*each.prompt, *each.step],
            "completion_mask": [0] * len(each.prompt) + [1] * len(each.step),
        }
        for each in examples
    ]
    return _module("datasets").Dataset.from_list(rows)


def _measured(trainer: Any, held: Sequence[Example]) -> float | None:  # noqa: ANN401 - as above
    return float(trainer.evaluate()["eval_loss"]) if held else None


def _trained(
    trainer: Any,  # noqa: ANN401 - as above
    held: Sequence[Example],
) -> tuple[float | None, tuple[float, ...], float | None]:
    """Train; the loss on what is held out before and after, and in between that on what is trained on."""
    before = _measured(trainer, held)
    trainer.train()
    losses = tuple(float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry)
    if any(not math.isfinite(loss) for loss in losses):
        raise InfrastructureError(
            "the loss is not a number any more, and nothing was kept: try a smaller learning rate"
        )
    return before, losses, _measured(trainer, held)


def _save(trainer: Any, tokenizer: Any, output: Path, note: Mapping[str, object]) -> None:  # noqa: ANN401
    adapter, merged = output / "adapter", output / "merged"
    trainer.model.save_pretrained(adapter)
    trainer.model.merge_and_unload().save_pretrained(merged)
    for folder in (adapter, merged):
        tokenizer.save_pretrained(folder)
        write_note(folder, note)


def _note(
    base: Path,
    prompts: PromptFormat,
    language: Language,
    settings: PolicySettings,
    **figures: object,
) -> dict[str, object]:
    return {
        "base": base.name,
        "prompt": prompts.name,
        "language": language,
        "settings": settings.model_dump(),
        **figures,
    }


def _context(model: Any) -> int:  # noqa: ANN401 - as above
    return int(getattr(model.config, "max_position_embeddings", None) or 2**31)


@contextmanager
def _draft(output: Path) -> Iterator[Path]:
    """A folder that becomes `output` when all is there, and goes away otherwise. Raises StorageError."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as folder:
            draft = Path(folder) / "policy"
            draft.mkdir()
            yield draft
            shutil.rmtree(draft / _SCRATCH, ignore_errors=True)
            draft.replace(output)
    except OSError as error:
        raise StorageError(f"cannot keep the policy in {output}: {error.strerror}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """These libraries warn of each other's habits, which is nothing that a user could act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _module(name: str) -> Any:  # noqa: ANN401 - imported by who needs it: this takes seconds
    return importlib.import_module(name)
