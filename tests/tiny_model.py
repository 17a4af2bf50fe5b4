"""Tiny language models with random weights, and a tokenizer, made by the tests."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

CORPUS = [
    "[GOAL]n m : nat\nH : n <= m\n⊢ n + m = m + n[PROOFSTEP]rewrite Nat.add_comm. reflexivity.",
    "intros n. induction n as [|n IHn]. simpl. apply IHn. auto with arith. lia.",
    "forall A B : Prop, A /\\ B -> B /\\ A. destruct H as [HA HB]. split; assumption.",
    "user assistant system Write the next tactic for this goal: exact ⟨hp, hq⟩",
] * 20
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
CONTEXT = 256


def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level pieces, so that any text can be read and written."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=384, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    raw.train_from_iterator(CORPUS, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", model_max_length=CONTEXT
    )
    made.chat_template = TEMPLATE
    return made


def make_causal(folder: Path) -> Path:
    """A Llama of some hundred thousand weights, the same each time."""
    pieces = tokenizer()
    config = LlamaConfig(
        vocab_size=len(pieces),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        bos_token_id=pieces.bos_token_id,
        eos_token_id=pieces.eos_token_id,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = LlamaForCausalLM(config)
        # Weights larger than fresh ones usually are: else all tokens are nearly as likely.
        for weights in model.parameters():
            weights.data.mul_(3.0 if weights.dim() > 1 else 1.0)
    model.save_pretrained(folder)
    pieces.save_pretrained(folder)
    return folder


def make_translating(folder: Path) -> Path:
    """A T5 of the same kind."""
    pieces = tokenizer()
    config = T5Config(
        vocab_size=len(pieces),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=pieces.bos_token_id,
        pad_token_id=pieces.bos_token_id,
        eos_token_id=pieces.eos_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = T5ForConditionalGeneration(config)
    model.save_pretrained(folder)
    pieces.save_pretrained(folder)
    return folder


def vocabulary(folder: Path) -> dict[str, int]:
    """The tokens of a saved tokenizer."""
    found: dict[str, int] = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"][
        "vocab"
    ]
    return found
