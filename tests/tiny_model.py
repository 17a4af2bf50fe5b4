"""Tiny language models and their tokenizer, made by the tests in a second."""

import json
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.numpy import load_file
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
    """A Llama of some hundred thousand weights, nearly random ones, the same each time."""
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
        _warm(model, pieces)
    model.save_pretrained(folder)
    pieces.save_pretrained(folder)
    return folder


def _warm(model: LlamaForCausalLM, pieces: PreTrainedTokenizerFast) -> None:
    """A few steps on the corpus: fresh weights write bytes that are no characters."""
    torch.set_num_threads(1)  # two that share a busy machine are a hundred times slower
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    texts = [
        torch.tensor([pieces(text)["input_ids"] + [pieces.eos_token_id]]) for text in dict.fromkeys(CORPUS)
    ]
    for _ in range(25):
        for ids in texts:
            model(input_ids=ids, labels=ids).loss.backward()
            optimizer.step()
            optimizer.zero_grad()


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


def write_gguf(folder: Path, target: Path) -> Path:
    """The model of `make_causal` in llama.cpp's format, all weights in 32 bits."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    _write_tokenizer(writer, folder)
    for name, weights in load_file(folder / "model.safetensors").items():
        if name.endswith("q_proj.weight"):
            weights = _permuted(weights, heads)
        if name.endswith("k_proj.weight"):
            weights = _permuted(weights, key_heads)
        writer.add_tensor(_gguf_name(name), np.ascontiguousarray(weights, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def _write_tokenizer(writer: gguf.GGUFWriter, folder: Path) -> None:
    saved = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = saved["model"]["vocab"]
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    special = {each["content"] for each in saved["added_tokens"]}
    kinds = [gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in saved["model"]["merges"]])
    writer.add_bos_token_id(vocabulary["<s>"])
    writer.add_eos_token_id(vocabulary["</s>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _permuted(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rows in the order in which llama.cpp rotates them."""
    halves = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
    return halves.swapaxes(1, 2).reshape(weights.shape)


def _gguf_name(name: str) -> str:
    parts = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "model.layers": "blk",
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "lm_head": "output",
    }
    for theirs, ours in parts.items():
        name = name.replace(theirs, ours)
    return name
