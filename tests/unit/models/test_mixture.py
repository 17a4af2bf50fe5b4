"""Several proposers as one."""

import math

import pytest
from tests.unit.models.sequents import goal, judged, offered, taken

from holdfast.core.goals import Goal
from holdfast.core.steps import Proved, RefusalReason, Refused
from holdfast.core.trajectories import Declared
from holdfast.models.automation import AutomationProposer, Tactic
from holdfast.models.knn import KnnProposer
from holdfast.models.mixture import MixtureProposer
from holdfast.models.shards import Shard

HERE = goal("a + b = b + a", "a b : nat")
COMM = Declared("Lib.plus_comm", "theorem", "forall n m : nat, n + m = m + n")


def fixed(*tactics: tuple[str, float]) -> AutomationProposer:
    """Offers these with these chances (costs of nothing change little)."""
    return AutomationProposer([Tactic(text, chance, 1e-9) for text, chance in tactics])


@pytest.mark.asyncio
async def test_what_several_offer_adds_up_and_comes_once() -> None:
    mixture = MixtureProposer({"one": fixed(("lia", 0.2), ("ring", 0.3)), "other": fixed(("lia", 0.25))})
    proposals = await mixture.propose(HERE, 9)
    assert [proposal.step.text for proposal in proposals] == ["lia", "ring"]
    assert [math.exp(proposal.logprob) for proposal in proposals] == pytest.approx([0.45, 0.3], abs=1e-3)
    assert [proposal.source for proposal in proposals] == ["other", "one"], "who was surest of it"


@pytest.mark.asyncio
async def test_weights_say_whom_to_trust() -> None:
    parts = {"one": fixed(("lia", 0.2)), "other": fixed(("ring", 0.3))}
    assert await offered(MixtureProposer(parts), HERE) == ["ring", "lia"]
    assert await offered(MixtureProposer(parts, {"other": 0.1}), HERE) == ["lia", "ring"]


@pytest.mark.asyncio
async def test_a_sum_above_one_is_certain() -> None:
    mixture = MixtureProposer({"one": fixed(("lia", 0.9)), "other": fixed(("lia", 0.9))})
    (proposal,) = await mixture.propose(HERE, 9)
    assert proposal.logprob == 0.0


@pytest.mark.asyncio
async def test_every_part_is_taught_and_told() -> None:
    knn, automation = KnnProposer(), fixed(("lia", 0.2), ("ring", 0.2))
    mixture = MixtureProposer({"knn": knn, "automation": automation})
    mixture.learn(taken("special", HERE))
    assert len(knn) == 1
    mixture.judged(judged("ring", HERE, Refused(RefusalReason.SYNTAX, "unknown"), "automation"))
    assert "ring" not in await offered(automation, HERE)
    assert set(await offered(mixture, HERE)) >= {"special", "lia"}
    mixture.judged(judged("elsewhere", HERE, Proved(Goal(()))))


@pytest.mark.asyncio
async def test_all_embedded_proposers_speak() -> None:
    mixture = MixtureProposer.from_shards([Shard.from_stream([COMM, taken("special a", HERE)])])
    proposals = await mixture.propose(HERE, 200)
    assert {proposal.source for proposal in proposals} == {"knn", "automation", "premises", "structural"}
    assert {"special a", "lia", "apply Lib.plus_comm", "induction a"} <= {
        proposal.step.text for proposal in proposals
    }


@pytest.mark.asyncio
async def test_libraries_read_one_by_one_and_as_shards_teach_the_same() -> None:
    stream = [COMM, taken("special a", HERE), taken("induction n", goal("n + 0 = n", "n : nat"))]
    read = MixtureProposer.from_shards([])
    for item in stream:
        read.learn(item)
    loaded = MixtureProposer.from_shards([Shard.from_stream(stream)])
    here = {each.step for each in await read.propose(HERE, 100)}
    there = {each.step for each in await loaded.propose(HERE, 100)}
    assert here == there
