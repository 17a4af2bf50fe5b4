"""A sentence model in this process: texts to vectors, as its own folder says. Needs the extra `hf`.

Weights are read as safetensors only, and no code that comes with a model is run.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import BadAnswerError, ModelError, UnsupportedError
from holdfast.models.sentence_layout import SentenceLayout, SentencePooling, read_layout

__all__ = ["SentenceModel", "load_sentences"]

_BATCH = 32
_UNLIMITED = 1 << 20
"""Tokenizers that know of no limit name a number above it."""


def load_sentences(
    folder: Path, *, dtype: str = "auto", device: str = "cpu", threads: int | None = 1
) -> "SentenceModel":
    """Read a model that is laid out as sentence-transformers does; blocks until it is there.

    Args:
        folder: holds `modules.json`.
        dtype: `float32`, ...; `auto` is what the weights are stored in.
        device: of torch.
        threads: of torch, for the whole process; None: as they are.

    Raises UnsupportedError where it cannot be loaded, or makes its vectors in a way that is not known here.
    """
    layout = read_layout(folder)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            layout.weights, local_files_only=True, trust_remote_code=False
        )
        model = AutoModel.from_pretrained(
            layout.weights,
            dtype=dtype if dtype == "auto" else getattr(torch, dtype),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UnsupportedError(f"the model in {folder} cannot be loaded ({reason})") from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "right"  # where padding comes first, positions would have to be told
    reader = model.get_encoder() if model.config.is_encoder_decoder else model
    return SentenceModel(folder.name, layout, tokenizer, reader.to(device).eval())


class SentenceModel:
    """Fills the `LanguageModel` seam as far as vectors go. One thread computes."""

    def __init__(
        self,
        name: str,
        layout: SentenceLayout,
        tokenizer: Any,  # noqa: ANN401 - transformers says no more
        model: Any,  # noqa: ANN401 - as above
        thread: ThreadPoolExecutor | None = None,
    ) -> None:
        """Take over a loaded model; use `load_sentences`."""
        self.layout = layout
        self._name = name
        self._tokenizer = tokenizer
        self._model = model
        self._owns_thread = thread is None
        self._thread = thread or ThreadPoolExecutor(1, thread_name_prefix=f"model-{name}")
        limits = (layout.most_tokens, tokenizer.model_max_length)
        self._most = min((each for each in limits if each is not None and each < _UNLIMITED), default=None)

    @property
    def name(self) -> str:
        """The name of the folder that it came from."""
        return self._name

    def shared(self) -> "SentenceModel":
        """Another one with the same weights and thread, for another event loop; close this one last."""
        return SentenceModel(self._name, self.layout, self._tokenizer, self._model, self._thread)

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Raises UnsupportedError."""
        del prompt, sampling
        raise self._silent()

    def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        """Raises UnsupportedError."""
        del messages, sampling
        raise self._silent()

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """One vector a text, made as the folder says; long texts are cut off. Raises ModelError."""
        loop = asyncio.get_running_loop()
        found: list[tuple[float, ...]] = []
        for at in range(0, len(texts), _BATCH):
            work = partial(self._vectors, texts[at : at + _BATCH])
            found += await loop.run_in_executor(self._thread, work)
        return found

    async def aclose(self) -> None:
        """Wait for the thread and let go of the weights."""
        if self._owns_thread:
            await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    def _silent(self) -> UnsupportedError:
        return UnsupportedError(f"{self._name} gives vectors and writes no text: name another model for that")

    @torch.inference_mode()
    def _vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        prepared = [self.layout.prefix + text for text in texts]
        given = self._tokenizer(
            [text.lower() for text in prepared] if self.layout.lower else prepared,
            padding=True,
            truncation=self._most is not None,
            max_length=self._most,
            return_tensors="pt",
        ).to(self._model.device)
        try:
            states = self._model(**given).last_hidden_state.float()
        except torch.OutOfMemoryError as error:
            raise ModelError("memory does not suffice for these texts: take a smaller model") from error
        pooled = _pooled(states, given["attention_mask"], self.layout.pooling)
        if self.layout.normalised:
            pooled = torch.nn.functional.normalize(pooled, dim=-1)
        if not (torch.isfinite(pooled).all() and pooled.any(dim=-1).all()):
            raise BadAnswerError(f"{self._name} computes vectors of zeros or NaN: another dtype may help")
        return [tuple(vector) for vector in pooled.tolist()]


def _pooled(states: torch.Tensor, mask: torch.Tensor, pooling: SentencePooling) -> torch.Tensor:
    """One vector a row of the states of its tokens; padding, which comes last, does not count."""
    present = mask.unsqueeze(-1).bool()
    match pooling:
        case "cls":
            return states[:, 0]
        case "last":
            return states[torch.arange(len(states)), mask.sum(dim=1) - 1]
        case "max":
            return states.masked_fill(~present, -torch.inf).amax(dim=1)
        case "mean":
            return (states * present).sum(dim=1) / mask.sum(dim=1, keepdim=True)
