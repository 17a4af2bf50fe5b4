"""Theorems to prove, as the pipeline asks for a domain: a program is a proof, a function is a lemma.

The state after a program is the statement that it proves. It is there only where an audit in a fresh Rocq
passed the proof, with the lemmas of the library before it and nothing else.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from holdfast.checkers.rocq.audit import AuditSettings, audit
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sentences import bare
from holdfast.core.audits import TheoremAudit
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, SourceError, UserError
from holdfast.library.proofs.texts import (
    FILE,
    MODULE,
    Stated,
    forbidden,
    lemmas,
    open_theorem,
    rocq_tokens,
    statement_of,
    text_of,
    theorem,
    with_lemma,
)
from holdfast.library.reading import LineError, read_tasks
from holdfast.library.records import (
    Candidate,
    Loaded,
    Program,
    Ran,
    Refusal,
    RunFault,
    Sources,
    State,
    Task,
    TaskStep,
)

__all__ = ["Proofs"]

_FOUNDATION = """From Coq Require Import Arith List Lia.
Import ListNotations.
"""
_NAME = re.compile(r"[^\W\d][\w']*")


class Proofs:
    """States are statements; it runs while it is `opened`, else it reads and compares only."""

    name = "proofs"
    lattice = None
    blank = ""

    def __init__(self, foundation: str = _FOUNDATION) -> None:
        """`foundation` is the Rocq text that the library begins with, `Require`s before all."""
        self._foundation = foundation
        self._installation: Installation | None = None
        self._room = asyncio.Semaphore(1)
        self._settings = AuditSettings()

    @asynccontextmanager
    async def opened(
        self, installation: Installation, *, workers: int = 1, settings: AuditSettings | None = None
    ) -> AsyncIterator[None]:
        """Let proofs be checked by a Rocq while this holds, `workers` files at once."""
        self._installation = installation
        self._room = asyncio.Semaphore(workers)
        self._settings = settings or AuditSettings()
        try:
            yield
        finally:
            self._installation = None

    @property
    def installation(self) -> Installation:
        """The Rocq that it was opened with. Raises UserError where it was not."""
        if self._installation is None:
            raise UserError("proofs are checked only while the domain is opened with a Rocq")
        return self._installation

    def load(self, path: Path) -> Loaded:
        """Read tasks: `task_id`, `statement`, and where they are known `group`, `instruction` and `proof`.

        Raises UserError where the file is missing or no line of it can be used.
        """
        return read_tasks(path, _task)

    def foundation(self) -> Sources:
        """The library to begin with."""
        return Sources(MODULE, {FILE: self._foundation})

    async def run(
        self, programs: Sequence[Program], tasks: Mapping[str, Task], library: Sources
    ) -> list[Ran]:
        """Check each proof with the lemmas of the library. Raises UserError where it was not opened."""
        ran: dict[int, Ran] = {}
        waiting: dict[int, Stated] = {}
        for at, program in enumerate(programs):
            proof = "\n".join(program.pieces)
            if why := forbidden(proof):
                ran[at] = Ran((None,), RunFault("banned", why, 0))
                continue
            # No proof knows what others are called, so none can lean on another.
            name = f"task_{secrets.token_hex(8)}"
            waiting[at] = Stated(name, tasks[program.task].steps[-1].state, proof)
        ran |= await self._judged(waiting, text_of(library))
        return [ran[at] for at in range(len(programs))]

    async def _judged(self, waiting: Mapping[int, Stated], text: str) -> dict[int, Ran]:
        """All of them in one file; where that does not pass, each half by itself."""
        if not waiting:
            return {}
        keys = list(waiting)
        found = await self._audited(list(waiting.values()), text)
        if all(not why for why in found):
            return {at: Ran((waiting[at].statement,)) for at in keys}
        if len(keys) == 1:
            return {keys[0]: Ran((None,), found[0] or None)}
        halves = (keys[: len(keys) // 2], keys[len(keys) // 2 :])
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(self._judged({at: waiting[at] for at in half}, text)) for half in halves
            ]
        return {at: ran for part in parts for at, ran in part.result().items()}

    async def _audited(self, stated: Sequence[Stated], text: str) -> list[RunFault | None]:
        """Why each proof does not hold, for a file with all of them."""
        original = Source(FILE, "\n".join([text, *map(open_theorem, stated)]))
        written = Source(FILE, "\n".join([text, *map(theorem, stated)]))
        try:
            async with self._room:
                report = await audit(
                    written, original, installation=self.installation, settings=self._settings
                )
        except SourceError as error:
            return [RunFault("parse", str(error), 0)] * len(stated)
        except CheckerError as error:
            return [RunFault("timeout", str(error), 0)] * len(stated)
        found = {each.name.rpartition(".")[2]: each for each in report.theorems}
        return [_fault(found.get(each.name), report.problems) for each in stated]

    async def admit(self, candidate: Candidate, library: Sources) -> tuple[Sources, Refusal | None]:
        """The library with one more lemma: stated once, proved by tactics, resting on no axiom."""
        rule, detail = _misstated(candidate, library)
        if rule:
            return library, Refusal(candidate.name, candidate.proposer, rule, detail)
        (found,) = lemmas(candidate.source)
        statement = statement_of(found).removeprefix(":").strip()
        stated = Stated(candidate.name, statement, "\n".join(found.body))
        fault = (await self._audited([stated], text_of(library)))[0]
        if fault is not None:
            return library, Refusal(candidate.name, candidate.proposer, "audit", fault.message)
        return with_lemma(library, candidate.source), None

    def parts(self, state: State) -> frozenset[Hashable]:
        """The statement, where there is one."""
        return frozenset({state}) if state else frozenset()

    def changes(self, before: State, after: State) -> frozenset[Hashable]:
        """The statement that was not proved before."""
        return self.parts(after) - self.parts(before)

    def same(self, left: State, right: State) -> bool:
        """Whether two statements are written alike, blanks left out."""
        return bool(left == right)

    def cost(self, text: str) -> int:
        """The length of a text in tokens of Rocq."""
        return rocq_tokens(text)

    def probes(self, count: int, seed: int) -> Sequence[State]:  # noqa: ARG002 - a lemma has one behaviour
        """Nothing: lemmas are told apart by what they state."""
        return ()

    def picture(self, state: State) -> str:  # noqa: ARG002 - statements have none
        """Nothing: a statement is read as it is."""
        return ""


def _task(line: Mapping[str, Any]) -> tuple[Task, list[str]]:
    key, statement = line.get("task_id"), line.get("statement")
    if not isinstance(key, str) or not _NAME.fullmatch(key):
        raise LineError("its task_id is no name")
    if not isinstance(statement, str) or not statement.strip():
        raise LineError("it has no statement")
    try:
        plain = bare(statement).removesuffix(".").strip()
    except SourceError as error:
        raise LineError(f"its statement cannot be read: {error}") from error
    proof = line.get("proof")
    if proof is not None and not isinstance(proof, str):
        raise LineError("its proof is no text")
    program = Program(key, (proof,)) if proof else None
    instruction = str(line.get("instruction") or f"Prove: {plain}.")
    step = TaskStep(instruction, plain)
    return Task(key, str(line.get("group", key)), "", (step,), program), []


def _misstated(candidate: Candidate, library: Sources) -> tuple[str, str]:
    """The rule that a lemma breaks before anything is run, and how; empty where it breaks none."""
    try:
        found, known = lemmas(candidate.source), lemmas(text_of(library))
    except SourceError as error:
        return "parses", str(error)
    if len(found) != 1 or found[0].name.rpartition(".")[2] != candidate.name:
        return "parses", f"it has to state and prove {candidate.name}, and nothing else"
    if bare(candidate.source[: found[0].start]) or bare(candidate.source[found[0].end :]):
        return "parses", "nothing may stand beside the lemma but comments"
    statement = statement_of(found[0])
    if found[0].ending != "Qed." or not statement.startswith(":"):
        return "parses", "a lemma is stated behind a colon and ends with Qed"
    for each in known:
        name = each.name.rpartition(".")[2]
        if name == candidate.name:
            return "name", f"the library has {name} already"
        if statement_of(each) == statement:
            return "duplicate", f"{name} says the same"
    why = forbidden("\n".join(found[0].body))
    return ("banned", why) if why else ("", "")


def _fault(judged: TheoremAudit | None, problems: Sequence[str]) -> RunFault | None:
    if judged is None:
        return RunFault("exception", "; ".join(problems) or "Rocq does not know the theorem", 0)
    if judged.axioms:
        return RunFault("banned", f"it rests on {', '.join(judged.axioms)}", 0)
    if judged.verdict != "proved":
        return RunFault("exception", judged.message or judged.reason, 0)
    return None
