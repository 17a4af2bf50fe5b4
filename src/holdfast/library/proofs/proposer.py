"""Lemmas that several proofs prove for themselves: goals that come up again, with what closed them.

Every goal that comes up while the known proofs are replayed is stated as a lemma of its own: over the
variables that its conclusion speaks of, and, as a second try, over its whole context. What the proofs of at
least two tasks of two groups have in common is proposed, proved by the sentences that closed it there.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.extraction import extract
from holdfast.checkers.rocq.stepping import Replayed, Stepped, replay
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.library.adapter import View
from holdfast.library.proofs.adapter import Proofs
from holdfast.library.proofs.texts import (
    FILE,
    MODULE,
    Stated,
    lemmas,
    rocq_tokens,
    sentences,
    text_of,
    theorem,
)
from holdfast.library.records import Candidate, Program, Task

__all__ = ["SharedGoals"]

_WORD = re.compile(r"[^\W\d][\w']*")
_FOCUS = re.compile(r"[-+*]+|[{}]|\d+\s*:\s*\{")
_SIGNS = {"++": "app", "+": "add", "*": "mul", "-": "sub", "<=": "le", "<": "lt", "\\/": "or", "/\\": "and"}
_FORALL = re.compile(r"forall\s+([^,]*),\s*")
_BINDER = re.compile(r"\(([^():]*):([^()]*(?:\([^()]*\)[^()]*)*)\)|([^():]+):(.+)")
_ASSERT = re.compile(r"assert\s*\(\s*([^\W\d][\w']*)\s*:")
_MOST = 40
"""Candidates that are proposed at a time."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A goal in a proof, with the sentences that close it."""

    task: str
    first: int
    last: int
    """The sentences, counted from 0, the last one among them."""
    statement: str
    names: tuple[str, ...]
    """What has to be introduced."""
    whole: bool
    """Whether the whole context is assumed, and has to be at hand where the lemma is used."""
    foreign: frozenset[str]
    """Names of the context that a lemma does not have."""


class SharedGoals:
    """Proposes what proofs have in common."""

    name = "shared-goals"

    def __init__(self, domain: Proofs) -> None:
        """Replay proofs in the Rocq that `domain` is opened with."""
        self._domain = domain

    async def propose(self, view: View) -> Sequence[Candidate]:
        """The best first; the gate decides. Raises CheckerError where Rocq gives no answer."""
        texts: dict[str, list[str]] = {}
        spots: dict[str, list[_Spot]] = {}
        async for task, replayed in self._replayed(view):
            texts[task] = [step.text for step in replayed.steps]
            for spot in _spots(task, replayed.steps):
                spots.setdefault(_shape(spot), []).append(spot)
        taken = {each.name.rpartition(".")[2] for each in lemmas(text_of(view.library))}
        found: list[Candidate] = []
        for shared in spots.values():
            groups = {view.tasks[spot.task].group for spot in shared}
            if len({spot.task for spot in shared}) >= 2 and len(groups) >= 2:
                candidate = _candidate(shared, texts, taken)
                if candidate is not None and candidate.expected_gain > 0:
                    found.append(candidate)
        return sorted(found, key=_order)[:_MOST]

    async def _replayed(self, view: View) -> AsyncIterator[tuple[str, Replayed]]:
        named = [key for key in sorted(view.programs) if key in view.tasks]
        stated = [
            Stated(f"task_{at}", view.tasks[key].steps[-1].state, "\n".join(view.programs[key].pieces))
            for at, key in enumerate(named)
        ]
        source = Source(FILE, "\n".join([text_of(view.library), *map(theorem, stated)]))
        document = read_document(source)
        tasks = {f"task_{at}": key for at, key in enumerate(named)}
        wanted = [each for each in extract(document, MODULE) if each.name.rpartition(".")[2] in tasks]
        toplevel = Toplevel(self._domain.installation)
        try:
            async for replayed in replay(toplevel, document, wanted):
                if not replayed.failure:
                    yield tasks[replayed.theorem.name.rpartition(".")[2]], replayed
        finally:
            await toplevel.aclose()

    def rewritten(
        self, candidates: Sequence[Candidate], tasks: Sequence[Task], programs: Mapping[str, Program]
    ) -> Mapping[str, Program]:
        """Proofs in which sentences that prove a lemma stand, with the lemma in their place."""
        bodies = [(each.name, _body(each)) for each in candidates]
        found: dict[str, Program] = {}
        for task in tasks:
            program = programs.get(task.key)
            lines = _lines(program)
            for name, body in bodies:
                lines = _with_call(lines, body, name)
            if program is not None and lines != _lines(program):
                found[task.key] = Program(task.key, (_laid_out(lines),))
        return found


def _spots(task: str, steps: Sequence[Stepped]) -> Iterator[_Spot]:
    """Each goal of a proof, stated over what it speaks of, and over its whole context."""
    for first, step in enumerate(steps):
        if _FOCUS.fullmatch(step.text) or not step.before.subgoals:
            continue
        left = _open(step.before)
        ends = (at for at in range(first, len(steps)) if _open(steps[at].after) < left)
        last = next(ends, None)
        goal = step.before.subgoals[0]
        if last is None or any(each.body is not None for each in goal.hypotheses):
            continue
        needed = _needed(goal)
        for kept in dict.fromkeys((needed, goal.hypotheses)):
            names = tuple(name for each in kept for name in each.names)
            foreign = frozenset(name for each in goal.hypotheses for name in each.names) - set(names)
            stated = _statement(kept, goal.conclusion)
            yield _Spot(task, first, last, stated, names, whole=kept != needed, foreign=foreign)


def _open(goal: Goal) -> int:
    return len(goal.subgoals) + sum(map(len, goal.background)) + len(goal.shelved)


def _needed(goal: Subgoal) -> tuple[Hypothesis, ...]:
    """The part of the context that the conclusion speaks of, and what that part's types speak of."""
    words = set(_WORD.findall(goal.conclusion))
    kept: list[Hypothesis] = []
    for each in reversed(goal.hypotheses):
        if words & set(each.names):
            kept.append(Hypothesis(tuple(name for name in each.names if name in words), each.type))
            words |= set(_WORD.findall(each.type))
    return tuple(reversed(kept))


def _statement(context: Sequence[Hypothesis], conclusion: str) -> str:
    binders = " ".join(f"({' '.join(each.names)} : {' '.join(each.type.split())})" for each in context)
    said = " ".join(conclusion.split())
    return f"forall {binders}, {said}" if binders else said


def _shape(spot: _Spot) -> str:
    """The statement with its variables numbered: neither names nor how they are bound matter."""
    types, body = _unbound(spot.statement)
    numbers = {name: f"?{at}" for at, name in enumerate(types)}

    def numbered(text: str) -> str:
        return _WORD.sub(lambda found: numbers.get(found[0], found[0]), " ".join(text.split()))

    return " | ".join([*map(numbered, types.values()), numbered(body)])


def _unbound(statement: str) -> tuple[dict[str, str], str]:
    """The variables that a statement begins with, with their types, and what it says of them."""
    types: dict[str, str] = {}
    while found := _FORALL.match(statement):
        for binder in _BINDER.finditer(found[1]):
            names, kind = (binder[1], binder[2]) if binder[1] is not None else (binder[3], binder[4])
            types |= dict.fromkeys(names.split(), kind)
        statement = statement[found.end() :]
    return types, statement


def _candidate(
    spots: Sequence[_Spot], texts: Mapping[str, Sequence[str]], taken: set[str]
) -> Candidate | None:
    """What some spots have in common as a lemma; None where none of their proofs stands alone."""
    alone = [each for each in spots if not each.foreign & _words(_between(each, texts))]
    if not alone:
        return None
    best = min(alone, key=lambda each: (_length(each, texts), each.task, each.first))
    name = _name(best, taken)
    body = [*([f"intros {' '.join(best.names)}."] if best.names else []), *_between(best, texts)]
    source = f"Lemma {name} : {best.statement}.\nProof.\n  {_laid_out(body)}\nQed.\n"
    rewrites: dict[str, Program] = {}
    saved = 0
    for task in sorted({each.task for each in spots}):
        lines = list(texts[task])
        for spot in _apart(each for each in spots if each.task == task):
            lines = _used(lines, spot, name)
        before, after = rocq_tokens(" ".join(texts[task])), rocq_tokens(" ".join(lines))
        if after < before:
            rewrites[task] = Program(task, (_laid_out(lines),))
            saved += before - after
    gain = saved - rocq_tokens(source)
    return Candidate(name, source, SharedGoals.name, tuple(sorted(rewrites)), rewrites, gain)


def _words(lines: Sequence[str]) -> set[str]:
    return set(_WORD.findall(" ".join(lines)))


def _laid_out(lines: Sequence[str]) -> str:
    """Sentences with spaces between them, which is how short proofs are read best."""
    return " ".join(" ".join(each.split()) for each in lines)


def _apart(spots: Iterable[_Spot]) -> list[_Spot]:
    """Those of a proof that lie in no other one, the last one first."""
    found: list[_Spot] = []
    for spot in sorted(spots, key=lambda each: (-each.last, each.first)):
        if not found or spot.last < found[-1].first:
            found.append(spot)
    return found


def _used(lines: list[str], spot: _Spot, name: str) -> list[str]:
    """The sentences with a lemma in the place of what closed a goal, or of what was asserted and proved."""
    start = spot.first - 2
    asserted = _ASSERT.match(lines[start]) if start >= 0 and lines[start + 1] == "{" else None
    if asserted and lines[spot.last + 1 : spot.last + 2] == ["}"]:
        word = re.compile(rf"(?<![\w'.]){re.escape(asserted[1])}(?![\w'])")
        rest = [word.sub(name, each) for each in lines[spot.last + 2 :]]
        return [*lines[:start], *rest]
    call = f"eapply {name}; eassumption." if spot.whole else f"apply {name}."
    return [*lines[: spot.first], call, *lines[spot.last + 1 :]]


def _between(spot: _Spot, texts: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return texts[spot.task][spot.first : spot.last + 1]


def _length(spot: _Spot, texts: Mapping[str, Sequence[str]]) -> int:
    return rocq_tokens(" ".join(_between(spot, texts)))


def _name(spot: _Spot, taken: set[str]) -> str:
    """What a statement speaks of, as a name that the library does not have."""
    variables, said = _unbound(spot.statement)
    parts: list[str] = []
    for found in re.finditer(r"[^\W\d][\w'.]*|[^\w\s()]+", said):
        word = _SIGNS.get(found[0], found[0].rpartition(".")[2] if found[0][0].isalpha() else "")
        if word and word not in variables:
            parts.append(word)
    base = "_".join(dict.fromkeys(parts))[:40].strip("_'") or "lemma"
    name = next(each for each in (base, *(f"{base}_{at}" for at in range(2, 999))) if each not in taken)
    taken.add(name)
    return name


def _order(candidate: Candidate) -> tuple[int, str]:
    return (-candidate.expected_gain, candidate.name)


def _body(candidate: Candidate) -> list[str]:
    """The sentences of a lemma's proof, without those that introduce its variables."""
    try:
        (found,) = lemmas(candidate.source)
    except (SourceError, ValueError):
        return []
    lines = [" ".join(each.split()) for each in found.body]
    return lines[1:] if lines and lines[0].startswith("intros ") else lines


def _lines(program: Program | None) -> list[str]:
    if program is None:
        return []
    try:
        return [" ".join(each.split()) for each in sentences("\n".join(program.pieces))]
    except SourceError:
        return []


def _with_call(lines: list[str], body: Sequence[str], name: str) -> list[str]:
    """The sentences with each run of `body` closed by the lemma."""
    if not body:
        return lines
    at, found = 0, list[str]()
    while at < len(lines):
        if lines[at : at + len(body)] == list(body):
            found.append(f"apply {name}.")
            at += len(body)
        else:
            found.append(lines[at])
            at += 1
    return found
