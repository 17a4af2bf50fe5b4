"""Functions that were planted in programs are found again, and every program still does what it did."""

import asyncio
import random

import pytest
from tests.integration.library.planted import PLANTED, WHITE, Known, calls, corpus, known, spelled_out

from holdfast.library.adapter import Adapter
from holdfast.library.boards.adapter import Boards
from holdfast.library.compressing.proposer import Compression, CompressionSettings
from holdfast.library.holding import held
from holdfast.library.records import Candidate, Program, Sources, Task
from holdfast.runtime.sandbox.sandbox import Sandbox


async def _with_all(adapter: Adapter, candidates: tuple[Candidate, ...]) -> Sources:
    library = adapter.foundation()
    for each in candidates:
        library, refusal = await adapter.admit(each, library)
        assert refusal is None
    return library


def _length(boards: Boards, programs: dict[str, Program]) -> int:
    return sum(boards.cost(piece) for each in programs.values() for piece in each.pieces)


@pytest.fixture(scope="module")
def found(sandbox: Sandbox) -> tuple[Known, tuple[Candidate, ...], Known, dict[str, Program], Sources]:
    """Training programs, what is found in them, unseen programs, these with what was found, the library."""

    async def run() -> tuple[Known, tuple[Candidate, ...], Known, dict[str, Program], Sources]:
        boards = Boards()
        async with boards.opened(sandbox):
            training = await known(boards, list(corpus(16, 1)))
            unseen = await known(boards, list(corpus(8, 2)))
            proposer = Compression(boards, boards)
            candidates = tuple(await proposer.propose(training))
            library = await _with_all(boards, candidates)
            written = proposer.rewritten(candidates, list(unseen.tasks.values()), unseen.programs)
            last = {key: program for each in candidates for key, program in each.rewrites.items()}
            assert set(await held(boards, last.values(), training.tasks, library)) == set(last)
            good = await held(boards, written.values(), unseen.tasks, library)
            assert set(good) == set(written), "every rewrite of an unseen program does the same"
            return training, candidates, unseen, dict(good), library

    return asyncio.run(run())


def test_all_planted_functions_are_found(
    found: tuple[Known, tuple[Candidate, ...], Known, dict[str, Program], Sources],
) -> None:
    _, candidates, _, _, _ = found
    names = {each.name for each in candidates}
    proposer = Compression(Boards())
    for planted in PLANTED:
        fresh = Program("fresh", (spelled_out(planted, random.Random(99)),))
        task = Task("fresh", "g", WHITE, ())
        written = proposer.rewritten(candidates, [task], {"fresh": fresh})["fresh"]
        assert calls(written.pieces[0])[-1] in names, planted
        assert len(calls(written.pieces[0])) == 1, f"one call stands for all of {planted}"


def test_unseen_programs_get_shorter(
    found: tuple[Known, tuple[Candidate, ...], Known, dict[str, Program], Sources],
) -> None:
    training, candidates, unseen, written, _ = found
    boards = Boards()
    before = _length(boards, dict(unseen.programs))
    assert before / _length(boards, {**unseen.programs, **written}) > 1.15
    last = dict(training.programs)
    for each in candidates:
        assert each.expected_gain > 0
        assert each.support == tuple(sorted(each.rewrites))
        last |= each.rewrites
    saved = _length(boards, dict(training.programs)) - _length(boards, last)
    prices = sum(boards.cost(each.source) for each in candidates)
    assert saved - prices == sum(each.expected_gain for each in candidates), "what is expected comes true"


def test_programs_that_were_not_searched_are_written_all_the_same(sandbox: Sandbox) -> None:
    async def run() -> None:
        boards = Boards()
        settings = CompressionSettings(programs=8, rounds=1, each_round=1)
        async with boards.opened(sandbox):
            training = await known(boards, list(corpus(16, 1)))
            (first,) = await Compression(boards, boards, settings).propose(training)
            library = await _with_all(boards, (first,))
            assert len(first.rewrites) > 8
            assert set(await held(boards, first.rewrites.values(), training.tasks, library)) == set(
                first.rewrites
            )

    asyncio.run(run())


def test_functions_have_types_and_examples(
    found: tuple[Known, tuple[Candidate, ...], Known, dict[str, Program], Sources],
) -> None:
    _, candidates, _, _, _ = found
    for each in candidates:
        assert ">>> " in each.source
        assert "-> " in each.source
    flower = next(each.source for each in candidates if "neighbors" in each.source)
    assert "(row: int, column: int, color: str | int, color_2: str | int) -> None" in flower
