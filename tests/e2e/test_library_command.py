"""`holdfast library`: a real server of OpenAI's protocol, a real sandbox, and kills in the middle."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.chain_writer import answered, held
from tests.e2e.library_writer import flower_task, write_tasks, written
from tests.http_server import Asked, Said, serving

from holdfast.apps.cli.main import main

HOLDFAST = Path(sys.executable).parent / "holdfast"
SETTINGS = "proposers = []\n[stages]\nbatch_size = 8\nrefinement_iterations = 1\ncpu_s = 1.0\n"


def argv(folder: Path, *more: str) -> list[str]:
    train, validation = write_tasks(folder)
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS, "utf-8")
    given = ["--train-set", str(train), "--validation-set", str(validation), "--output-dir", str(folder)]
    named = [str(settings), "--experiment-name", "e", "--cache", str(folder / "cache"), "--json"]
    return [str(HOLDFAST), "library", "run", *named, *given, *more]


async def holdfast(*arguments: str) -> tuple[int, list[Any], str]:
    """Exit code, records, and what was said of an error."""
    process = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    told, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, [json.loads(line) for line in told.decode().splitlines()], error.decode()


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], Counter[str]]:
    """An experiment that was stopped and killed on the way, its last records, and what was asked."""
    folder = tmp_path_factory.mktemp("library")
    return asyncio.run(_grown(folder))


async def _grown(folder: Path) -> tuple[Path, list[Any], Counter[str]]:
    reached = asyncio.Event()
    answers: Counter[str] = Counter()
    # In the middle of discovery, and of validation.
    stops = [(16, signal.SIGKILL), (1, signal.SIGINT)]

    def say(asked: Asked) -> Said:
        prompt = str(asked.body["messages"][-1]["content"])
        if stops and sum(answers.values()) == stops[-1][0]:
            reached.set()
            return held(prompt)
        answers[prompt] += 1
        return answered(written(prompt))

    async with serving(say) as running:
        command = argv(folder, "--model", f"{running.url}/v1?model=writer", "--workers", "1")
        while stops:
            reached.clear()
            process = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            ended = asyncio.create_task(process.wait())
            waiting = asyncio.create_task(reached.wait())
            await asyncio.wait((ended, waiting), return_when=asyncio.FIRST_COMPLETED)
            assert not ended.done(), "the run ended before it could be stopped"
            _, number = stops[-1]
            process.send_signal(number)
            assert await ended == (-9 if number == signal.SIGKILL else 130)
            stops.pop()
        code, told, error = await holdfast(*command)
    assert code == 0, error
    return folder / "e", told, answers


def test_a_perfect_answer_scores_one_after_kills_that_cost_no_question(
    grown: tuple[Path, list[Any], Counter[str]],
) -> None:
    out, told, answers = grown
    stages = {each["stage"]: each for each in told if each["kind"] == "stage"}
    assert list(stages) == list(range(7))
    assert (stages[1]["covered"], stages[1]["failed_batches"]) == (16, 0)
    assert stages[3]["functions"] == ["flower"]
    refusals = read(out / "stage3_implementation/refusals.json")["refusals"]
    assert {each["candidate"]: each["rule"] for each in refusals} == {"spin": "examples", "leak": "harmless"}
    report = read(out / "stage5_validation/validation_report.json")
    figures = report["arms"]["learned"]["sets"]["all"]["step"]["figures"]
    assert report["shows"] == "understanding"
    assert [figures[name]["value"] for name in ("board_exact", "action_f1_micro", "valid")] == [1.0] * 3
    use = read(out / "stage5_validation/usability_metrics.json")["arms"]
    assert use["learned"]["tokens"] < use["none"]["tokens"]
    assert use["learned"]["reuse"] == {"flower": 3}
    assert set(answers.values()) == {1}
    assert read(out / "stage4_documentation/lint.json") == {"faults": []}


def test_no_question_holds_what_is_wanted_of_a_validation_task(
    grown: tuple[Path, list[Any], Counter[str]],
) -> None:
    _, _, answers = grown
    asked = "\n".join(answers)
    for number in range(20, 23):
        task = flower_task(number, "v")
        assert task["task_id"] not in re.findall(r"\w+", asked)
        for step, piece in zip(task["steps"], task["program"], strict=True):
            assert step["instruction"] in asked
            assert piece not in asked
            cells = r"[\s,]*".join(map(str, step["output_state"][:60]))
            assert re.search(cells, asked) is None


def test_what_became_of_it_is_shown(
    grown: tuple[Path, list[Any], Counter[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    out, _, _ = grown
    said = {}
    for words in (["show", str(out), "flower"], ["report", str(out)], ["status", str(out)]):
        with pytest.raises(SystemExit) as ended:
            main(["library", *words, "--json"])
        assert ended.value.code == 0
        said[words[0]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    shown = said["show"][0]
    assert shown["candidate"]["source"].startswith("def flower(")
    assert (shown["stage"], len(shown["users"]), shown["examples"]) == (3, 6, 2)
    arms = [each["name"] for each in said["report"] if each["kind"] == "arm"]
    assert arms == ["none", "reference", "learned"]
    page = (out / "report.html").read_text("utf-8")
    assert page.count("<svg") >= 8 + 1
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=", page) == []
    assert said["status"][-1]["finished"] == list(range(7))
    with pytest.raises(SystemExit) as ended:
        main(["library", "show", str(out), "flour"])
    assert ended.value.code == 2
    assert "has no function flour; it has flower" in capsys.readouterr().err
