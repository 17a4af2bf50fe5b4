"""The small policy: trained on what a few proofs do, it offers that; what is stored is checked."""

import asyncio
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from holdfast.apps.policies import with_policy
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.trajectories import Observed
from holdfast.models.features import features
from holdfast.models.mixture import MixtureProposer
from holdfast.models.shards import Shard
from holdfast.models.small_policy import WEIGHTS_FILE, SmallPolicy, SmallPolicyProposer
from holdfast.training.small_policy import SmallSettings, TrainedSmall, train_small

SETTINGS = SmallSettings(epochs=12, batch=8, learning_rate=1e-2, width=16, hidden=16, dropout=0.0)


def goal(conclusion: str, **hypotheses: str) -> Goal:
    return Goal((Subgoal(tuple(Hypothesis((name,), kind) for name, kind in hypotheses.items()), conclusion),))


def proofs() -> Iterator[Observed]:
    for at in range(8):
        a, b, h = f"a{at}", f"b{at}", f"E{at}"
        yield Observed(f"t{at}", goal(f"forall {a} {b} : nat, {a} = {b} -> {b} = {a}"), f"intros {a} {b} {h}")
        here = {a: "nat", b: "nat", h: f"{a} = {b}"}
        yield Observed(f"t{at}", goal(f"{b} = {a}", **here), f"rewrite {h}")
        yield Observed(f"t{at}", goal(f"{b} = {b}", **here), "reflexivity")


@pytest.fixture(scope="module")
def trained() -> TrainedSmall:
    return train_small([Shard.from_stream(proofs())], SETTINGS)


def offered(policy: SmallPolicy, at: Goal) -> list[str]:
    found = asyncio.run(SmallPolicyProposer(policy).propose(at, 5))
    assert sum(np.exp(each.logprob) for each in found) <= 1 + 1e-6
    return [each.step.text for each in found]


def test_what_was_usual_is_offered_in_the_names_of_the_goal_at_hand(trained: TrainedSmall) -> None:
    assert trained.losses[-1] < 0.2 * trained.losses[0]
    assert trained.examples == 24
    other = goal("y = x", x="nat", y="nat", Hxy="x = y")
    assert "rewrite Hxy" in offered(trained.policy, other)[:2]
    done = features(goal("y = y", x="nat", y="nat", Hxy="x = y").subgoals[0])
    best = int(trained.policy.chances(done, ("rewrite", "intros")).argmax())
    assert trained.policy.templates[best][0].text == "reflexivity"


def test_the_same_proofs_make_the_same_policy(trained: TrainedSmall) -> None:
    again = train_small([Shard.from_stream(proofs())], SETTINGS)
    assert again.losses == trained.losses
    for name, array in trained.policy.arrays.items():
        np.testing.assert_array_equal(array, again.policy.arrays[name])


def test_what_is_stored_is_read_back(trained: TrainedSmall, tmp_path: Path) -> None:
    trained.policy.save(tmp_path)
    read = SmallPolicy.load(tmp_path)
    assert (read.tactics, read.templates) == (trained.policy.tactics, trained.policy.templates)
    at = features(goal("y = x", x="nat", y="nat").subgoals[0])
    np.testing.assert_array_equal(read.chances(at, ("", "")), trained.policy.chances(at, ("", "")))
    assert float(read.chances(at, ("", "")).sum()) <= 1.0


@pytest.mark.parametrize("damage", ["empty", "text", "zip", "nan", "short"])
def test_what_is_damaged_is_refused(trained: TrainedSmall, tmp_path: Path, damage: str) -> None:
    trained.policy.save(tmp_path)
    path = tmp_path / WEIGHTS_FILE
    with np.load(path) as found:
        arrays = dict(found)
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("weights", encoding="utf-8")
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("other", b"1")
        case "nan":
            np.savez(path, **{**arrays, "output_bias": arrays["output_bias"] * np.float32("nan")})
        case _:
            np.savez(path, **{**arrays, "output": arrays["output"][:-1]})
    with pytest.raises(UserError, match="train it anew"):
        SmallPolicy.load(tmp_path)


def test_a_folder_without_a_policy_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="train-policy"):
        SmallPolicy.load(tmp_path)


def test_too_little_to_train_on_is_told() -> None:
    with pytest.raises(UserError, match="too little to train on"):
        train_small([Shard.from_stream([])], SETTINGS)


def test_mixed_in_it_adds_to_what_the_others_offer(trained: TrainedSmall, tmp_path: Path) -> None:
    trained.policy.save(tmp_path)
    shards = [Shard.from_stream(proofs())]
    mixed = with_policy(lambda: MixtureProposer.from_shards(shards), tmp_path, "rocq")()
    at = goal("y = x", x="nat", y="nat", Hxy="x = y")
    plain = asyncio.run(MixtureProposer.from_shards(shards).propose(at, 64))
    chances = {each.step.text: each.logprob for each in asyncio.run(mixed.propose(at, 64))}
    before = {each.step.text: each.logprob for each in plain}
    more = [text for text in chances if chances[text] > before.get(text, -np.inf)]
    assert more
    assert set(more) <= set(offered(trained.policy, at))
    assert chances["tauto"] == before["tauto"]
    with pytest.raises(UserError, match="steps of Rocq"):
        with_policy(lambda: mixed, tmp_path, "lean")
