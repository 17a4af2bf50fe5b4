"""Replays the finished proofs of a .lean file step by step, in Lean's own server.

What a step does is asked of the text that ends behind it, so alternatives and dots that follow have no say.
Which names a step uses is what Lean says of its words; names that only notations, instances or automation
bring in stand nowhere in the text, and are not seen.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from holdfast.checkers.lean.document import Document
from holdfast.checkers.lean.extraction import Extracted
from holdfast.checkers.lean.goal_text import read_goal
from holdfast.checkers.lean.lexer import Kind, Token
from holdfast.checkers.lean.worker import Diagnostic, Worker
from holdfast.core.errors import CheckerError, CheckerTimeoutError
from holdfast.core.goals import Goal

__all__ = ["ReplayedProof", "SteppedOnce", "UsedName", "replay_proofs"]

_ERROR = 1
_UNSOLVED = 1
_OPEN = frozenset({"sorry", "admit"})
_HOVER = re.compile(r"\A```lean\n(?P<name>[^\s({\[⦃:]+)(?P<rest>.*?)\n```(?P<more>.*)\Z", re.DOTALL)
_IMPORT = re.compile(r"\*import (?P<module>[^*]+)\*\s*\Z")


@dataclass(frozen=True, slots=True)
class UsedName:
    """A name that stands in the text, of this file or of a module that it imports."""

    name: str
    """In full."""
    type: str
    """Its parameters and its type, as Lean shows them."""
    docstring: str
    module: str
    """The module that it is imported from, empty for one of this file."""


@dataclass(frozen=True, slots=True)
class SteppedOnce:
    """A step and what it did."""

    text: str
    before: Goal
    after: Goal
    """What is left in focus behind it."""
    used: tuple[UsedName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedProof:
    """What replaying a proof has shown."""

    extracted: Extracted
    steps: tuple[SteppedOnce, ...] = ()
    used: tuple[UsedName, ...] = ()
    """By the statement."""
    failure: str = ""
    """Why it could not be replayed, empty where it could; nothing else is known then."""
    cpu_s: float = 0.0


@dataclass(slots=True)
class _Seen:
    """What the whole text shows of a proof."""

    befores: list[Goal]
    used: list[tuple[UsedName, ...]]
    stated: tuple[UsedName, ...]


async def replay_proofs(
    worker: Worker, document: Document, wanted: Iterable[Extracted]
) -> AsyncIterator[ReplayedProof]:
    """Replay proofs of one text, in its order. Raises CheckerError where Lean says nothing of the text."""
    reading = _Reading(worker, document, await worker.read(document.source.text, is_step=False))
    listed = sorted(wanted, key=lambda each: each.theorem.start)
    seen: list[tuple[Extracted, _Seen | str, float]] = []
    for each in listed:
        began = worker.cpu_s()
        found = reading.obstacle(each) or await reading.look(each)
        seen.append((each, found, worker.cpu_s() - began))
    for each, found, used_s in seen:
        if isinstance(found, str):
            yield ReplayedProof(extracted=each, failure=found, cpu_s=used_s)
            continue
        began = worker.cpu_s()
        afters = await reading.replay(each)
        cpu_s = used_s + worker.cpu_s() - began
        if isinstance(afters, str):
            yield ReplayedProof(extracted=each, failure=afters, cpu_s=cpu_s)
            continue
        steps = tuple(
            SteppedOnce(step.text, before, after, used)
            for step, before, after, used in zip(each.steps, found.befores, afters, found.used, strict=True)
        )
        yield ReplayedProof(extracted=each, steps=steps, used=found.stated, cpu_s=cpu_s)


class _Reading:
    """One text in a live Lean."""

    def __init__(self, worker: Worker, document: Document, said: Sequence[Diagnostic]) -> None:
        self._worker = worker
        self._document = document
        self._text = document.source.text
        self._errors = [each for each in said if each.severity == _ERROR]
        self._own = frozenset(each.name for each in document.commands if each.name)
        imports = [each for each in document.commands if self._text.startswith("import", each.start)]
        self._imported = imports[-1].end if imports else 0
        """Where the text behind its imports begins: without them, nothing is known of it."""

    def obstacle(self, extracted: Extracted) -> str:
        """Why a proof is not worth replaying, empty where it is."""
        theorem = extracted.theorem
        if any(word.text in _OPEN for word in theorem.body):
            return "the proof is not finished"
        command = self._document.command_of(theorem)
        for error in self._errors:
            at = self._offset(error)
            if at < self._imported or command.start <= at < command.end:
                return f"Lean does not accept it: {' '.join(error.message.split())[:200]}"
        return ""

    async def look(self, extracted: Extracted) -> "_Seen | str":
        """What the whole text shows: the goals before each step, and what is used."""
        befores, used = [], []
        for step in extracted.steps:
            before = await self._goal(step.start)
            if before is None or not before.subgoals:
                return f"Lean shows no goal before a step: {step.text[:100]}"
            befores.append(before)
            used.append(await self._used(step.start, step.end))
        theorem = extracted.theorem
        stated = await self._used(theorem.start, theorem.body_start)
        return _Seen(befores, used, tuple(each for each in stated if each.name != theorem.name))

    async def replay(self, extracted: Extracted) -> list[Goal] | str:
        """The goals behind each step where the text ends there, or why there are none."""
        afters: list[Goal] = []
        for step in extracted.steps:
            try:
                said = await self._worker.read(self._text[: step.end])
                after = await self._goal(step.end)
            except CheckerTimeoutError:
                return f"a step takes too long: {step.text[:100]}"
            if after is None or any(self._is_of(each, step.start, step.end) for each in said):
                return f"a step does not hold by itself: {step.text[:100]}"
            afters.append(after)
        return afters

    def _is_of(self, diagnostic: Diagnostic, start: int, end: int) -> bool:
        is_error = diagnostic.severity == _ERROR and _UNSOLVED not in diagnostic.tags
        return is_error and start <= self._offset(diagnostic) < end

    def _offset(self, diagnostic: Diagnostic) -> int:
        place = diagnostic.range.start
        return self._document.positions.offset(place.line + 1, place.character)

    async def _goal(self, offset: int) -> Goal | None:
        texts = await self._worker.goals(*self._place(offset))
        try:
            return None if texts is None else Goal(tuple(read_goal(text) for text in texts))
        except ValueError as error:
            raise CheckerError("a goal of Lean cannot be read") from error

    async def _used(self, start: int, end: int) -> tuple[UsedName, ...]:
        """The names in a stretch of the text, each once."""
        found: dict[str, UsedName] = {}
        for word in self._document.tokens:
            if start <= word.start < end and word.kind is Kind.WORD:
                used = await self._name(word)
                if used is not None:
                    found.setdefault(used.name, used)
        return tuple(found.values())

    async def _name(self, word: Token) -> UsedName | None:
        """What a word names; None for hypotheses, bound names and words of tactics."""
        said = _HOVER.match(await self._worker.hover(*self._place(word.start)))
        if said is None:
            return None
        name, more = said["name"].rstrip("."), said["more"]  # `Foo.{u}` where universes are shown
        imported = _IMPORT.search(more)
        # A hypothesis may be called as something of the file is.
        if imported is None and (name not in self._own or name.rpartition(".")[2] not in word.text):
            return None
        told = (more[: imported.start()] if imported else more).strip().strip("*").strip()
        module = imported["module"].strip() if imported else ""
        return UsedName(name, " ".join(said["rest"].split()), " ".join(told.split()), module)

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and character from 0, in units of UTF-16."""
        start = self._text.rfind("\n", 0, offset) + 1
        character = len(self._text[start:offset].encode("utf-16-le")) // 2
        return self._text.count("\n", 0, offset), character
