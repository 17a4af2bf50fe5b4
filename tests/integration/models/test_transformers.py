"""Models in this process: batches, cancellation, adapters, what cannot be loaded."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import peft
import pytest
import pytest_asyncio
import torch
from tests.contract.language_model_suite import DRAWN, GREEDY, PROMPT
from transformers import AutoModelForCausalLM

from holdfast.core.completions import Message, Sampling
from holdfast.core.errors import BadAnswerError, ModelError, UnknownModelError, UnsupportedError
from holdfast.models.decoding import Decoder, Job
from holdfast.models.transformers import TransformersModel, TransformersSettings, load_transformers


@pytest_asyncio.fixture
async def model(causal: Path) -> AsyncIterator[TransformersModel]:
    made = load_transformers(causal)
    yield made
    await made.aclose()


@pytest.mark.asyncio
async def test_log_probabilities_are_those_of_the_whole_text_read_at_once(
    model: TransformersModel, causal: Path
) -> None:
    """Against transformers itself, without a cache and without padding."""
    plain = AutoModelForCausalLM.from_pretrained(causal)
    pieces = model._tokenizer
    prompts = [PROMPT, "intros n.", "a much longer prompt, so that the others are padded: forall A B : Prop"]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(model.complete(prompt, DRAWN)) for prompt in prompts]
    for prompt, task in zip(prompts, tasks, strict=True):
        for answer in task.result():
            before = pieces(prompt)["input_ids"]
            after = pieces(prompt + answer.text)["input_ids"][len(before) :]
            if pieces.decode(after) != answer.text or len(after) > len(answer.logprobs):
                continue  # what was drawn token by token would be cut up in another way
            with torch.no_grad():
                logprobs = torch.log_softmax(plain(torch.tensor([before + after])).logits[0].float(), dim=-1)
            read = [float(logprobs[len(before) - 1 + at, token]) for at, token in enumerate(after)]
            assert list(answer.logprobs[: len(read)]) == pytest.approx(read, abs=1e-4)


@pytest.mark.asyncio
async def test_a_draw_does_not_depend_on_what_else_is_computed(model: TransformersModel) -> None:
    alone = [each.text for each in await model.complete(PROMPT, DRAWN)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(model.complete(PROMPT, DRAWN)) for _ in range(3)]
        group.create_task(model.complete("another, longer prompt than that", DRAWN))
    assert all([each.text for each in task.result()] == alone for task in tasks)


@pytest.mark.asyncio
async def test_a_cancelled_call_stops_costing(model: TransformersModel) -> None:
    before = threading.active_count()
    # So much that it cannot be done when this is woken, however busy the machine is.
    much = Sampling(count=200, max_tokens=200, temperature=1.0, seed=1)
    task = asyncio.create_task(model.complete(PROMPT, much))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await model.complete(PROMPT, GREEDY)) == 1
    assert threading.active_count() <= before + 1


@pytest.mark.asyncio
async def test_closing_ends_what_waits(causal: Path) -> None:
    made = load_transformers(causal)
    tasks = [
        asyncio.create_task(made.complete(PROMPT, Sampling(max_tokens=200, temperature=1.0)))
        for _ in range(3)
    ]
    await asyncio.sleep(0.01)
    await made.aclose()
    done, pending = await asyncio.wait(tasks, timeout=30)
    assert not pending
    assert all(task.cancelled() or task.exception() is None for task in done)


@pytest.mark.asyncio
async def test_memory_that_does_not_suffice_halves_the_batch(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    whole = Decoder.generate

    def scarce(decoder: Decoder, jobs: list[Job]) -> object:
        sizes.append(len(jobs))
        if len(jobs) > 1:
            raise torch.OutOfMemoryError("no memory")
        return whole(decoder, jobs)

    monkeypatch.setattr(Decoder, "generate", scarce)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(model.complete(PROMPT, GREEDY)) for _ in range(4)]
    assert all(len(task.result()) == 1 for task in tasks)
    assert sizes == [4, 2, 1, 1, 2, 1, 1]
    monkeypatch.setattr(
        Decoder, "generate", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("no memory"))
    )
    with pytest.raises(ModelError, match="memory does not suffice"):
        await model.complete(PROMPT, GREEDY)


@pytest.mark.asyncio
async def test_nan_is_told(model: TransformersModel) -> None:
    weights = next(iter(model._model.parameters()))
    weights.data.fill_(float("nan"))
    with pytest.raises(BadAnswerError, match="NaN"):
        await model.complete(PROMPT, GREEDY)
    with pytest.raises(BadAnswerError, match="zeros or NaN"):
        await model.embed(["x"])


@pytest.mark.asyncio
async def test_a_prefix_is_what_the_decoder_begins_with(translating: Path) -> None:
    made = load_transformers(translating)
    (free,) = await made.complete(PROMPT, GREEDY)
    (forced,) = await made.complete(PROMPT, Sampling(max_tokens=8, want_logprobs=True, prefix="rewrite"))
    assert not forced.text.startswith("rewrite")
    assert forced.logprobs != free.logprobs
    made._tokenizer.chat_template = None
    with pytest.raises(UnsupportedError, match="chat template"):
        async for _ in made.chat((Message("user", "x"),), GREEDY):
            pass
    await made.aclose()


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore::FutureWarning:peft", "ignore::FutureWarning:transformers")
async def test_an_adapter_changes_the_answers(causal: Path, tmp_path: Path, model: TransformersModel) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        tuned = peft.get_peft_model(
            AutoModelForCausalLM.from_pretrained(causal),
            peft.LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False),
        )
    tuned.save_pretrained(tmp_path / "adapter")
    adapted = load_transformers(causal, TransformersSettings(adapter=tmp_path / "adapter"))
    assert (await adapted.complete(PROMPT, GREEDY))[0].logprobs != (await model.complete(PROMPT, GREEDY))[
        0
    ].logprobs
    await adapted.aclose()
    with pytest.raises(UnsupportedError, match="no adapter"):
        load_transformers(causal, TransformersSettings(adapter=tmp_path))


@pytest.mark.asyncio
async def test_another_dtype(causal: Path, model: TransformersModel) -> None:
    half = load_transformers(causal, TransformersSettings(dtype="bfloat16"))
    (one,), (other,) = await half.complete(PROMPT, GREEDY), await model.complete(PROMPT, GREEDY)
    assert one.logprobs[0] == pytest.approx(other.logprobs[0], abs=0.1)
    assert half.memory_mb == pytest.approx(model.memory_mb / 2)
    await half.aclose()


def test_what_cannot_be_loaded(tmp_path: Path, causal: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"config\.json"):
        load_transformers(tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnsupportedError, match="cannot be loaded"):
        load_transformers(tmp_path)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((causal / name).read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(UnsupportedError, match="cannot be loaded"):
        load_transformers(tmp_path)


def test_vectors_say_how_they_were_made(causal: Path) -> None:
    made = load_transformers(causal, TransformersSettings(pooling="mean"))
    assert made.encode_spec["pooling"] == "mean"
    assert made.encode_spec["model"] == causal.name
