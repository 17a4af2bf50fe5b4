"""The fenced blocks of an answer, as models write them rather than as they should."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Block", "blocks_in", "outside_of", "up_to_last"]

_FENCE = re.compile(r"^[ \t]{0,3}(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    info: str
    """The first word behind the opening fence, in lower case; empty where there is none."""
    text: str
    """What stands inside, with the newline of its last line."""
    closed: bool
    """Whether its closing fence is there."""
    start: int
    """Offset of the opening fence."""
    end: int
    """Offset behind the closing fence, or of the end of the text."""


def blocks_in(text: str) -> tuple[Block, ...]:
    """The blocks of a text in order; one that is never closed ends with the text.

    A fence inside of a block opens one of its own where it has a word behind it, so that a program which
    holds fences in a text is not cut in two.
    """
    found: list[Block] = []
    opening: re.Match[str] | None = None
    depth = 0
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening, depth = fence, 0
        elif _is_as_long(fence, opening):
            if fence["info"]:
                depth += 1
            elif depth and _closes_later(text, fence, opening):
                depth -= 1
            else:
                found.append(_block(text, opening, fence))
                opening = None
    if opening is not None:
        found.append(_block(text, opening, None))
    return tuple(found)


def outside_of(text: str, blocks: Sequence[Block]) -> str:
    """What stands outside of the blocks, stripped."""
    at, parts = 0, []
    for block in blocks:
        parts.append(text[at : block.start])
        at = block.end
    return "".join([*parts, text[at:]]).strip()


def up_to_last(text: str, block: Block) -> str:
    """What stands from the opening fence of a block to the last fence of the text, all of it."""
    start = text.find("\n", block.start) + 1
    end = text.rfind("\n```", start)
    return text[start : end + 1] if start and end >= 0 else block.text


def _is_as_long(fence: re.Match[str], opening: re.Match[str]) -> bool:
    return fence["marks"][0] == opening["marks"][0] and len(fence["marks"]) >= len(opening["marks"])


def _closes_later(text: str, fence: re.Match[str], opening: re.Match[str]) -> bool:
    """Whether another bare fence follows, that can close the block."""
    return any(not each["info"] and _is_as_long(each, opening) for each in _FENCE.finditer(text, fence.end()))


def _block(text: str, opening: re.Match[str], closing: re.Match[str] | None) -> Block:
    words = opening["info"].split()
    start = min(opening.end() + 1, len(text))
    inside = text[start : len(text) if closing is None else closing.start()]
    return Block(
        info=words[0].lower() if words else "",
        text=inside if inside.endswith("\n") or not inside else f"{inside}\n",
        closed=closing is not None,
        start=opening.start(),
        end=len(text) if closing is None else closing.end(),
    )
