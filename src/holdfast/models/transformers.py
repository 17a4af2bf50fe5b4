"""A Hugging Face model in this process. Needs the extra `hf`.

Weights are read as safetensors only, and no code that comes with a model is run.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import BadAnswerError, ModelError, UnknownModelError, UnsupportedError
from holdfast.models.decoding import Decoder, Job

__all__ = ["TransformersModel", "TransformersSettings", "load_transformers"]

T = TypeVar("T")

Dtype = Literal["auto", "float32", "float16", "bfloat16"]
Pooling = Literal["last", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersSettings:
    """How a model is loaded and run."""

    dtype: Dtype = "auto"
    """`auto` is what the weights are stored in."""
    device: str = "cpu"
    adapter: Path | None = None
    """A LoRA adapter (as peft writes it) that is merged into the weights."""
    pooling: Pooling = "last"
    """How a text becomes one vector: its last token, or the mean of all."""
    batch: int = 16
    """How many answers or texts are computed at once; halved where memory does not suffice."""
    threads: int | None = 1
    """Threads of torch for the whole process; more than one slow down beside busy checkers. None: as is."""


def load_transformers(
    path: Path,
    settings: TransformersSettings | None = None,
    progress: Callable[[float], None] | None = None,
) -> "TransformersModel":
    """Read a model from a folder; blocks until it is there.

    Raises UnknownModelError where the folder holds no model, UnsupportedError where it needs code of its own
    or an adapter cannot be used.
    """
    chosen = settings or TransformersSettings()
    tell = progress or (lambda _: None)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    if not (path / "config.json").is_file():
        raise UnknownModelError(
            f"{path} holds no model (no config.json): download one first, with `hf download`"
        )
    if chosen.threads is not None:
        torch.set_num_threads(chosen.threads)
    try:
        config = AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        tell(0.1)
        kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        dtype = chosen.dtype if chosen.dtype == "auto" else getattr(torch, chosen.dtype)
        model = kind.from_pretrained(
            path, dtype=dtype, local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UnsupportedError(f"the model in {path} cannot be loaded ({reason})") from error
    tell(0.8)
    model = _adapted(model, chosen.adapter).to(chosen.device).eval()
    tell(1.0)
    return TransformersModel(path.name, Decoder(model, tokenizer), chosen, tokenizer=tokenizer, model=model)


def _adapted(model: torch.nn.Module, adapter: Path | None) -> torch.nn.Module:
    if adapter is None:
        return model
    if not (adapter / "adapter_model.safetensors").is_file():
        raise UnsupportedError(
            f"{adapter} holds no adapter in safetensors: save it with peft's save_pretrained"
        )
    from peft import PeftModel  # noqa: PLC0415 - takes seconds to import, and few need it

    try:
        merged: torch.nn.Module = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    except (ValueError, RuntimeError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UnsupportedError(f"the adapter in {adapter} does not fit the model ({reason})") from error
    return merged


@dataclass(slots=True, eq=False)
class _Waiting:
    job: Job
    answer: "asyncio.Future[list[Completion]]" = field(repr=False)


class TransformersModel:
    """Fills the `LanguageModel` seam. What waits at the same time is computed together.

    One thread computes. A call that is cancelled stops costing at its next token.
    """

    def __init__(
        self,
        name: str,
        decoder: Decoder,
        settings: TransformersSettings,
        *,
        tokenizer: object,
        model: torch.nn.Module,
        thread: ThreadPoolExecutor | None = None,
    ) -> None:
        """Take over a loaded model; use `load_transformers`."""
        self._name = name
        self._decoder = decoder
        self._settings = settings
        self._tokenizer = tokenizer
        self._model = model
        self._owns_thread = thread is None
        self._thread = thread or ThreadPoolExecutor(1, thread_name_prefix=f"model-{name}")
        self._waiting: list[_Waiting] = []
        self._runner: asyncio.Task[None] | None = None
        self.memory_mb = sum(each.numel() * each.element_size() for each in model.parameters()) / 2**20
        """What the weights take, in MB (2**20 bytes)."""

    @property
    def name(self) -> str:
        """The name of the folder that it came from."""
        return self._name

    def shared(self) -> "TransformersModel":
        """Another one with the same weights and thread, for another event loop; close this one last."""
        return TransformersModel(
            self._name,
            self._decoder,
            self._settings,
            tokenizer=self._tokenizer,
            model=self._model,
            thread=self._thread,
        )

    @property
    def encode_spec(self) -> dict[str, str | bool]:
        """All that a vector depends on beside its text; vectors under other specifications do not compare."""
        return {
            "model": self._name,
            "layer": "last",
            "pooling": self._settings.pooling,
            "normalised": True,
            "dtype": self._settings.dtype,
            "version": "1",
        }

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Exactly `sampling.count` answers. Raises ModelError."""
        answers = await self._computed(Job(prompt, sampling))
        return answers * (sampling.count // len(answers))

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        """The answer in pieces, through the model's own chat template. UnsupportedError without one."""
        prompt = self._rendered(messages)
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def watch(piece: str) -> None:
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

        job = Job(prompt, replace(sampling, count=1, want_logprobs=False), watch)
        answer = asyncio.ensure_future(self._computed(job))
        answer.add_done_callback(lambda _: pieces.put_nowait(None))
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            (done,) = await answer
            yield Ending(done.finished, completion_tokens=done.tokens)
        finally:
            job.cancelled = True
            answer.cancel()

    def _rendered(self, messages: Sequence[Message]) -> str:
        if not getattr(self._tokenizer, "chat_template", None):
            raise UnsupportedError(f"{self._name} has no chat template: use a format that completes text")
        if any(message.images for message in messages):
            raise UnsupportedError(f"{self._name} reads text only: ask a server for a model that sees")
        turns = [{"role": message.role, "content": message.text} for message in messages]
        rendered: str = self._tokenizer.apply_chat_template(  # type: ignore[attr-defined]
            turns, tokenize=False, add_generation_prompt=True
        )
        return rendered

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """One vector of unit length a text, pooled as the settings say. Raises ModelError."""
        size = self._settings.batch
        batches = [texts[at : at + size] for at in range(0, len(texts), size)]
        parts = [await self._run(partial(self._embedded, batch)) for batch in batches]
        return [vector for part in parts for vector in part]

    def _embedded(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        found = _halving(texts, lambda part: self._decoder.hidden(part, self._settings.pooling).tolist())
        vectors = [tuple(vector) for vector in found]
        if not all(any(vector) and all(each == each for each in vector) for vector in vectors):
            raise BadAnswerError(f"{self._name} computes vectors of zeros or NaN: another dtype may help")
        return vectors

    async def aclose(self) -> None:
        """Wait for the thread, which stops at its next token, and let go of the weights."""
        for each in self._waiting:
            each.answer.cancel()
        if self._runner is not None:
            self._runner.cancel()
        if self._owns_thread:
            await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    async def _computed(self, job: Job) -> list[Completion]:
        answer: asyncio.Future[list[Completion]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(job, answer))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._serve())
        try:
            return await answer
        finally:
            job.cancelled = True

    async def _serve(self) -> None:
        """Compute what waits until nothing does; one failure is that of its jobs, not of this task."""
        while self._waiting:
            batch = self._next_batch()
            try:
                found = await self._run(partial(self._generated, [each.job for each in batch]))
                for each, outcome in zip(batch, found, strict=True):
                    _settle(each.answer, outcome)
            finally:
                for each in batch:
                    each.answer.cancel()

    def _generated(self, jobs: Sequence[Job]) -> list[list[Completion] | ModelError]:
        """For each job its answers, or why there are none."""
        outcomes: dict[Job, list[Completion] | ModelError] = {}
        fitting = []
        for job in jobs:
            try:
                self._decoder.check(job)
                fitting.append(job)
            except ModelError as error:
                outcomes[job] = error
        try:
            found = _halving(fitting, self._decoder.generate)
            outcomes.update(zip(fitting, found, strict=True))
        except ModelError as error:
            outcomes.update(dict.fromkeys(fitting, error))
        return [outcomes[job] for job in jobs]

    def _next_batch(self) -> list[_Waiting]:
        """The oldest jobs, as many as may be computed at once, at least one."""
        batch: list[_Waiting] = []
        room = self._settings.batch
        self._waiting = [each for each in self._waiting if not each.answer.done()]
        while self._waiting and (not batch or self._waiting[0].job.sampling.count <= room):
            batch.append(self._waiting.pop(0))
            room -= batch[-1].job.sampling.count
        return batch

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _settle(answer: "asyncio.Future[list[Completion]]", outcome: list[Completion] | ModelError) -> None:
    if answer.done():
        return
    if isinstance(outcome, ModelError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


Given = TypeVar("Given")
Found = TypeVar("Found")


def _halving(items: Sequence[Given], work: Callable[[Sequence[Given]], list[Found]]) -> list[Found]:
    """The results for all items, in ever smaller parts while memory does not suffice. Raises ModelError."""
    if not items:
        return []
    try:
        return work(items)
    except torch.OutOfMemoryError as error:
        if len(items) == 1:
            raise ModelError(
                "memory does not suffice for this prompt: shorten it, or take a smaller model"
            ) from error
    torch.cuda.empty_cache()
    middle = len(items) // 2
    return [*_halving(items[:middle], work), *_halving(items[middle:], work)]
