"""Which theorems are learned from, and which are held out."""

import hashlib

from holdfast.apps.iteration.config import IterateConfig
from holdfast.apps.rocq.installed import library_finder
from holdfast.core.errors import UserError
from holdfast.pipelines.theorems import Theorem, read_theorems_list

__all__ = ["parted"]

_SHOWN = 3


async def parted(config: IterateConfig) -> tuple[list[Theorem], list[Theorem]]:
    """The theorems to learn from and those to measure on.

    Raises what `read_theorems_list` raises, UserError where a theorem is in both lists or one is empty.
    """
    find = await library_finder()
    listed = read_theorems_list(config.theorems, find_library=find)[: config.max_theorems]
    if config.held_out is None:
        share = config.held_out_share
        learning = [theorem for theorem in listed if not _is_held_out(theorem.name, share)]
        held_out = [theorem for theorem in listed if _is_held_out(theorem.name, share)]
    else:
        learning, held_out = listed, read_theorems_list(config.held_out, find_library=find)
    _check(learning, held_out)
    return learning, held_out


def _is_held_out(name: str, share: float) -> bool:
    """By the name alone, so that a list may grow; not as training does, whose share would be empty."""
    digest = hashlib.sha256(f"iterate:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2.0**64


def _check(learning: list[Theorem], held_out: list[Theorem]) -> None:
    both = {theorem.key for theorem in learning} & {theorem.key for theorem in held_out}
    if both:
        shown = ", ".join(name for _, name in sorted(both)[:_SHOWN])
        raise UserError(
            f"{len(both)} theorems are both learned from and measured on ({shown}): take them out of one list"
        )
    if not learning or not held_out:
        empty = "nothing is left to learn from" if not learning else "nothing is held out to measure on"
        raise UserError(f"{empty}: give a longer list, or name another with held_out")
