"""A language model that an iteration fine-tunes is the one that the next search asks."""

import asyncio
from pathlib import Path

import pytest
from tests.tiny_model import make_causal

from holdfast.apps.iteration.acts import RealActs
from holdfast.apps.iteration.config import IterateConfig
from holdfast.apps.iteration.records import Gathered, Knowledge
from holdfast.apps.taught import Taught, write_taught
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.sinks import NullSink

pytest.importorskip("trl")


@pytest.mark.slow
def test_what_was_tuned_is_asked_next(tmp_path: Path) -> None:
    config = IterateConfig.model_validate(
        {
            "theorems": tmp_path / "none.v",
            "output": tmp_path,
            "train": {"value": False},
            "policy": {
                "base": make_causal(tmp_path / "base"),
                "settings": {"steps": 12, "batch": 4, "learning_rate": 1e-2, "head": True, "held_out": 0},
            },
        }
    )
    pairs = tmp_path / "pairs.jsonl"
    state = "n : nat\n============================\nn = n"
    write_taught(pairs, [Taught(theorem=f"t{at}", state=state, tactic="reflexivity") for at in range(8)])
    gathered = Gathered(pairs=pairs, theorems=8, steps=8, refused={})
    acts = RealActs(config, (), (), InlineExecutor(), tmp_path, NullSink())
    assert acts._prover(Knowledge(), 1.0, None).proposer == "knn"

    trained = asyncio.run(acts.train(tmp_path / "train", gathered, ()))
    again = asyncio.run(acts.train(tmp_path / "train", gathered, ()))
    assert again == trained, "what a stopped start left is in the way"
    prover = acts._prover(trained.knowledge, 1.0, None)
    assert (prover.proposer, prover.pairs) == ("mixed", pairs)
    assert prover.model == f"hf:{tmp_path / 'train' / 'policy' / 'merged'}"
    assert "fine-tuned on 8 steps" in trained.notes[-1]
