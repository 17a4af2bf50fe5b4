"""Automation tactics as proposals, ranked by how often they closed goals like this one and by cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proposal, Proved, RefusalReason, Refused, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.rocq_steps import shape

__all__ = ["AutomationProposer", "Tactic", "standard_tactics"]

_BELIEF = 6.0
"""As many tries is what is believed of a tactic worth."""
_COST_BELIEF = 1.0
"""The same of its cost: a dear tactic must not have to show that again and again."""
_BACKOFF = 3.0
"""As many tries at one shape of goal are the tries at all shapes worth."""
_FREE_S = 0.01
"""CPU seconds that halve a tactic's worth."""
_FLOOR = 0.5
"""However often it fails, a tactic keeps this share of the chance it is believed to have."""


@dataclass(frozen=True, slots=True)
class Tactic:
    """An automation tactic and what is believed of it before it was tried."""

    text: str
    closes: float
    """How often it closes a goal, in 0..1."""
    cpu_s: float
    """CPU seconds of a typical try."""


@dataclass(slots=True)
class _Record:
    """What came of a tactic."""

    tries: float = 0.0
    closed: float = 0.0
    cpu_s: float = 0.0


def standard_tactics() -> tuple[Tactic, ...]:
    """The automation tactics of Rocq and CoqHammer, loaded or not, in a fixed order."""
    return _KNOWN


_KNOWN = (
    Tactic("reflexivity", 0.10, 0.002),
    Tactic("assumption", 0.08, 0.001),
    Tactic("trivial", 0.10, 0.002),
    Tactic("easy", 0.20, 0.01),
    Tactic("auto", 0.20, 0.01),
    Tactic("discriminate", 0.03, 0.002),
    Tactic("congruence", 0.12, 0.01),
    Tactic("lia", 0.20, 0.03),
    Tactic("simpl in *; lia", 0.10, 0.03),
    Tactic("simpl in *; intuition lia", 0.08, 0.10),
    Tactic("simpl in *; congruence", 0.06, 0.01),
    Tactic("simpl in *; subst; auto", 0.06, 0.01),
    Tactic("simpl in *; intuition (subst; auto)", 0.05, 0.05),
    Tactic("simpl; ring", 0.03, 0.02),
    Tactic("tauto", 0.06, 0.02),
    Tactic("eauto", 0.15, 0.03),
    Tactic("auto with *", 0.15, 0.05),
    Tactic("intuition", 0.12, 0.10),
    Tactic("eauto with *", 0.12, 0.40),
    Tactic("ring", 0.05, 0.02),
    Tactic("field", 0.02, 0.05),
    Tactic("lra", 0.05, 0.03),
    Tactic("nia", 0.05, 0.30),
    Tactic("nra", 0.02, 0.30),
    Tactic("firstorder", 0.10, 0.40),
    Tactic("qauto", 0.12, 0.30),
    Tactic("hauto", 0.15, 0.60),
    Tactic("sauto", 0.18, 1.00),
    Tactic("hauto lq: on", 0.10, 0.30),
)


class AutomationProposer:
    """Offers the automation tactics; fills the `Learner` seam.

    Which of them are loaded is found out by offering them: one that the checker does not know is not
    offered again until more of the document was read.

    Args:
        tactics: distinct ones; among equals the earlier is offered first.
    """

    def __init__(self, tactics: Sequence[Tactic]) -> None:
        self._tactics = tuple(tactics)
        self._unknown: set[str] = set()
        self._all = {tactic.text: _Record() for tactic in tactics}
        self._at: dict[tuple[str, str], _Record] = {}

    def learn(self, item: Observed | Declared) -> None:  # noqa: ARG002 - that it was read is all that counts
        """What people wrote says little about what would have worked; only verdicts count here."""
        self._unknown.clear()

    def judged(self, step: JudgedStep) -> None:
        """Count a verdict on one of these tactics: whether it closed its subgoal, and its CPU."""
        text = step.proposal.step.text
        total = self._all.get(text)
        if total is None or not step.goal.subgoals:
            return
        if _is_unknown(step):
            self._unknown.add(text)
            return
        closed = float(_closed(step))
        coarse, _fine = shape(step.goal.subgoals[0])
        for record in (total, self._at.setdefault((text, coarse), _Record())):
            record.tries += 1
            record.closed += closed
            record.cpu_s += step.verdict.cpu_s

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The tactics by chance of closing the first subgoal, dear ones put back."""
        if not goal.subgoals:
            return []
        coarse, _fine = shape(goal.subgoals[0])
        ranked = sorted(
            (-self._worth(tactic, coarse), at)
            for at, tactic in enumerate(self._tactics)
            if tactic.text not in self._unknown
        )
        return [
            Proposal(Step(self._tactics[at].text), math.log(max(-worth, 1e-6)), "automation")
            for worth, at in ranked[:count]
        ]

    def _worth(self, tactic: Tactic, coarse: str) -> float:
        total = self._all[tactic.text]
        chance = (total.closed + _BELIEF * tactic.closes) / (total.tries + _BELIEF)
        cpu_s = (total.cpu_s + _COST_BELIEF * tactic.cpu_s) / (total.tries + _COST_BELIEF)
        here = self._at.get((tactic.text, coarse))
        if here is not None:
            chance = (here.closed + _BACKOFF * chance) / (here.tries + _BACKOFF)
            cpu_s = (here.cpu_s + _BACKOFF * cpu_s) / (here.tries + _BACKOFF)
        # Most goals of a search are dead ends, where failing says little about the tactic.
        chance = max(chance, _FLOOR * tactic.closes)
        return min(chance, 1.0) * _FREE_S / (_FREE_S + cpu_s)


def _is_unknown(step: JudgedStep) -> bool:
    """Whether the checker does not know the tactic itself, rather than something that it met on its way."""
    match step.verdict:
        case Refused(RefusalReason.SYNTAX):
            return True
        case Refused(RefusalReason.UNKNOWN_NAME, message):
            return any(word in message for word in step.proposal.step.text.split())
        case _:
            return False


def _closed(step: JudgedStep) -> bool:
    match step.verdict:
        case Proved():
            return True
        case Advanced(goal=goal):
            return len(goal.subgoals) < len(step.goal.subgoals)
        case _:
            return False
