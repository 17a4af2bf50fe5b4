"""`holdfast library`: a real server of OpenAI's protocol, a real sandbox, and kills in the middle."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.library_writer import server, write_tasks
from tests.http_server import serving

pytestmark = pytest.mark.asyncio

HOLDFAST = Path(sys.executable).parent / "holdfast"


def argv(folder: Path, *more: str) -> list[str]:
    train, validation = write_tasks(folder)
    given = ["--train-set", str(train), "--validation-set", str(validation), "--output-dir", str(folder)]
    sizes = ["--batch-size", "8", "--refinement-iterations", "1", "--json"]
    return [str(HOLDFAST), "library", "run", "--experiment-name", "e", *given, *sizes, *more]


async def holdfast(*arguments: str) -> tuple[int, Any]:
    """Exit code, and the records or what was said of an error."""
    process = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    told, error = await process.communicate()
    assert process.returncode is not None
    if process.returncode > 1:
        return process.returncode, error.decode()
    return process.returncode, [json.loads(line) for line in told.decode().splitlines()]


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


async def test_a_model_drives_all_stages_to_a_library_that_holds(tmp_path: Path) -> None:
    async with serving(server()) as running:
        code, told = await holdfast(*argv(tmp_path, "--model", f"{running.url}/v1?model=writer"))
        assert code == 0, told
        asked = len(running.asked)
    stages = {each["stage"]: each for each in told if each["kind"] == "stage"}
    assert list(stages) == list(range(7))
    out = tmp_path / "e"
    assert stages[1]["covered"] == stages[1]["instructions"] == 16
    assert stages[3]["functions"] == ["flower"]
    refused = {
        each["candidate"]: each["rule"]
        for each in read(out / "stage3_implementation/refusals.json")["refusals"]
    }
    assert refused == {"spin": "examples", "leak": "harmless"}
    report = read(out / "stage5_validation/validation_report.json")
    figures = report["arms"]["learned"]["sets"]["all"]["step"]["figures"]
    assert report["shows"] == "understanding"
    assert [figures[name]["value"] for name in ("board_exact", "action_f1_micro", "valid")] == [1.0] * 3
    assert asked > 0
