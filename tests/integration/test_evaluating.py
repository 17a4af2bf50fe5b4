"""Several attempts at a theorem, with a model that draws: a real server, a real checker."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.http_server import Asked, Said, said, serving
from tests.rocq_here import seeded

from holdfast.apps.evaluating import EvalConfig, Measured, evaluate, measured
from holdfast.apps.searches import chosen_theorems
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.outcomes import Evaluation, standings
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]


def reply(asked: Asked) -> Said:
    """The first attempt is lucky with no theorem, the second with one of them, the third with both."""
    seed, prompt = asked.body["seed"], asked.body["prompt"]
    hard = "hard" if "S (n + 1)" in str(prompt) else "easy"
    lucky = seed >= 20_000 or (seed >= 10_000 and hard == "easy")
    text = "induction n; simpl; auto." if lucky else "discriminate."
    choice = {"text": text, "finish_reason": "stop", "logprobs": {"tokens": ["a"], "token_logprobs": [-0.5]}}
    return said({"choices": [choice], "usage": {"prompt_tokens": 30, "completion_tokens": 3}})


async def run(folder: Path, url: str, *, every: bool = False) -> Evaluation:
    (folder / "t.v").write_text(
        "Lemma easy : forall n : nat, n + 0 = n. Admitted.\n"
        "Lemma hard : forall n : nat, n + 2 = S (n + 1). Admitted.\n",
        encoding="utf-8",
    )
    config = EvalConfig(
        theorems=(folder / "t.v",),
        budgets=(5, 20),
        attempts=4,
        every_attempt=every,
        proposer="model",
        model=f"{url}/v1?model=m&samples=1",
        learn_s=0,
    )

    def began(_attempt: int, _total: int, _done: Sequence[TheoremRecord]) -> None:
        """Nobody watches."""

    job = Measured(
        config=config,
        theorems=chosen_theorems(config),
        output=folder / f"r{every}.json",
        executor=InlineExecutor(ExecutorSettings(jobs=1)),
        cache=await seeded(folder / "cache"),
        report=lambda _record: None,
        began=began,
    )
    await evaluate(job)
    return measured(job)


async def test_attempts_end_at_a_success_unless_all_are_wanted(tmp_path: Path) -> None:
    async with serving(reply) as server:
        first = await run(tmp_path, server.url)
        every = await run(tmp_path, server.url, every=True)
    assert [[record.status for record in each.searches] for each in first.tried] == [
        ["not_found", "proved"],
        ["not_found", "not_found", "proved"],
    ]
    assert standings(first)[-1].pass_at == {1: 0.0, 2: 0.5, 3: 1.0, 4: 1.0}
    assert [len(each.searches) for each in every.tried] == [4, 4]
    assert standings(every)[-1].pass_at[1] == (3 / 4 + 2 / 4) / 2
    assert first.complete
    assert all(record.tokens > 0 for each in first.tried for record in each.searches)
