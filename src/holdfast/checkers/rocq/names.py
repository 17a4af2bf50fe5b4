"""Names as short as they can be: proposers write names in full, people do not."""

import re
from collections.abc import Awaitable, Callable

from holdfast.checkers.rocq.toplevel import RejectedError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

__all__ = ["shorten"]

_QUALIFIED = re.compile(r"(?<![\w'.])[^\W\d][\w']*(?:\.[^\W\d][\w']*)+")
_ENTRY = re.compile(r"\S.*(?:\n[ \t].*)*")
"""The first thing that Rocq tells of; lines that go on with it begin with a blank."""
_SHORTER = re.compile(r"\(shorter\s+name\s+to\s+refer\s+to\s+it\s+in\s+current\s+context\s+is\s+([^\s)]+)\)")


async def shorten(proof: Proof, query: Callable[[str], Awaitable[str]]) -> Proof:
    """`proof` with each qualified name cut to the shortest end of it that means the same.

    `query` asks Rocq at the place of the proof. Raises CheckerError.
    """
    names = dict.fromkeys(name for step in proof.steps() for name in _QUALIFIED.findall(step.text))
    short = {name: await _shortest(name, query) for name in names}
    return _renamed(proof, short)


async def _shortest(name: str, query: Callable[[str], Awaitable[str]]) -> str:
    meant = await _located(name, query)
    parts = name.split(".")
    for start in range(len(parts) - 1, 0, -1):
        candidate = ".".join(parts[start:])
        if meant and await _located(candidate, query) == meant:
            return candidate
    return name


async def _located(name: str, query: Callable[[str], Awaitable[str]]) -> str:
    """What a name stands for in full, as in `Constant Coq.Init.Nat.add`; empty where it is no term."""
    try:
        answer = await query(f"Locate Term {name}.")
    except RejectedError:
        return ""
    entry = _ENTRY.match(answer)
    first = "" if entry is None else entry[0].partition("(")[0].strip()
    shorter = None if entry is None else _SHORTER.search(entry[0])
    # What has this end in its name is told of too, although it cannot be called that here.
    if shorter is not None and not f".{name}".endswith(f".{shorter[1]}"):
        return ""
    return "" if first.startswith("No ") else first


def _renamed(proof: Proof, short: dict[str, str]) -> Proof:
    text = _QUALIFIED.sub(lambda found: short[found[0]], proof.step.text)
    return Proof(Step(text), tuple(_renamed(child, short) for child in proof.children))
