"""Make each `have` of a proof a sentence of its own, with a proof of its own behind it.

`by move=> x; have lt0: 0 < x by lia; rewrite lt0.` becomes `move=> x.` `have lt0: 0 < x.` `by lia.`
`by rewrite lt0.`, so that what a `have` states can be proved apart. Whether the rewritten proof holds, and
where the proof of each `have` ends, is asked of the live Rocq.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfast.checkers.rocq.sentences import bare
from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel
from holdfast.core.goals import Goal, Subgoal

__all__ = ["Cut", "Have", "Refusal", "Standing", "cut", "stand_alone"]

_HAVE = re.compile(r"have\b(?!\s*@)(?P<rest>.*)\Z", re.DOTALL)
_LET = re.compile(r"\blet\b.*?:=.*?\bin\b", re.DOTALL)
_BY = re.compile(r"\bby\b")
_FIRST = re.compile(r"first\s+(?P<tactic>.+)\Z", re.DOTALL)
_OPEN, _CLOSE = "([{", ")]}"
_TWO = 2


@dataclass(frozen=True, slots=True)
class Cut:
    """A sentence with a `have` in a chain of tactics, taken apart at the first."""

    prefix: str
    """The chain in front of it, empty for none; it has to leave as many goals as it finds."""
    have: str
    """What is stated, without the tactic that proves it."""
    proofs: tuple[tuple[str, str], ...]
    """What may prove it, and what is then left of the sentence, likeliest first; empty where the proof is in
    the sentences that follow. Both are sentences; what is left may be empty."""


@dataclass(frozen=True, slots=True)
class Have:
    """A `have` of a rewritten proof; indices count its lines."""

    line: int
    stop: int
    """One past the last line of its proof, which begins behind `line`."""
    goal: Subgoal
    """What it states, with all that it may use."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A proof whose haves stand alone."""

    lines: tuple[str, ...]
    origins: tuple[int, ...]
    """For each line, the sentence that it comes from, from 0."""
    haves: tuple[Have, ...]
    """In the order of their lines; one may stand in the proof of another."""
    changed: bool
    """Whether any sentence had to be rewritten."""


class Refusal(Exception):  # noqa: N818
    """Why a proof cannot be rewritten, in a few words for people."""


def cut(sentence: str) -> Cut | None:
    """Take a sentence of a proof apart at its first `have`; None where it has none in its chain.

    Only Rocq can say which of the ways to go on, if any, does the same.

    Raises Refusal where what follows a `have` goes to its proof and to the rest in another order.
    """
    text = bare(sentence)
    if "have" not in text or not text.endswith("."):
        return None
    text = text[:-1].rstrip()
    closing = text.startswith("by ")
    pieces = _split(text[3:] if closing else text, ";")
    at = next((index for index, piece in enumerate(pieces) if _read_have(piece) is not None), None)
    if at is None:
        return None
    have, proof = _read_have(pieces[at]) or ("", "")
    rest = pieces[at + 1 :]
    ways = _ways(proof, rest) if proof or rest else []
    return Cut(
        f"{'; '.join(pieces[:at])}." if at else "",
        f"{have}.",
        tuple((f"{mine}.", _chain(left, closing=closing)) for mine, left in ways),
    )


def _chain(pieces: Sequence[str], *, closing: bool) -> str:
    """What is left of a sentence for the one goal that is left."""
    if not pieces:
        return "by []." if closing else ""
    text = "; ".join(pieces).removeprefix("last ")
    return f"{'by ' if closing and not text.startswith('by ') else ''}{text}."


def _ways(proof: str, rest: Sequence[str]) -> list[tuple[str, list[str]]]:
    """How what follows a statement may be dealt out to its proof and to what is left."""
    if proof:
        # How far `by` reaches into a chain depends on what stands there.
        return [("; ".join((proof, *rest[:count])), list(rest[count:])) for count in range(len(rest) + 1)]
    first, others = rest[0], list(rest[1:])
    if first.startswith("last"):
        raise Refusal("the proof of a have comes last")
    if first.startswith("[") and first.endswith("]"):
        branches = _split(first[1:-1], "|")
        if len(branches) == _TWO and branches[0]:
            return [(branches[0], [branches[1], *others] if branches[1] else others)]
    found = _FIRST.match(first)
    return [(found["tactic"], others)] if found is not None else [(first, list(rest))]


def _read_have(piece: str) -> tuple[str, str] | None:
    """`have pattern : statement` and the tactic that proves it, empty where none follows; None for others."""
    found = _HAVE.match(piece)
    if found is None:
        return None
    plain = _LET.sub(lambda let: "\0" * len(let[0]), piece)
    level = _levels(plain)
    marks = [at for at, char in enumerate(plain) if char == ":" and level[at] == 0]
    if not marks or any(plain.startswith(":=", at) for at in marks):
        return None
    by = next((each for each in _BY.finditer(plain, marks[0]) if level[each.start()] == 0), None)
    return (piece, "") if by is None else (piece[: by.start()].rstrip(), piece[by.start() :])


def _split(text: str, sign: str) -> list[str]:
    """The parts of a text between signs that stand in no brackets."""
    level, parts, begin = _levels(text), [], 0
    for at, char in enumerate(text):
        if char == sign and level[at] == 0 and not (sign == "|" and text[at - 1 : at + 2].count("|") > 1):
            parts.append(text[begin:at].strip())
            begin = at + 1
    return [*parts, text[begin:].strip()]


def _levels(text: str) -> list[int]:
    """How many brackets each character stands in; those of a string count as one more."""
    levels, depth, quoted = [], 0, False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif not quoted and char in _CLOSE:
            depth -= 1
        levels.append(depth + quoted)
        if not quoted and char in _OPEN:
            depth += 1
    return levels


async def stand_alone(toplevel: Toplevel, sentences: Sequence[str], ending: str) -> Standing | None:
    """The proof that opens at the tip of a document, rewritten and checked; None where it has no `have`.

    Args:
        toplevel: right behind the statement; it is there again when this returns or raises.
        sentences: the proof, without `Proof` and without what ends it.
        ending: the sentence that ends it.

    Raises:
        Refusal: the proof cannot be rewritten this way, or what came of it does not hold.
        CheckerError: Rocq gave no answer.
    """
    if all(cut(sentence) is None for sentence in sentences):
        return None
    length = toplevel.length
    start = await toplevel.goal()
    writing = _Writing(toplevel, 0 if start is None else _count(start))
    try:
        for writing.origin, sentence in enumerate(sentences):
            await writing.write(sentence)
        haves = writing.finish()
        await toplevel.execute(ending, want_goal=False)
    except RejectedError as error:
        raise Refusal(f"Rocq does not accept what comes of it: {' '.join(error.message.split())}") from None
    finally:
        await toplevel.rewind(length)
    return Standing(tuple(writing.lines), tuple(writing.origins), haves, writing.changed)


@dataclass(slots=True)
class _Open:
    """A `have` whose proof is going on."""

    line: int
    goals: int
    """How many there were before it."""
    goal: Subgoal


@dataclass(slots=True)
class _Writing:
    """The rewritten proof as far as Rocq has accepted it."""

    toplevel: Toplevel
    goals: int
    origin: int = 0
    """The sentence that is being written."""
    lines: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    done: list[Have] = field(default_factory=list)
    changed: bool = False

    async def write(self, sentence: str) -> None:
        """Put a sentence down, its haves apart. Raises Refusal or RejectedError where that does not hold."""
        parts = cut(sentence)
        if parts is None:
            await self._put(sentence)
            return
        if parts.prefix:
            await self._put_before(parts.prefix)
        await self._state(parts.have if parts.prefix or parts.proofs else sentence)
        if parts.proofs:
            self.changed = True
            rest = await self._prove(parts.proofs)
            if rest:
                await self.write(rest)

    async def _prove(self, proofs: Sequence[tuple[str, str]]) -> str:
        """Take the first way that proves the `have` just stated; what is left of the sentence."""
        have = self.open[-1]
        for proof, rest in proofs[:-1]:
            mark = self._mark()
            try:
                await self.write(proof)
            except (RejectedError, Refusal):
                await self._return(mark)
            else:
                if have not in self.open:
                    return rest
                await self._return(mark)
        proof, rest = proofs[-1]
        await self.write(proof)
        return rest

    def _mark(self) -> tuple[int, int, int, list[_Open], int]:
        return self.toplevel.length, self.goals, len(self.lines), list(self.open), len(self.done)

    async def _return(self, mark: tuple[int, int, int, list[_Open], int]) -> None:
        length, self.goals, lines, self.open, done = mark
        self.open = list(self.open)
        del self.lines[lines:], self.origins[lines:], self.done[done:]
        await self.toplevel.rewind(length)

    async def _put_before(self, prefix: str) -> None:
        before = self.goals
        await self._put(prefix)
        if self.goals != before:
            raise Refusal("what stands before a have changes the number of goals")

    async def _state(self, have: str) -> None:
        after = await self._execute(have)
        goals = _count(after)
        if goals != self.goals + 1:
            raise Refusal(f"a have leaves {goals} goals where there was {self.goals}")
        self.open.append(_Open(len(self.lines), self.goals, after.subgoals[0]))
        self.goals = goals
        self._add(have)

    async def _put(self, line: str) -> None:
        """Put a line down and close what it proves."""
        self.goals = _count(await self._execute(line))
        self._add(line)
        while self.open and self.goals <= self.open[-1].goals:
            have = self.open.pop()
            if self.goals < have.goals:
                raise Refusal("a step closes more than the have that it proves")
            self.done.append(Have(have.line, len(self.lines), have.goal))

    def _add(self, line: str) -> None:
        self.lines.append(line)
        self.origins.append(self.origin)

    async def _execute(self, line: str) -> Goal:
        after = await self.toplevel.execute(line)
        if after is None:
            raise Refusal("the proof ends before its last sentence")
        return after

    def finish(self) -> tuple[Have, ...]:
        """The haves in order. Raises Refusal where one has no end."""
        if self.open:
            raise Refusal("the proof of a have has no end")
        return tuple(sorted(self.done, key=lambda have: have.line))


def _count(goal: Goal) -> int:
    return len(goal.subgoals) + sum(map(len, goal.background))
