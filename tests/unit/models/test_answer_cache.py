"""Answers that are known are not asked for again."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import StorageError
from holdfast.models.answer_cache import AnswerCache, CachedModel
from holdfast.models.replay import ReplayModel
from holdfast.models.usage import Ledger

DRAWN = Sampling(count=2, temperature=0.5, seed=1, want_logprobs=True)


class Counting:
    """A model whose answers tell how often it was asked."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.asked = 0

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        self.asked += 1
        return [Completion(f"{self.asked}.{at}", (-0.5,), "stop", 1) for at in range(sampling.count)]

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        self.asked += 1
        yield "a"
        yield str(self.asked)

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        self.asked += len(texts)
        return [(float(len(text)), 1.0) for text in texts]

    async def aclose(self) -> None:
        pass


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    made = AnswerCache(tmp_path / "kept" / "answers.db")
    yield made
    made.close()


async def texts(model: CachedModel, prompt: str, sampling: Sampling) -> list[str]:
    return [each.text for each in await model.complete(prompt, sampling)]


@pytest.mark.asyncio
async def test_known_answers_cost_nothing(cache: AnswerCache) -> None:
    ledger = Ledger()
    inner = Counting()
    model = CachedModel(inner, cache, ledger=ledger)
    first = await model.complete("p", DRAWN)
    assert await model.complete("p", DRAWN) == first
    assert inner.asked == 1
    assert ledger.totals()["counting"].cached == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "other",
    [
        {"temperature": 0.6},
        {"top_p": 0.9},
        {"seed": 2},
        {"max_tokens": 3},
        {"stop": ("x",)},
        {"want_logprobs": False},
        {"prefix": "a"},
    ],
)
async def test_whatever_decides_the_draw_counts(cache: AnswerCache, other: dict[str, object]) -> None:
    model = CachedModel(Counting(), cache)
    assert await texts(model, "p", DRAWN) == ["1.0", "1.1"]
    assert await texts(model, "p", replace(DRAWN, **other)) == ["2.0", "2.1"]  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_another_model_and_another_prompt_count(cache: AnswerCache) -> None:
    for model in (Counting("a"), Counting("b")):
        assert await texts(CachedModel(model, cache), "p", DRAWN) == ["1.0", "1.1"]
        assert await texts(CachedModel(model, cache), "q", DRAWN) == ["2.0", "2.1"]
        named = CachedModel(model, cache, identity=f"other weights of {model.name}")
        assert await texts(named, "p", DRAWN) == ["3.0", "3.1"]


@pytest.mark.asyncio
async def test_more_answers_keep_the_first_ones(cache: AnswerCache) -> None:
    model = CachedModel(Counting(), cache)
    await model.complete("p", DRAWN)
    assert await texts(model, "p", replace(DRAWN, count=4)) == ["1.0", "1.1", "2.2", "2.3"]
    assert await texts(model, "p", replace(DRAWN, count=4)) == ["1.0", "1.1", "2.2", "2.3"]
    assert await texts(model, "p", replace(DRAWN, count=1)) == ["1.0"]


@pytest.mark.asyncio
async def test_a_draw_without_a_seed_is_new_each_time(cache: AnswerCache) -> None:
    model = CachedModel(Counting(), cache)
    unseeded = replace(DRAWN, seed=None)
    assert await texts(model, "p", unseeded) != await texts(model, "p", unseeded)
    greedy = replace(unseeded, temperature=0.0)
    assert await texts(model, "p", greedy) == await texts(model, "p", greedy)


@pytest.mark.asyncio
async def test_chats_and_vectors(cache: AnswerCache) -> None:
    inner = Counting()
    model = CachedModel(inner, cache)
    turns = (Message("user", "x"),)
    for _ in range(2):
        assert [piece async for piece in model.chat(turns, DRAWN)] == ["a", "1"]
    assert await model.embed(["a", "bb", "a"]) == [(1.0, 1.0), (2.0, 1.0), (1.0, 1.0)]
    assert await model.embed(["bb", "ccc"]) == [(2.0, 1.0), (3.0, 1.0)]
    assert inner.asked == 1 + 3


@pytest.mark.asyncio
@pytest.mark.parametrize(("finished", "kept"), [("stop", True), ("length", False)])
async def test_a_chat_that_was_cut_off_is_not_kept(cache: AnswerCache, finished: str, kept: bool) -> None:
    turns = (Message("user", "x"),)
    chat = {"messages": [{"role": "user", "text": "*"}], "pieces": ["a"], "finished": finished}
    model = CachedModel(ReplayModel([chat]), cache, identity="same")
    assert [piece async for piece in model.chat(turns, DRAWN)] == ["a", ""]
    assert [piece async for piece in model.chat(turns, DRAWN)] == (["a"] if kept else ["a", ""])


@pytest.mark.asyncio
async def test_a_chat_that_was_left_is_not_kept(cache: AnswerCache) -> None:
    inner = Counting()
    model = CachedModel(inner, cache)
    chat = model.chat((Message("user", "x"),), DRAWN)
    assert await anext(chat) == "a"
    await chat.aclose()
    assert [piece async for piece in model.chat((Message("user", "x"),), DRAWN)] == ["a", "2"]


@pytest.mark.asyncio
async def test_another_process_reads_what_is_kept_and_damage_is_as_good_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    one = AnswerCache(path)
    await CachedModel(Counting(), one).complete("p", DRAWN)
    other = AnswerCache(path)
    inner = Counting()
    await CachedModel(inner, other).complete("p", DRAWN)
    assert inner.asked == 0
    one._database.execute("UPDATE answers_v1 SET answer = '{\"text\": 3}'")
    await CachedModel(inner, other).complete("p", DRAWN)
    assert inner.asked == 1
    one.close()
    other.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "answers.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match=r"answers\.db"):
        AnswerCache(tmp_path / "answers.db")
    with pytest.raises(StorageError):
        AnswerCache(tmp_path / "answers.db" / "below")
