"""What one library teaches, in one file: its steps ready for the index, and the names it declares.

A file is a numpy archive of plain arrays; nothing in it is executed when it is read.
"""

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.core.goals import Subgoal
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.adapt import Context, Slot, Template, make_template, read_context
from holdfast.models.features import features
from holdfast.models.rocq_steps import is_move, normalize, pattern, shape, step_kind

__all__ = ["SHARD_VERSION", "Shard", "ShardError", "Taught"]

SHARD_VERSION = 4


class ShardError(Exception):
    """A file is no shard, or one of another version: make it again from its library."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What is known of a step besides its text and its goal's features."""

    shapes: tuple[str, str]
    """The shape of its goal."""
    kind: str
    pattern: str
    first: bool
    """Whether it begins a proof."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The steps and names of one library, in the order in which they were read."""

    features: NDArray[np.uint32]
    """Features of all goals, one goal after the other."""
    lengths: NDArray[np.int64]
    """How many features each goal has."""
    templates: tuple[Template, ...]
    taught: tuple[Taught, ...]
    """For each step what else is to be known of it."""
    declared: tuple[Declared, ...]

    @classmethod
    def from_stream(cls, stream: Iterable[Observed | Declared]) -> "Shard":
        """Work out once what every later reader needs."""
        goals: list[NDArray[np.uint32]] = []
        templates: list[Template] = []
        taught: list[Taught] = []
        declared: list[Declared] = []
        theorem: str | None = None
        for item in stream:
            if isinstance(item, Declared):
                declared.append(item)
            elif item.goal.subgoals and is_move(item.step):
                subgoal = item.goal.subgoals[0]
                context = read_context(subgoal)
                step = normalize(item.step)
                goals.append(features(subgoal))
                templates.append(make_template(context, step))
                taught.append(_taught(subgoal, context, step, first=item.theorem != theorem))
                theorem = item.theorem
        return cls(*_flat(goals), tuple(templates), tuple(taught), tuple(declared))

    def save(self, path: Path) -> None:
        """Write the shard; the caller makes it appear under its name at once or not at all."""
        text = {
            "version": SHARD_VERSION,
            "templates": [_packed(template) for template in self.templates],
            "taught": [[*one.shapes, one.kind, one.pattern, one.first] for one in self.taught],
            "declared": [[item.name, item.kind, item.statement] for item in self.declared],
        }
        encoded = np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            np.savez(file, text=encoded, features=self.features, lengths=self.lengths)

    @classmethod
    def load(cls, path: Path) -> "Shard":
        """Read a shard. Raises ShardError when it is of another version or damaged, OSError as files do."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                text = json.loads(arrays["text"].tobytes())
                if text["version"] != SHARD_VERSION:
                    raise ShardError(f"{path} has version {text['version']}, not {SHARD_VERSION}")
                return _checked(_unpacked(text, arrays))
        except (ValueError, KeyError, IndexError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise ShardError(f"{path} is not a shard: {error}") from error


def _checked(shard: Shard) -> Shard:
    """The shard. Raises ValueError where its parts do not belong together."""
    goals = _fits(shard.features, shard.lengths, len(shard.templates))
    if not (goals and len(shard.templates) == len(shard.taught)):
        raise ValueError("its parts differ in length")
    return shard


def _fits(flat: NDArray[np.uint32], lengths: NDArray[np.int64], count: int) -> bool:
    return len(lengths) == count and int(lengths.sum()) == len(flat) and bool((lengths >= 0).all())


def _taught(subgoal: Subgoal, context: Context, step: str, *, first: bool) -> Taught:
    kind = step_kind(step, frozenset(context.locals))
    return Taught(shape(subgoal), kind, pattern(step, context.roots), first)


def _unpacked(text: dict[str, list[list[str]]], arrays: Mapping[str, NDArray[np.uint32]]) -> Shard:
    return Shard(
        features=arrays["features"],
        lengths=arrays["lengths"].astype(np.int64),
        templates=tuple(
            Template(step, tuple(Slot(*slot) for slot in slots)) for step, slots in text["templates"]
        ),
        taught=tuple(
            Taught((coarse, fine), kind, pattern, bool(first))
            for coarse, fine, kind, pattern, first in text["taught"]
        ),
        declared=tuple(Declared(*item) for item in text["declared"]),
    )


def _packed(template: Template) -> list[object]:
    slots = [[slot.name, slot.type, slot.rank, slot.place] for slot in template.slots]
    return [template.text, slots]


def _flat(sets: list[NDArray[np.uint32]]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    lengths = np.array([len(one) for one in sets], dtype=np.int64)
    flat = np.concatenate(sets) if sets else np.empty(0, dtype=np.uint32)
    return flat.astype(np.uint32), lengths
