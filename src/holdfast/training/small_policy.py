"""Train the small policy from scratch: minutes on a processor for tens of thousands of steps. Needs torch."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from torch.nn import functional

from holdfast.core.errors import InfrastructureError, UserError
from holdfast.models.adapt import Template
from holdfast.models.features import FeatureSet
from holdfast.models.shards import Shard
from holdfast.models.small_policy import BUCKETS, SmallPolicy, heads_before

__all__ = ["SmallSettings", "TrainedSmall", "train_small"]

_CUT = re.compile(r"([^\W\d][\w']*(?:\.[^\W\d][\w']*)*)")
_EXAMPLES = 3
"""Templates kept of each form, for what their slots were."""
_Batch: TypeAlias = tuple[torch.Tensor, ...]


class SmallSettings(BaseModel):
    """How it is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(6, ge=1)
    batch: int = Field(256, ge=1)
    learning_rate: float = Field(2e-3, gt=0)
    width: int = Field(64, ge=4)
    """Of a feature's vector."""
    hidden: int = Field(128, ge=4)
    dropout: float = Field(0.2, ge=0, lt=1)
    forgotten: float = Field(0.1, ge=0, lt=1)
    """Share of a goal's features that is left out at random while training."""
    at_least: int = Field(3, ge=1)
    """Forms of steps that were taken less often are not among those that it can offer."""
    most: int = Field(6_000, ge=1)
    """Forms that it can offer."""
    threads: int | None = Field(1, ge=1)
    """Threads of torch; more than one slow down beside busy checkers. None: as is."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TrainedSmall:
    """What came of it."""

    policy: SmallPolicy
    examples: int
    covered: float
    """Share of the steps trained on whose form it can offer."""
    losses: tuple[float, ...]
    """Mean cross-entropy, an epoch each."""


@dataclass(frozen=True, slots=True)
class _Example:
    goal: FeatureSet
    heads: tuple[str, str]
    template: Template


def train_small(
    shards: Sequence[Shard],
    settings: SmallSettings | None = None,
    *,
    progress: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> TrainedSmall:
    """A policy trained on all steps of some shards; the same shards and settings give the same weights.

    Raises UserError where there is too little to train on, InfrastructureError where the loss is NaN.
    """
    chosen = settings or SmallSettings.model_validate({})
    examples = [example for shard in shards for example in _examples(shard)]
    forms = Counter(_form(example.template) for example in examples)
    known = [form for form, count in forms.most_common(chosen.most) if count >= chosen.at_least]
    if not known:
        raise UserError(
            f"there is too little to train on: no step was taken {chosen.at_least} times in"
            f" {len(examples)} steps"
        )
    heads = Counter(head for example in examples for head in example.heads)
    tactics = tuple(head for head, count in heads.most_common() if count >= chosen.at_least)
    if chosen.threads is not None:
        torch.set_num_threads(chosen.threads)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(chosen.seed)
        network = _Network(len(tactics), len(known), chosen)
        losses = tuple(_fit(network, _packed(examples, tactics, known), chosen, progress))
    policy = SmallPolicy(network.arrays(), tactics, _templates(examples, known))
    covered = sum(forms[form] for form in known) / len(examples)
    return TrainedSmall(policy, len(examples), covered, losses)


def _examples(shard: Shard) -> Iterator[_Example]:
    at = 0
    before: tuple[str, ...] = ()
    for length, template, taught in zip(shard.lengths.tolist(), shard.templates, shard.taught, strict=True):
        before = () if taught.first else before[-2:]
        yield _Example(shard.features[at : at + length], heads_before(before), template)
        before = (*before, template.text)
        at += length


def _form(template: Template) -> str:
    """The step with numbers for its slots, in the order in which they stand there."""
    numbers: dict[str, str] = {}
    names = {slot.name for slot in template.slots}
    parts = [
        numbers.setdefault(part, f"${len(numbers)}") if at % 2 and part in names else part
        for at, part in enumerate(_CUT.split(template.text))
    ]
    return "".join(parts)


def _templates(examples: Sequence[_Example], known: Sequence[str]) -> tuple[tuple[Template, ...], ...]:
    """For each form the templates with the commonest kinds of slots."""
    seen: dict[str, dict[tuple[str, ...], list[Template]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        kinds = tuple(slot.type for slot in example.template.slots)
        seen[_form(example.template)][kinds].append(example.template)
    found = []
    for form in known:
        common = sorted(seen[form].values(), key=lambda some: -len(some))[:_EXAMPLES]
        found.append(tuple(some[-1] for some in common))
    return tuple(found)


class _Network(nn.Module):
    """A bag of features and two tactics, one hidden layer, a form."""

    def __init__(self, tactics: int, forms: int, settings: SmallSettings) -> None:
        super().__init__()
        width = settings.width
        self.embedding = nn.EmbeddingBag(BUCKETS, width, mode="sum", sparse=True)
        nn.init.normal_(self.embedding.weight, std=0.05)
        self.last = nn.Embedding(tactics + 1, width // 2)
        self.before_last = nn.Embedding(tactics + 1, width // 2)
        self.hidden = nn.Linear(2 * (width // 2) + width, settings.hidden)
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(settings.hidden, forms + 1)

    def forward(self, batch: _Batch) -> torch.Tensor:
        """The scores of the forms, for each example."""
        goals, offsets, lengths, last, before_last = batch
        bag = self.embedding(goals, offsets) / lengths.sqrt().unsqueeze(1)
        known = torch.cat([bag, self.last(last), self.before_last(before_last)], dim=1)
        scores: torch.Tensor = self.output(self.dropout(torch.relu(self.hidden(known))))
        return scores

    def arrays(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        """The weights under the names that `SmallPolicy` has for them."""
        found = {
            "embedding": self.embedding.weight,
            "last": self.last.weight,
            "before_last": self.before_last.weight,
            "hidden": self.hidden.weight,
            "hidden_bias": self.hidden.bias,
            "output": self.output.weight,
            "output_bias": self.output.bias,
        }
        return {name: weight.detach().numpy().astype(np.float32) for name, weight in found.items()}


@dataclass(frozen=True, slots=True)
class _Row:
    goal: torch.Tensor
    last: int
    before_last: int
    form: int


def _packed(examples: Sequence[_Example], tactics: Sequence[str], known: Sequence[str]) -> list[_Row]:
    numbers = {head: at for at, head in enumerate(tactics)}
    forms = {form: at for at, form in enumerate(known)}
    return [
        _Row(
            torch.from_numpy((example.goal % BUCKETS).astype(np.int64)),
            numbers.get(example.heads[0], len(tactics)),
            numbers.get(example.heads[1], len(tactics)),
            forms.get(_form(example.template), len(known)),
        )
        for example in examples
    ]


def _fit(
    network: _Network, rows: list[_Row], settings: SmallSettings, progress: Callable[[int, float], None]
) -> Iterator[float]:
    sparse = torch.optim.SparseAdam([network.embedding.weight], lr=settings.learning_rate)
    dense = torch.optim.AdamW(
        [weight for name, weight in network.named_parameters() if not name.startswith("embedding")],
        lr=settings.learning_rate,
        weight_decay=0.01,
    )
    batches = -(-len(rows) // settings.batch)
    drawer = random.Random(settings.seed)  # noqa: S311 - a repeatable order, not a secret
    for epoch in range(settings.epochs):
        drawer.shuffle(rows)
        total = 0.0
        for number in range(batches):
            left = 1 - (epoch * batches + number) / (settings.epochs * batches)
            for optimizer in (sparse, dense):
                optimizer.param_groups[0]["lr"] = settings.learning_rate * left
                optimizer.zero_grad()
            some = rows[number * settings.batch : (number + 1) * settings.batch]
            loss = functional.cross_entropy(
                network(_batch(some, settings.forgotten)), torch.tensor([row.form for row in some])
            )
            loss.backward()  # type: ignore[no-untyped-call]
            sparse.step()  # type: ignore[no-untyped-call]
            dense.step()
            total += float(loss.detach()) * len(some)
        if not np.isfinite(total):
            raise InfrastructureError("the loss is not a number any more: try a smaller learning rate")
        progress(epoch + 1, total / len(rows))
        yield total / len(rows)


def _batch(rows: Sequence[_Row], forgotten: float) -> _Batch:
    goals = [row.goal[torch.rand(len(row.goal)) >= forgotten] for row in rows]
    lengths = [len(goal) for goal in goals]
    offsets = torch.tensor([0, *lengths[:-1]]).cumsum(dim=0)
    return (
        torch.cat(goals),
        offsets,
        torch.tensor(lengths, dtype=torch.float32).clamp(min=1),
        torch.tensor([row.last for row in rows]),
        torch.tensor([row.before_last for row in rows]),
    )
