"""Chains of thought: a real server that speaks OpenAI's protocol, real Rocq, and kills in the middle."""

import asyncio
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from tests.e2e.chain_writer import answered, busy, held, server, user, written
from tests.http_server import Asked, Said, serving
from tests.rocq_here import seed

from holdfast.pipelines.dataset.chains import fault
from holdfast.pipelines.dataset.records import ChainTheorem

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

HOLDFAST = Path(sys.executable).parent / "holdfast"

ONE = """Require Import ssreflect ssrbool.
Lemma twice (b : bool) : b && b = b.
Proof. by case: b. Qed.
Lemma chained (b c : bool) : b -> b = c -> c && c = b.
Proof.
move=> hb e.
by rewrite twice.
Qed.
"""
TWO = """Require Import ssreflect ssrbool Small.One.
Lemma again (b : bool) : b && b = b.
Proof. exact: twice. Qed.
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project, and with what steps 0 to 4 made of it."""
    folder = tmp_path_factory.mktemp("chains")
    project = folder / "small"
    project.mkdir()
    (project / "_CoqProject").write_text("-Q . Small\nOne.v\nTwo.v\n")
    (project / "One.v").write_text(ONE)
    (project / "Two.v").write_text(TWO)
    subprocess.run(["coqc", "-Q", ".", "Small", "One.v"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    (folder / "settings.toml").write_text("[choose]\nmin_steps = 1\n[ask]\nconcurrency = 1\n")
    (folder / "prices.toml").write_text('["*"]\nprompt = 1000.0\ncompletion = 1000.0\n')
    (folder / "cache").mkdir()
    seed(folder / "cache")
    code, _ = asyncio.run(holdfast("run", folder, folder / "out", "--to", "4"))
    assert code == 0
    return folder


@pytest.fixture
def out(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base / "out", tmp_path / "out"))


def argv(action: str, base: Path, out: Path, *more: str) -> list[str]:
    given = [
        "--project",
        str(base / "small"),
        "--output",
        str(out),
        "--cache",
        str(base / "cache"),
        "--json",
    ]
    return [str(HOLDFAST), "dataset", *action.split(), str(base / "settings.toml"), *given, *more]


async def holdfast(action: str, base: Path, out: Path, *more: str) -> tuple[int, Any]:
    """Exit code, and the records or what was said of an error."""
    process = await asyncio.create_subprocess_exec(
        *argv(action, base, out, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    told, error = await process.communicate()
    assert process.returncode is not None
    if process.returncode > 1:
        return process.returncode, error.decode()
    return process.returncode, [json.loads(line) for line in told.decode().splitlines()]


def contents(out: Path) -> dict[str, bytes]:
    paths = sorted(path for part in ("shards", "dropped") for path in out.glob(f"0[5-9]-*/*/{part}/*"))
    assert len(paths) >= 10
    return {str(path.relative_to(out)): path.read_bytes() for path in paths}


def rows(out: Path, step: str) -> dict[str, Any]:
    lines = [
        line for path in sorted(out.glob(f"{step}-*/*/shards/*")) for line in path.read_text().splitlines()
    ]
    return {record["key"]: record["data"] for record in map(json.loads, lines)}


def shards(out: Path) -> list[Path]:
    return list(out.glob("09-*/*/shards/*"))


def model(url: str, base: Path) -> str:
    return f"{url}/v1?model=writer&prices={base / 'prices.toml'}"


async def test_chains_are_written_searched_kept_and_exported(base: Path, out: Path, tmp_path: Path) -> None:
    async with serving(server()) as running:
        named = ["--model", model(running.url, base)]
        code, told = await holdfast("run", base, out, *named, "--dry-run")
        assert (code, len(running.asked)) == (0, 0)
        assert [each["calls"] for each in told if each["kind"] == "estimate"] == [3, 1, 2]
        code, told = await holdfast("run", base, out, *named, "--plot-hist")
        assert code == 0
        asked = list(running.asked)
        _, left = await holdfast("run", base, out, *named, "--dry-run")
        assert [each["calls"] for each in left if each["kind"] == "estimate"][:2] == [0, 0]
    steps = {each["step"]: each for each in told if each["kind"] == "step"}
    # One docstring for the lemma that two proofs use, one better query for each of them.
    assert {number: step["measures"].get("calls", 0) for number, step in steps.items() if number > 4} == {
        5: 3, 6: 1, 7: 2, 8: 0, 9: 0
    }  # fmt: skip
    assert sum(step["measures"].get("cost", 0) for step in steps.values()) == pytest.approx(6 * 0.11)
    kept = rows(out, "09")
    assert sorted(kept) == ["Small.One.chained", "Small.One.twice", "Small.Two.again"]
    blocks = kept["Small.One.chained"]["blocks"]
    assert (
        "\n".join(each["text"] for each in blocks if each["kind"] == "script")
        == "move=> hb e.\nby rewrite twice."
    )
    searches = [each for each in blocks if each["kind"] == "search"]
    assert [(each["text"], each["found"]) for each in searches] == [
        ("zzz chained", []),
        ("a truth value and itself", ["Small.One.twice"]),
    ]
    assert "together are that truth value" in blocks[blocks.index(searches[1]) + 1]["text"]
    assert [each["text"] for each in blocks if each["kind"] == "result"][-1] == "No goals are left."
    assert (out / "chains.svg").read_text().startswith("<svg")
    loaded = datasets.load_dataset(str(out / "dataset"), "chains", cache_dir=str(tmp_path / "hf"))
    parts = [row for part in loaded.values() for row in part if row["theorem"] == "Small.One.chained"]
    assert len(parts) == 4
    assert all(row["context"].count("<result>") <= 2 for row in parts)
    learned = "\n".join(row["learned"] for row in sorted(parts, key=lambda row: row["part"]))
    assert learned.count("<think>") == sum(each["kind"] == "think" for each in blocks)
    assert "<result>" not in learned
    _check_faults(kept)
    code, told = await holdfast("verify", base, out, *named, "--all")
    assert (code, told[-1]["verified"], told[-1]["chains"], told[-1]["chains_at_fault"]) == (0, 3, 3, 0)
    recorded = tmp_path / "recorded.jsonl"
    recorded.write_text("".join(_recorded(each) for each in asked))
    code, told = await holdfast("run", base, out, "--model", f"replay:{recorded}", "--to", "9")
    assert code == 0
    again = shards(out)
    assert len(again) == 2
    first, second = (
        {key: row["blocks"] for line in path.read_text().splitlines()
         for key, row in [(json.loads(line)["key"], json.loads(line)["data"])]}
        for path in again
    )  # fmt: skip
    assert first == second
    # Every text has the same vector: a search finds whatever is in force, in the order of names.
    vectors = tmp_path / "vectors.jsonl"
    vectors.write_text('{"embed": "*", "vector": [1.0, 2.0]}\n')
    replayed = ["--model", f"replay:{recorded}", "--embed", f"replay:{vectors}"]
    code, told = await holdfast("run", base, out, *replayed, "--to", "9")
    assert (code, told[-1]["calls"]) == (0, 4)
    (embedded,) = set(shards(out)) - set(again)
    (data,) = (
        each
        for each in map(json.loads, embedded.read_text().splitlines())
        if each["key"] == "Small.Two.again"
    )
    (search,) = (each for each in data["data"]["blocks"] if each["kind"] == "search")
    assert search["found"] == ["Small.One.chained", "Small.One.twice"]


def _check_faults(kept: dict[str, Any]) -> None:
    """Chains are as they were recorded, and where one is changed it is seen."""
    for data in kept.values():
        chain = ChainTheorem.model_validate(data)
        assert fault(chain) == ""
        for at, block in enumerate(chain.blocks):
            searched = block.kind == "result" and chain.blocks[at - 1].kind == "search"
            if block.kind in {"script", "result"} and not searched:
                other = block.model_copy(update={"text": "done."})
                blocks = (*chain.blocks[:at], other, *chain.blocks[at + 1 :])
                assert fault(chain.model_copy(update={"blocks": blocks}))
        assert fault(chain.model_copy(update={"blocks": chain.blocks[:-2]}))


def _recorded(asked: Asked) -> str:
    turns = [{"role": each["role"], "text": each["content"]} for each in asked.body["messages"]]
    return json.dumps({"messages": turns, "pieces": [written(user(asked))]}) + "\n"


async def test_a_killed_run_asks_nothing_twice_and_ends_the_same(
    base: Path, out: Path, tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(out, tmp_path / "whole"))
    reached = asyncio.Event()
    stops = [5, 3, 1]
    answers: Counter[str] = Counter()

    def say(prompt: str) -> Said:
        if stops and sum(answers.values()) == stops[-1]:
            reached.set()
            return held(prompt)
        answers[prompt] += 1
        return answered(written(prompt))

    async with serving(server()) as running:
        assert (await holdfast("run", base, whole, "--model", model(running.url, base), "--to", "9"))[0] == 0
        expected = len(running.asked)
    async with serving(server(say)) as running:
        command = argv("run", base, out, "--model", model(running.url, base), "--to", "9")
        # In the middle of chains, of docstrings, and of queries.
        while stops:
            reached.clear()
            process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
            ended = asyncio.create_task(process.wait())
            waiting = asyncio.create_task(reached.wait())
            await asyncio.wait((ended, waiting), return_when=asyncio.FIRST_COMPLETED)
            assert not ended.done(), "the run ended before it could be killed"
            process.send_signal(signal.SIGKILL)
            await ended
            stops.pop()
        code, told = await holdfast("run", base, out, "--model", model(running.url, base), "--to", "9")
    assert code == 0
    assert len(answers) == sum(answers.values()) == expected
    assert contents(out) == contents(whole)
    assert sum(each["measures"].get("calls", 0) for each in told if each["kind"] == "step") == expected


def _kept(out: Path) -> int:
    with sqlite3.connect(out / "answers.sqlite") as database:
        return int(database.execute("SELECT count(*) FROM answers_v1").fetchone()[0])


async def test_what_stops_a_run_is_said_and_what_was_done_is_kept(base: Path, out: Path) -> None:
    def only(count: int, then: Callable[[str], Said]) -> Callable[[str], Said]:
        left = iter(range(count))
        return lambda prompt: answered(written(prompt)) if next(left, None) is not None else then(prompt)

    async with serving(server(only(1, busy))) as running:
        code, told = await holdfast("run", base, out, "--model", model(running.url, base))
        assert (code, _kept(out)) == (3, 1)
        assert "what was done is kept, run it again to go on" in told
    # 0.11 is spent; another question may cost far more than what is left of 0.2.
    async with serving(server()) as running:
        capped = ["--model", model(running.url, base), "--max-cost", "0.2"]
        code, told = await holdfast("run", base, out, *capped)
        assert (code, len(running.asked), _kept(out)) == (1, 0, 1)
        assert "higher --max-cost" in told[-1]["stopped"]
    async with serving(server(lambda _: answered("I cannot do that."))) as running:
        code, told = await holdfast("run", base, out, "--model", f"{running.url}/v1?model=bad")
        assert code == 0
        (step,) = (each for each in told if each.get("step") == 5)
        assert step["dropped"] == {"the model's chain cannot be used": 3}
        assert len(running.asked) == 6
    async with serving(server()) as running:
        code, told = await holdfast("run", base, out, "--model", model(running.url, base))
        assert (code, len(running.asked)) == (0, 5)
    code, told = await holdfast("run", base, out)
    assert (code, "--skip-model-steps" in told) == (2, True)
    code, told = await holdfast("run", base, out, "--skip-model-steps")
    assert (code, sum(told[-1]["theorems"].values())) == (0, 3)
