from pathlib import Path

import pytest

from holdfast.apps.config import resolve
from holdfast.apps.evaluating import EvalConfig, Measured, evaluate, measured
from holdfast.core.errors import UserError
from holdfast.evaluation.outcomes import Limit
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings


def test_each_search_is_given_the_largest_budgets() -> None:
    config = EvalConfig(budgets=(200, 50, 200), cpu_budgets=(5.0, 1.0), seed=7)
    assert config.limits() == (
        Limit("steps", 50), Limit("steps", 200), Limit("cpu_s", 1.0), Limit("cpu_s", 5.0),
    )  # fmt: skip
    attempt = config.attempt(3)
    assert (attempt.nodes, attempt.budget_s, attempt.seed) == (200, 5.0, 20_007)
    assert attempt.both, "a run that ended at the first could not tell of the other"


def test_budgets_that_nobody_names() -> None:
    assert [limit.amount for limit in EvalConfig().limits()] == [50, 100, 200]
    assert EvalConfig().given() == (Limit("steps", 200), Limit("cpu_s", 60.0)), "nothing runs on for ever"
    assert not EvalConfig().attempt(1).both
    assert EvalConfig(cpu_budgets=(2.0,)).given() == (Limit("cpu_s", 2.0),)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"budgets": ["ten"]}, "budgets.0"),
        ({"budgets": [0]}, "more than 0"),
        ({"cpu_budgets": ["nan"]}, "has an end"),
        ({"nodes": 100}, "called budgets here"),
        ({"atempts": 2}, "did you mean attempts"),
    ],
)
def test_what_cannot_be_measured(flags: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        resolve(EvalConfig, None, flags)


def test_trajectories_go_beside_the_result() -> None:
    assert EvalConfig().folder(Path("runs/r.json")) == Path("runs/r.trajectories")
    assert EvalConfig(trajectories=Path("t")).folder(Path("runs/r.json")) == Path("t")


@pytest.mark.asyncio
async def test_attempts_that_would_all_be_the_same(tmp_path: Path) -> None:
    for config in (EvalConfig(attempts=3), EvalConfig(attempts=3, model="replay:kept.jsonl")):
        job = Measured(
            config=config,
            theorems=(),
            output=tmp_path / "r.json",
            executor=InlineExecutor(ExecutorSettings()),
            cache=tmp_path,
            report=lambda _record: None,
            began=lambda _attempt, _total, _done: None,
        )
        with pytest.raises(UserError, match="a model that draws"):
            await evaluate(job)
        with pytest.raises(UserError, match="no search has begun"):
            measured(job)
