"""Sentence models make their vectors as their own folder says, whatever else is computed beside a text."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.tiny_model import tokenizer
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel, RobertaConfig, RobertaModel

from holdfast.apps.models import open_model
from holdfast.apps.value import open_encoder
from holdfast.core.completions import Sampling
from holdfast.core.errors import UnsupportedError, UserError
from holdfast.models.sentence_layout import read_layout

pytestmark = pytest.mark.asyncio

TEXTS = ["Twice the same is the same.", "n", "forall A B : Prop, A /\\ B -> B /\\ A " * 3]
MOST = 24
MODES = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens", "last": "lasttoken"}


def _folder(folder: Path, pooling: str, *, normalised: bool, roberta: bool = False, **told: object) -> Path:
    """A tiny random model as sentence-transformers lays it out."""
    pieces = tokenizer()
    pieces.pad_token = "</s>"
    sizes: dict[str, Any] = {
        "vocab_size": len(pieces),
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "pad_token_id": pieces.pad_token_id,
    }
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = RobertaModel(RobertaConfig(**sizes)) if roberta else BertModel(BertConfig(**sizes))
    model.save_pretrained(folder)
    pieces.save_pretrained(folder)
    names = ["Transformer", "Pooling", *(["Normalize"] if normalised else [])]
    modules = [
        {"idx": at, "name": str(at), "path": f"{at}_{name}" if at else "", "type": f"some.models.{name}"}
        for at, name in enumerate(names)
    ]
    chosen = {f"pooling_mode_{mode}": mode == MODES[pooling] for mode in MODES.values()}
    _write(folder / "modules.json", modules)
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 16, **chosen})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": MOST, "do_lower_case": False, **told})
    return folder


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def _plain(folder: Path, text: str, pooling: str) -> torch.Tensor:
    """The same by transformers itself, one text at a time, so that nothing is padded."""
    pieces, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        states = model(input_ids=torch.tensor([pieces(text)["input_ids"][:MOST]])).last_hidden_state[0]
    match pooling:
        case "cls":
            return states[0]
        case "last":
            return states[-1]
        case "max":
            return states.amax(dim=0)
        case _:
            return states.mean(dim=0)


@pytest.mark.parametrize(
    ("pooling", "normalised", "roberta"),
    [
        ("mean", True, False),
        ("mean", False, True),
        ("cls", True, True),
        ("last", False, False),
        ("max", True, False),
    ],
)
async def test_vectors_are_made_as_the_folder_says(
    tmp_path: Path, pooling: str, *, normalised: bool, roberta: bool
) -> None:
    folder = _folder(tmp_path / "model", pooling, normalised=normalised, roberta=roberta)
    async with open_model(f"hf:{folder}", {}) as model:
        vectors = await model.embed(TEXTS)
        with pytest.raises(UnsupportedError, match="writes no text"):
            await model.complete("x", Sampling())
    for text, vector in zip(TEXTS, vectors, strict=True):
        wanted = _plain(folder, text, pooling)
        wanted = torch.nn.functional.normalize(wanted, dim=0) if normalised else wanted
        assert vector == pytest.approx(wanted.tolist(), abs=1e-5)


async def test_what_stands_in_front_and_lower_case_are_the_folders(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "model", "mean", normalised=False, do_lower_case=True)
    prompts = {"prompts": {"document": "AS TEXT: ", "query": "q"}, "default_prompt_name": "document"}
    _write(folder / "config_sentence_transformers.json", prompts)
    async with open_model(f"hf:{folder}", {}) as model:
        (vector,) = await model.embed(["Nat"])
    assert vector == pytest.approx(_plain(folder, "as text: nat", "mean").tolist(), abs=1e-5)
    async with open_encoder(f"hf:{folder}", {}) as encoder:
        spec = encoder.spec
    assert (spec.pooling, spec.normalised) == ("mean", False)
    assert "AS TEXT" in spec.layer
    with pytest.raises(UserError, match="leave pooling out"):
        async with open_model(f"hf:{folder}?pooling=last", {}):
            pass


@pytest.mark.parametrize(
    ("file", "value", "reason"),
    [
        ("modules.json", [{"type": "a.Transformer"}, {"type": "a.Pooling"}, {"type": "a.Dense"}], "Dense"),
        ("modules.json", {}, "lists no modules"),
        (
            "modules.json",
            [{"type": "Transformer", "path": "../.."}, {"type": "Pooling"}],
            "not in that folder",
        ),
        (
            "1_Pooling/config.json",
            {"pooling_mode_weightedmean_tokens": True},
            "pools by pooling_mode_weighted",
        ),
        ("1_Pooling/config.json", [], "holds no settings"),
    ],
)
async def test_what_is_not_known_is_said(tmp_path: Path, file: str, value: object, reason: str) -> None:
    (tmp_path / "1_Pooling").mkdir()
    modules = [{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "1_Pooling"}]
    _write(tmp_path / "modules.json", modules)
    _write(tmp_path / file, value)
    with pytest.raises(UnsupportedError, match=reason):
        read_layout(tmp_path)
