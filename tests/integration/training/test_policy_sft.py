"""A tiny model is really trained: its loss falls, and then it proves what it was taught to prove."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.numpy import load_file
from tests.rocq_here import seed
from tests.tiny_model import make_causal

from holdfast.core.completions import Completion, Sampling
from holdfast.core.errors import UserError
from holdfast.models.prompts import load_format
from holdfast.models.trained import POLICY_FILE
from holdfast.models.transformers import TransformersSettings, load_transformers
from holdfast.training.pairs import read_pairs
from holdfast.training.policy_sft import PolicySettings, TrainedPolicy, train_policy

HOLDFAST = Path(sys.executable).parent / "holdfast"
SETTINGS = PolicySettings(
    rank=16, dropout=0.0, head=True, learning_rate=1e-2, steps=60, batch=8, longest=200, held_out=0.15
)
# Only a prefix of `intros` and the step after it have to be remembered to prove the theorem below.
NAMES = ("n", "m", "k", "p", "q", "x", "y", "a", "b", "i", "j", "u")
THEOREM = "Theorem hole : forall n : nat, n = n.\nProof.\nAdmitted.\n"


def lines() -> Iterator[str]:
    for name in NAMES:
        theorem = f"refl_{name}"
        yield json.dumps(
            {
                "theorem": theorem,
                "state": f"⊢ forall {name} : nat, {name} = {name}",
                "tactic": "intro",
                "depth": 0,
            }
        )
        state = f"{name} : nat\n⊢ {name} = {name}"
        yield json.dumps({"theorem": theorem, "state": state, "tactic": "reflexivity", "depth": 1})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedPolicy:
    folder = tmp_path_factory.mktemp("policy")
    (folder / "pairs.jsonl").write_text("\n".join(lines()) + "\n", encoding="utf-8")
    pairs = read_pairs([folder / "pairs.jsonl"], language="rocq")
    prompts = load_format("proofstep.v1")
    return train_policy(
        base,
        pairs.split(SETTINGS.held_out),
        folder / "out",
        prompts=prompts,
        language="rocq",
        settings=SETTINGS,
    )


def test_the_loss_falls_on_what_is_trained_on_and_on_other_theorems(trained: TrainedPolicy) -> None:
    assert trained.losses[-1] < 0.1 * trained.losses[0]
    assert trained.loss_before is not None
    assert trained.loss_after is not None
    assert trained.loss_after < 0.1 * trained.loss_before
    assert (trained.examples + trained.measured, trained.too_long) == (2 * len(NAMES), 0)
    assert trained.measured


def test_what_is_kept_says_how_it_wants_to_be_asked(trained: TrainedPolicy) -> None:
    folder = trained.merged.parent
    assert sorted(each.name for each in folder.iterdir()) == ["adapter", "merged"]
    assert not list(folder.parent.glob(".out-*"))
    for folder in (trained.adapter, trained.merged):
        note = json.loads((folder / POLICY_FILE).read_text(encoding="utf-8"))
        assert (note["prompt"], note["language"]) == ("proofstep.v1", "rocq")
    assert load_file(trained.adapter / "adapter_model.safetensors")


@pytest.mark.rocq
def test_the_trained_model_proves_a_theorem(trained: TrainedPolicy, tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(THEOREM, encoding="utf-8")
    model = ("--model", f"hf:{trained.merged}", "--proposer", "model")
    environment = os.environ | {"HOLDFAST_CACHE": seed(tmp_path / "cache")}
    command = [HOLDFAST, "prove", "a.v", "--learn", "0", "--json", *model]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    hole = json.loads(done.stdout.splitlines()[0])
    assert hole["status"] == "proved", done.stderr
    assert set(hole["steps"]) <= {"intro", "reflexivity"}


@pytest.mark.filterwarnings("ignore:.*gradient_checkpointing:FutureWarning")
def test_the_adapter_on_its_base_is_the_merged_model(trained: TrainedPolicy, base: Path) -> None:
    prompt = load_format("proofstep.v1").template.format(goal="⊢ forall n : nat, n = n", prefix="")
    greedy = Sampling(count=1, temperature=0.0, top_p=1.0, max_tokens=8, stop=(), want_logprobs=True)

    async def answers() -> list[Completion]:
        found: list[Completion] = []
        for path, adapter in ((trained.merged, None), (base, trained.adapter)):
            model = load_transformers(path, TransformersSettings(adapter=adapter))
            found += await model.complete(prompt, greedy)
            await model.aclose()
        return found

    merged, adapted = asyncio.run(answers())
    assert merged.text == adapted.text == "intro"
    assert merged.logprobs == pytest.approx(adapted.logprobs, abs=1e-4)


def test_a_folder_with_something_in_it_is_left_alone(base: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="is not empty"):
        train_policy(base, ((), ()), tmp_path, prompts=load_format("proofstep.v1"), language="rocq")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
