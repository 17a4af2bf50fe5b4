"""Runs every attack inside a sandbox: only what withstands all of them is used."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from holdfast.runtime.sandbox.attack import Attack
from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.bait import Bait
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Ran

__all__ = ["Outcome", "Runner", "attacked"]

Runner: TypeAlias = Callable[[Job], Awaitable[Ran]]
"""A way of running jobs."""
_AT_ONCE = 3
_NO_ANSWER = "no answer:"
"""How the outcome begins of an attack that said nothing; it is tried again, by itself."""
_TRIES = 4
"""How often: other programs of the user, whose processes are counted with those of jobs, come and go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attack."""

    attack: str
    aim: str
    held: bool
    """Whether the sandbox withstood it. An attack that gave no answer has not been withstood."""
    detail: str
    """What was seen, in words."""


async def attacked(run: Runner, identity: Identity, attacks: Iterable[Attack] = ATTACKS) -> list[Outcome]:
    """The outcome of each attack on the sandbox that `run` runs jobs in, in order.

    `identity` is who its jobs run as. Raises what `run` raises where the sandbox does not work at all.
    """
    places = asyncio.Semaphore(_AT_ONCE)
    async with Bait(identity) as bait:

        async def one(attack: Attack) -> Outcome:
            async with places:
                return await _outcome(run, attack, bait)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [(attack, group.create_task(one(attack))) for attack in attacks]
        except ExceptionGroup as several:
            raise several.exceptions[0] from several
        # Jobs of one user may be in each other's way, where processes are counted by user.
        return [
            await _answered(task.result(), partial(_outcome, run, attack, bait)) for attack, task in tasks
        ]


async def _answered(outcome: Outcome, again: Callable[[], Awaitable[Outcome]]) -> Outcome:
    for _ in range(_TRIES):
        if not outcome.detail.startswith(_NO_ANSWER):
            break
        outcome = await again()
    return outcome


async def _outcome(run: Runner, attack: Attack, bait: Bait) -> Outcome:
    program = (PYTHON, "-c", attack.program, bait.words())
    ran = await run(Job(argv=program, allowance=attack.allowance))
    held, detail = _judge(attack, ran)
    harm = (attack.lingers and bait.reap()) or bait.damage()
    if harm:
        held, detail = False, harm
    return Outcome(attack=attack.name, aim=attack.aim, held=held, detail=detail)


def _judge(attack: Attack, ran: Ran) -> tuple[bool, str]:
    said = ran.stdout[:200].decode(errors="replace").strip()
    if said.startswith("through"):
        return False, said
    if ran.ended in attack.ends:
        return True, ran.ended
    if said.startswith("taken"):
        return False, f"{said}, and was not stopped ({ran.ended})"
    if said == "held" and ran.ended == "exit":
        return True, "refused"
    words = " ".join(ran.stderr.decode(errors="replace").split())[-200:]
    return False, f"{_NO_ANSWER} {ran.ended} {ran.returncode} {words}".strip()
