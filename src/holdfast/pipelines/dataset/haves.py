"""Proofs whose haves stand apart: in its theorem a `have` is one step, and its proof is another proof."""

from collections.abc import Iterator

from holdfast.pipelines.dataset.records import EvaluatedStep, EvaluatedTheorem, HaveProof

__all__ = ["HAVE", "folded", "parts"]

HAVE = "have"
"""The kind of a step that states something whose proof is told elsewhere."""


def folded(theorem: EvaluatedTheorem) -> tuple[EvaluatedStep, ...]:
    """The steps of a proof, where each `have` that stands alone is one of kind `HAVE`, without its proof.

    What follows such a step are the goals that are left when it is proved.
    """
    steps, at = list[EvaluatedStep](), 0
    begins = {have.line: have for have in theorem.haves}
    while at < len(theorem.evaluation):
        step = theorem.evaluation[at]
        have = begins.get(at)
        if have is not None:
            last = theorem.evaluation[have.stop - 1]
            step = step.model_copy(update={"kind": HAVE, "goals_after": last.goals_after, "left": last.left})
        steps.append(step)
        at = at + 1 if have is None else have.stop
    return tuple(steps)


def parts(theorem: EvaluatedTheorem) -> Iterator[EvaluatedTheorem]:
    """Each `have` that stands alone as a theorem of its own, in order, also those in the proof of another.

    Its proof shows the goals that are its own, and its place is that of the theorem.
    """
    return (_part(theorem, have) for have in theorem.haves)


def _part(theorem: EvaluatedTheorem, have: HaveProof) -> EvaluatedTheorem:
    stated = theorem.evaluation[have.line]
    inner = [each for each in theorem.haves if have.line < each.line < have.stop]
    first = have.line + 1
    own = {
        "name": have.name,
        "kind": HAVE,
        "statement": have.statement,
        "proof": "\n".join(have.proof),
        "body": have.proof,
        "ending": "",
        "docstring": "",
        "lines": have.proof,
        "origins": tuple(range(len(have.proof))),
        "haves": tuple(
            each.model_copy(update={"line": each.line - first, "stop": each.stop - first}) for each in inner
        ),
        "initial_goal": have.goal,
        "statement_premises": stated.premises,
        "statement_notations": stated.notations,
        "evaluation": tuple(_own(theorem, have)),
    }
    return theorem.model_copy(update=own)


def _own(theorem: EvaluatedTheorem, have: HaveProof) -> Iterator[EvaluatedStep]:
    """The steps of the proof of a `have`, without the goals that were there before it: those come last."""
    before = 1
    others = theorem.evaluation[have.line].left - before
    for step in theorem.evaluation[have.line + 1 : have.stop]:
        left = step.left - others
        goals = {"goals_before": step.goals_before[:before], "goals_after": step.goals_after[:left]}
        yield step.model_copy(update={**goals, "left": left})
        before = left
