"""Short ways to write what the proposers are asked and told."""

from collections.abc import Sequence

from hypothesis import strategies as st

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.seams import Proposer
from holdfast.core.steps import Proposal, Step, Verdict
from holdfast.core.trajectories import JudgedStep, Observed

_WORDS = st.sampled_from(
    [*"nmxyHPQ", "nat", "list", "->", "=", "forall", ",", "(", ")", ":", "∀", "λ", "+", '"a', "x'", "?e"]
)
terms = st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=20)
"""Texts like terms, sound or not."""
subgoals = st.builds(
    Subgoal,
    st.lists(
        st.builds(
            Hypothesis, st.lists(st.sampled_from([*"nmxyH"]), min_size=1, max_size=2).map(tuple), terms
        ),
        max_size=4,
    ).map(tuple),
    terms,
)


def subgoal(conclusion: str, *hypotheses: str) -> Subgoal:
    """`subgoal("n = m", "n m : nat")`."""
    return Subgoal(tuple(_hypothesis(text) for text in hypotheses), conclusion)


def _hypothesis(text: str) -> Hypothesis:
    names, _colon, type_text = text.partition(" : ")
    return Hypothesis(tuple(names.split()), type_text)


def goal(conclusion: str, *hypotheses: str) -> Goal:
    """A goal with one subgoal."""
    return Goal((subgoal(conclusion, *hypotheses),))


def taken(step: str, at: Goal, theorem: str = "earlier") -> Observed:
    """A step that an existing proof takes."""
    return Observed(theorem, at, step)


def judged(step: str, at: Goal, verdict: Verdict, source: str = "knn") -> JudgedStep:
    """A verdict on a proposal."""
    return JudgedStep(at, Proposal(Step(step), -1.0, source), verdict)


async def offered(proposer: Proposer, at: Goal, count: int = 200) -> Sequence[str]:
    """The texts of what is proposed, in order."""
    return [proposal.step.text for proposal in await proposer.propose(at, count)]
