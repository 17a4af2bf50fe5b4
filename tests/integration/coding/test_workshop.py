"""The workshop as apps see it: generating, adjusting, mending, choosing, reviewing, stopping."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest
from tests.integration.coding.conftest import Scripted, opened

from holdfast.coding.asking import fields_in
from holdfast.coding.records import (
    Case,
    Happening,
    Judged,
    Limits,
    Piece,
    Request,
    Stage,
    TestRequest,
)
from holdfast.coding.workshop import Workshop
from holdfast.core.completions import Message, Sampling
from holdfast.core.errors import ModelUnreachableError, UnknownModelError, UserError
from holdfast.models.replay import ReplayModel
from holdfast.models.states import Loadable, ModelShelf
from holdfast.runtime.sandbox.sandbox import Sandbox

ASK = Request(model="m", language="python", task="add one")
WRONG, RIGHT = "def f(x):\n    return x\n", "def f(x):\n    return x + 1\n"
TESTS = "from solution import f\n\ndef test_f():\n    assert f(1) == 2\n"


def fenced(code: str) -> str:
    return f"Here.\n```python\n{code}```\n"


@pytest.mark.asyncio
async def test_pieces_are_told_as_they_come_and_the_end_is_known(sandbox: Sandbox) -> None:
    record = {
        "messages": [{"role": "user", "text": "*"}],
        "pieces": ["```py", "thon\nx = (", "1,"],
        "finished": "length",
    }
    heard: list[Happening] = []
    async with opened(sandbox, {"m": ReplayModel([record])}) as workshop:
        answer = await workshop.generate(ASK, heard.append)
        assert [each.text for each in heard if isinstance(each, Piece)] == record["pieces"]
        assert [each.name for each in heard if isinstance(each, Stage)] == ["loading", "asking"]
        assert [each.kind for each in answer.findings] == ["truncated", "syntax"]
        assert (answer.usage.pieces, answer.usage.prompt_tokens) == (3, None)
        assert workshop.models()[0].state == "ready"
        with pytest.raises(UnknownModelError):
            await workshop.generate(Request(model="org/any-hub-name", language="python", task="x"))


@pytest.mark.asyncio
async def test_an_adjustment_is_asked_with_all_remarks_and_the_last_good_version(sandbox: Sandbox) -> None:
    change = "```edit\n<<<<<<< SEARCH\n    return x\n=======\n    return x + 1\n>>>>>>> REPLACE\n```"
    model = Scripted(lambda messages: change)
    async with opened(sandbox, {"m": model}) as workshop:
        request = Request(model="m", language="python", task="f", feedback=("a", "b"), reference=WRONG)
        answer = await workshop.adjust(request)
    assert answer.code == RIGHT
    assert [each.search for each in answer.edits] == ["    return x\n"]
    told = fields_in(model.asked[0])
    assert told == {"task": ("f",), "program": (WRONG.removesuffix("\n") + "\n",), "remark": ("a", "b")}


@pytest.mark.asyncio
async def test_changes_that_do_not_fit_are_asked_for_as_a_whole_program(sandbox: Sandbox) -> None:
    unfit = "```edit\n<<<<<<< SEARCH\n    return y\n=======\n    return x + 1\n>>>>>>> REPLACE\n```"
    model = Scripted(lambda messages: fenced(RIGHT) if len(messages) > 2 else unfit)
    heard: list[Happening] = []
    async with opened(sandbox, {"m": model}) as workshop:
        request = Request(model="m", language="python", task="f", feedback=("a",), reference=WRONG)
        answer = await workshop.adjust(request, heard.append)
    assert (answer.code, answer.edits, answer.usage.calls) == (RIGHT, (), 2)
    assert any(isinstance(each, Stage) and each.name == "whole" for each in heard)


@pytest.mark.asyncio
async def test_without_a_good_version_remarks_go_with_the_task(sandbox: Sandbox) -> None:
    model = Scripted(lambda messages: fenced(RIGHT))
    async with opened(sandbox, {"m": model}) as workshop:
        request = Request(model="m", language="python", task="f", feedback=("a",), reference=" \n")
        assert (await workshop.adjust(request)).code == RIGHT
    assert fields_in(model.asked[0]) == {"task": ("f",), "remark": ("a",)}


@pytest.mark.asyncio
async def test_failures_are_told_as_data_and_mended(sandbox: Sandbox) -> None:
    model = Scripted(lambda messages: fenced(RIGHT if len(model.asked) > 1 else "def f(x):\n    return (\n"))
    heard: list[Happening] = []
    async with opened(sandbox, {"m": model}) as workshop:
        tests = TestRequest(language="python", code=WRONG, tests=TESTS)
        worked = await workshop.repair(ASK, tests, rounds=3, listener=heard.append)
    assert (worked.passed, worked.chosen, len(worked.candidates)) == (True, 2, 3)
    assert worked.usage.calls == 2
    assert [bool(each.refused) for each in worked.candidates] == [True, True, False]
    assert [each.number for each in heard if isinstance(each, Judged)] == [0, 1, 2]
    # What cannot be read was not tested, and the program before it is mended again.
    for messages in model.asked:
        told = fields_in(messages)
        assert told["program"] == (WRONG,)
        assert "expected 2, got 1" in told["output"][0]


@pytest.mark.asyncio
async def test_the_best_of_several_is_taken_and_the_others_say_why_not(sandbox: Sandbox) -> None:
    answers = ["I would rather not.", fenced(WRONG), fenced(RIGHT), fenced("never asked for")]
    model = Scripted(lambda messages: answers[len(model.asked) - 1])
    async with opened(sandbox, {"m": model}) as workshop:
        tests = TestRequest(language="python", code="", tests=TESTS)
        worked = await workshop.best_of(ASK, tests, count=4)
        assert (worked.passed, worked.chosen, len(worked.candidates)) == (True, 2, 3)
        assert "no program" in worked.candidates[0].refused
        assert "1 of 1 tests failed" in worked.candidates[1].refused
        assert worked.usage.calls == 3
        with pytest.raises(UserError, match="1 to 16"):
            await workshop.best_of(ASK, tests, count=17)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('```json\n{"accept": true, "reason": ""}\n```', None),
        ('```json\n{"accept": false, "reason": "it deletes files"}\n```', "review"),
        ("Looks good to me, accept.", "review"),
    ],
)
async def test_another_model_may_look_over_answers(sandbox: Sandbox, said: str, kind: str | None) -> None:
    reviewer = Scripted(lambda messages: said)
    models = {"m": Scripted(lambda messages: fenced(RIGHT)), "r": reviewer}
    heard: list[Happening] = []
    async with opened(sandbox, models, reviewer="r") as workshop:
        answer = await workshop.generate(ASK, heard.append)
    assert (answer.refusal.kind if answer.refusal else None) == kind
    assert fields_in(reviewer.asked[0])["answer"] == (RIGHT,)
    assert "accept" not in "".join(each.text for each in heard if isinstance(each, Piece))


@pytest.mark.asyncio
async def test_tests_are_proposed(sandbox: Sandbox) -> None:
    cases = '```json\n[{"args": ["2"], "stdin": "1", "stdout": "3"}]\n```'
    async with opened(
        sandbox, {"m": Scripted(lambda m: fenced(TESTS)), "c": Scripted(lambda m: cases)}
    ) as workshop:
        request = Request(model="m", language="python", task="f", reference=WRONG)
        assert (await workshop.suggest_tests(request)).tests == TESTS
        request = Request(model="c", language="bash", task="f", reference="echo")
        assert (await workshop.suggest_tests(request)).cases == (Case("3", "1", ("2",)),)
        request = Request(model="m", language="bash", task="f", reference="echo")
        refused = (await workshop.suggest_tests(request)).refusal
        assert refused is not None


class Endless(Scripted):
    """Writes until it is stopped, and knows that it was."""

    def __init__(self) -> None:
        super().__init__(lambda messages: "")
        self.closed = asyncio.Event()
        self.writing = asyncio.Event()
        self.written = 0

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str, None]:
        try:
            while True:
                self.written += 1
                self.writing.set()
                yield "more "
                await asyncio.sleep(0)
        finally:
            self.closed.set()


@pytest.mark.asyncio
async def test_stopping_reaches_the_model_before_the_task_ends(sandbox: Sandbox) -> None:
    model = Endless()
    async with opened(sandbox, {"m": model}) as workshop:
        task = asyncio.create_task(workshop.generate(ASK))
        await model.writing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert model.closed.is_set()


@pytest.mark.asyncio
async def test_a_model_that_does_not_end_is_ended(sandbox: Sandbox) -> None:
    model = Endless()
    async with opened(sandbox, {"m": model}) as workshop:
        limits = Limits(answer_chars=1000)
        answer = await workshop.generate(Request(model="m", language="python", task="x", limits=limits))
        assert len(answer.text) == 1000
        assert model.closed.is_set()
        limits = Limits(answer_s=0.2, answer_chars=1 << 40)
        with pytest.raises(ModelUnreachableError, match="not done"):
            await workshop.generate(Request(model="m", language="python", task="x", limits=limits))


@pytest.mark.asyncio
async def test_a_load_is_waited_for_told_and_survives_who_gives_up(sandbox: Sandbox) -> None:
    go, loading = asyncio.Event(), asyncio.Event()

    async def load(report: object) -> Scripted:
        loading.set()
        await go.wait()
        return Scripted(lambda messages: fenced(RIGHT))

    async def fail(report: object) -> Scripted:
        raise OSError("the disk is gone")

    shelf = ModelShelf({"m": Loadable(load, 0.0), "broken": Loadable(fail, 0.0)}, memory_mb=1)
    workshop = Workshop(shelf, {}, sandbox=sandbox)
    heard: list[Happening] = []
    first = asyncio.create_task(workshop.generate(ASK, heard.append))
    await loading.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert workshop.models()[0].state == "loading"
    go.set()
    assert (await workshop.generate(ASK, heard.append)).code == RIGHT
    with pytest.raises(ModelUnreachableError, match="the disk is gone"):
        await workshop.load("broken")
    assert workshop.models()[1].reason == "the disk is gone"
    await workshop.aclose()
