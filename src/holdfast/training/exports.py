"""Preferences: at one goal, a step that an audited proof takes and one that the checker refused."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.models.extract import is_banned
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import Language, PromptFormat, Question

__all__ = ["PREFERENCE_COLUMNS", "Preference", "preferences"]

PREFERENCE_COLUMNS = (
    "theorem_name",
    "file",
    "state_before",
    "tactic",
    "label",
    "verdict",
    "reason",
    "proposed",
    "llm_log_prob",
    "learnable",
)
"""Of a store's rows, what preferences are made of."""
_NEVER = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One pair of steps at a goal."""

    theorem: str
    file: str
    prompt: str
    """As a model is asked at the goal."""
    chosen: str
    rejected: str
    reason: str
    """Why the other step is worse: a word for the refusal, `given_up` where it holds and leads nowhere."""

    def to_json(self) -> dict[str, str]:
        """The line that TRL's trainers read; they leave alone what they do not know."""
        return {
            "prompt": self.prompt,
            "chosen": self.chosen,
            "rejected": self.rejected,
            "theorem": self.theorem,
            "file": self.file,
            "reason": self.reason,
        }


@dataclass(slots=True)
class _Goal:
    chosen: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Steps of audited proofs, with the theorem and file of each."""
    rejected: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Other steps, with how likely they were thought to be, and why they are worse."""


def preferences(
    rows: Iterable[Mapping[str, Any]],
    prompts: PromptFormat,
    *,
    language: Language,
    per_goal: int = 8,
    astray: bool = False,
) -> Iterator[Preference]:
    """The preferences that rows of trajectories say, goals in the order in which they are met.

    A step is chosen when it is positive, and rejected when the checker refused it; a step that any audited
    proof takes at an equal goal is never rejected, and nothing without a verdict ever counts. Verdicts that
    may not be learned from are left out.

    Args:
        rows: with `PREFERENCE_COLUMNS`.
        prompts: how models are asked.
        language: what steps are written in.
        per_goal: preferences of one goal at most, the likeliest mistakes first.
        astray: whether steps that hold but lead nowhere are rejected too.
    """
    goals: dict[str, _Goal] = defaultdict(_Goal)
    for row in rows:
        if row["learnable"] and row["state_before"] and not is_banned(row["tactic"], language):
            _take(goals[row["state_before"]], row, astray=astray)
    for state, goal in goals.items():
        wrong = [(step, why) for step, why in goal.rejected.items() if step not in goal.chosen]
        wrong.sort(key=lambda each: -each[1][0])
        asked = prompts.prompt(Question(goal=goal_from_text(state))) if goal.chosen and wrong else ""
        chosen = list(goal.chosen.items())
        for at, (step, (_likely, reason)) in enumerate(wrong[:per_goal] if chosen else ()):
            # Where several steps are right, each is set against some of the wrong ones.
            right, (theorem, file) = chosen[at % len(chosen)]
            yield Preference(
                theorem=theorem, file=file, prompt=asked, chosen=right, rejected=step, reason=reason
            )


def _take(goal: _Goal, row: Mapping[str, Any], *, astray: bool) -> None:
    step = row["tactic"]
    likely = _NEVER if row["llm_log_prob"] is None else float(row["llm_log_prob"])
    if row["label"] == "positive":
        goal.chosen.setdefault(step, (row["theorem_name"], row["file"] or ""))
    elif row["label"] == "negative" and row["verdict"] == "refused" and row["proposed"]:
        goal.rejected.setdefault(step, (likely, row["reason"] or "refused"))
    elif row["label"] == "negative" and row["verdict"] == "advanced" and astray:
        goal.rejected.setdefault(step, (likely, "given_up"))
