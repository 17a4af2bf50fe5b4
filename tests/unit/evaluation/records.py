"""Searches that went one way or another, made up for tests."""

from holdfast.core.trajectories import TheoremRecord, TheoremStatus
from holdfast.evaluation.outcomes import Evaluation, Limit, Tried

__all__ = ["evaluation", "found", "sought", "tried"]


def found(theorem: str, steps: int, *, attempt: int = 1, tokens: int = 0, nodes: int = 0) -> TheoremRecord:
    """A search that proves its theorem at so many steps of a hundredth of a second each."""
    return TheoremRecord(
        search=f"{theorem}/{attempt}",
        theorem=theorem,
        file="a.v",
        language="rocq",
        status="proved",
        proof="Proof. auto. Qed.",
        steps=("auto",),
        tree={"step": "auto", "children": []},
        audited=True,
        cpu_s=steps / 100,
        wall_s=steps / 50,
        nodes=nodes or steps,
        found_nodes=steps,
        found_cpu_s=steps / 100,
        ended="proved",
        tokens=tokens,
        attempt=attempt,
    )


def sought(
    theorem: str,
    *,
    status: TheoremStatus = "not_found",
    nodes: int = 200,
    attempt: int = 1,
    tokens: int = 0,
    ended: str = "budget",
) -> TheoremRecord:
    """A search that ends without a proof."""
    return TheoremRecord(
        search=f"{theorem}/{attempt}",
        theorem=theorem,
        file="a.v",
        language="rocq",
        status=status,
        reason="the budget is used up",
        cpu_s=nodes / 100,
        wall_s=nodes / 50,
        nodes=nodes,
        ended=ended,
        tokens=tokens,
        attempt=attempt,
    )


def tried(*searches: TheoremRecord, theorem: str = "", statement: str = "") -> Tried:
    """A theorem with its searches."""
    name = theorem or searches[0].theorem
    return Tried(theorem=name, file="a.v", statement=statement, searches=searches)


def evaluation(
    *theorems: Tried, steps: tuple[int, ...] = (50, 100, 200), cpu_s: tuple[float, ...] = (), **more: object
) -> Evaluation:
    """A run over theorems with budgets."""
    limits = tuple(Limit("steps", amount) for amount in steps) + tuple(Limit("cpu_s", each) for each in cpu_s)
    return Evaluation(source="test", tried=theorems, limits=limits, **more)  # type: ignore[arg-type]
