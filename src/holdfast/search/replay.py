"""Proofs run again in a session, from any goal: what holds comes back with the goals it passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, Step

__all__ = ["Broken", "Meter", "Played", "play", "proof_of", "size"]


@dataclass(slots=True)
class Meter:
    """What replaying used so far."""

    cpu_s: float = 0.0
    nodes: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """A proof that held, with the goal of each step."""

    goal: Goal
    step: Step
    children: tuple["Played", ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """A proof that did not hold; `path` leads to the step at fault, as indices of children."""

    path: tuple[int, ...]


async def play(session: Session, goal: Goal, proof: Proof, meter: Meter) -> Played | Broken:
    """Run `proof` at `goal` and charge `meter`. Raises CheckerError when a step has no verdict."""
    verdict = await session.apply(goal, proof.step)
    meter.nodes += 1
    meter.cpu_s += verdict.cpu_s
    match verdict:
        case Proved():
            return Broken(()) if proof.children else Played(goal, proof.step)
        case Advanced(left):
            return await _play_rest(session, goal, proof, left, meter)
        case _:
            return Broken(())


async def _play_rest(session: Session, goal: Goal, proof: Proof, left: Goal, meter: Meter) -> Played | Broken:
    apart = len(proof.children) > 1
    if not proof.children or (apart and len(left.subgoals) != len(proof.children)):
        return Broken(())
    children: list[Played] = []
    for index, child in enumerate(proof.children):
        start = await session.focus(left, index) if apart else left
        played = await play(session, start, child, meter)
        if isinstance(played, Broken):
            return Broken((index, *played.path))
        children.append(played)
    return Played(goal, proof.step, tuple(children))


def proof_of(played: Played) -> Proof:
    """The proof alone."""
    return Proof(played.step, tuple(proof_of(child) for child in played.children))


def size(trees: Sequence[Played | Proof]) -> int:
    """How many steps some proofs have together."""
    return sum(1 + size(tree.children) for tree in trees)
