"""The demo model: every program that it knows by heart runs, and what it searches for it finds."""

from pathlib import Path

import pytest
from tests.integration.coding.conftest import opened

from holdfast.apps.studio.config import Config, offered
from holdfast.coding.custom import CustomModel, custom_class
from holdfast.coding.demo import ABOUT, DemoModel
from holdfast.coding.fences import blocks_in
from holdfast.coding.languages import LANGUAGES, describe
from holdfast.coding.recordings import recorded
from holdfast.coding.records import Case, Request, TestRequest
from holdfast.core.errors import UserError
from holdfast.models.replay import load_recording
from holdfast.runtime.sandbox.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[3] / "examples" / "app"
PROGRAMS = [
    pytest.param(each, language, id=f"{language}-{each.words[0]}")
    for each in recorded()
    for language in each.programs
    if LANGUAGES[language].tests != "proofs"
]


def asked(task: str, language: str = "python", **more: object) -> Request:
    return Request(model="demo", language=language, task=task, **more)  # type: ignore[arg-type]


@pytest.mark.asyncio
@pytest.mark.parametrize(("each", "language"), PROGRAMS)
async def test_programs_known_by_heart_hold(sandbox: Sandbox, each: object, language: str) -> None:
    known = next(one for one in recorded() if one is each)
    async with opened(sandbox, {"demo": DemoModel(sandbox, pause_s=0.0)}) as workshop:
        answer = await workshop.generate(asked(f"Please write a {known.words[0]}.", language))
        assert answer.good
        assert answer.findings == ()
        info = describe(LANGUAGES[language], sandbox.level)
        if not info.runs:
            pytest.skip(info.reason)
        cases = tuple(Case(one.stdout, one.stdin, one.args) for one in known.cases)
        report = await workshop.test(TestRequest(language=language, code=answer.code, cases=cases))
        assert report.passed, report
        if language == "python":
            assert (await workshop.test(TestRequest(language=language, code=answer.code))).passed


@pytest.mark.asyncio
async def test_functions_are_found_renamed_and_mended(sandbox: Sandbox) -> None:
    async with opened(sandbox, {"demo": DemoModel(sandbox, pause_s=0.0)}) as workshop:
        task = "A function that adds one: f(1) == 2"
        broken = "def f(n):\n    return n * 2\n"
        tests = "from solution import f\n\ndef test_f():\n    assert f(1) == 2\n    assert f(3) == 4\n"
        request = asked(task, reference=broken)
        worked = await workshop.repair(request, TestRequest(language="python", code=broken, tests=tests))
        assert worked.passed
        assert worked.chosen == 1
        code = worked.candidates[1].answer.code
        renamed = await workshop.adjust(asked(task, reference=code, feedback=("Rename f to successor.",)))
        assert renamed.edits
        assert renamed.code == code.replace("f(", "successor(")
        suggested = await workshop.suggest_tests(asked(task, reference=code))
        report = await workshop.test(TestRequest(language="python", code=code, tests=suggested.tests))
        assert report.passed


@pytest.mark.asyncio
@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_says_what_it_cannot_do(sandbox: Sandbox, language: str) -> None:
    assert "no language model" in ABOUT
    async with opened(sandbox, {"demo": DemoModel(None, pause_s=0.0)}) as workshop:
        answer = await workshop.generate(asked("Write a web browser.", language))
        assert answer.refusal is not None
        assert answer.refusal.kind == "impossible"
        assert "demo" in answer.refusal.message
        again = await workshop.adjust(asked("fizzbuzz", language, reference="x", feedback=("Faster!",)))
        assert again.refusal is not None
        if language == "python":
            searched = await workshop.generate(asked("f(1) == 2"))
            assert searched.refusal is not None
            assert "sandbox" in searched.refusal.message


@pytest.mark.asyncio
async def test_a_model_of_ones_own_is_one_class(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    line = offered(Config(models_file=EXAMPLES / "models.toml")).models["mine"]
    made = custom_class(line.custom or "")
    assert issubclass(made, CustomModel)
    async with opened(sandbox, {"demo": made(load_recording(EXAMPLES / "answers.jsonl"))}) as workshop:
        answer = await workshop.generate(asked("greet"))
        assert answer.code == "print('Hello from a model of your own')\n"
        assert answer.usage.completion_tokens == 1
    assert blocks_in(answer.text)[0].info == "python"
    for wrong in ("custom_model", "custom_model:Nobody", "nowhere_at_all:X", "os:path", ":"):
        with pytest.raises(UserError):
            custom_class(wrong)
