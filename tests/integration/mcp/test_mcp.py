"""`holdfast mcp` as agents see it: the SDK's own client, real Rocq and Python, over pipes and HTTP."""

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from tests.integration.mcp.conftest import HOLDFAST, SWAP

pytestmark = pytest.mark.rocq

HARD = "Lemma hard (f : nat -> nat) (a : f 0 = 1) : exists n, f (f n) = n + 5 /\\ n > f 2.\nAdmitted.\n"
GUARDED_S = 240


@asynccontextmanager
async def agent(folder: Path, cache: str, *options: str) -> AsyncIterator["Agent"]:
    words = ["mcp", "--root", str(folder), "--cache", cache, "--learn", "0", *options]
    async with asyncio.timeout(GUARDED_S):
        async with Client(StdioServerParameters(command=HOLDFAST, args=words)) as client:
            yield Agent(client)


class Agent:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.told: list[str] = []

    async def _progressed(self, progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        self.told.append(message or "")

    async def call(self, tool: str, **arguments: object) -> Mapping[str, Any]:
        """What a tool gives, which has to be no error."""
        result = await self.client.call_tool(tool, arguments, progress_callback=self._progressed)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return result.structured_content

    async def problem(self, tool: str, **arguments: object) -> Mapping[str, Any]:
        """Why a tool gives nothing."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error
        assert result.structured_content is not None
        return result.structured_content


@pytest.mark.asyncio
async def test_goals_trials_and_suggestions_at_places_of_files_and_drafts(folder: Path, cache: str) -> None:
    async with agent(folder, cache) as it:
        listed = await it.client.list_tools()
        assert {tool.name for tool in listed.tools} == {
            "goal_at", "suggest", "try_steps", "report", "prove", "audit", "search_premises", "doctor",
        }  # fmt: skip
        assert all(tool.description and tool.output_schema for tool in listed.tools)
        goal = await it.call("goal_at", file="swap.v", line=5)
        assert [each.rpartition("\n")[2] for each in goal["goals"]] == ["A"]
        steps = ["exact a", "exact b.", "no_such_tactic", "idtac. idtac", "admit", "pose (c := a)"]
        tried = (await it.call("try_steps", file="swap.v", line=5, steps=steps))["steps"]
        assert [each["text"] for each in tried] == steps
        assert [each["verdict"] for each in tried] == ["closes", *["refused"] * 4, "progress"]
        assert [each["reason"] for each in tried[1:5]] == [
            "type_mismatch", "unknown_name", "forbidden", "forbidden",
        ]  # fmt: skip
        assert len(tried[5]["remaining"]) == 1
        draft = "Lemma own (n : nat) : n = n.\nProof.\n  "
        found = await it.call("suggest", file="new.v", text=draft, line=3, column=3, prefix="refl")
        assert [each["text"] for each in found["steps"]] == ["reflexivity"]
        assert (await it.problem("goal_at", file="swap.v", line=1))["reason"] == "no_goal"
        assert (await it.problem("goal_at", file="swap.v", line=99))["reason"] == "no_such_place"
        assert (await it.problem("goal_at", file="swap.v", line=0))["reason"] == "wrong_request"
        broken = await it.problem("goal_at", file="new.v", text="Lemma x : nope.\nProof.\n", line=3)
        assert (broken["reason"], broken["timed_out"]) == ("source_not_accepted", False)
        listed = await it.call("search_premises", query="and_comm", file="swap.v", count=3)
        first = listed["premises"][0]
        assert (first["name"], first["file"][-12:]) == ("Coq.Init.Logic.and_comm", "Init/Logic.v")
        assert (first["statement"][:17], first["line"] > 0) == ("Theorem and_comm ", True)
        unknown = await it.problem("search_premises", query="and_comm", libraries=["NoSuch"])
        assert "NoSuch" in unknown["message"]
        health = await it.call("doctor")
        assert health["ready"] is True
        assert {"Rocq", "Python"} <= {check["name"] for check in health["checks"]}


@pytest.mark.asyncio
async def test_what_is_found_comes_back_as_a_diff_and_is_written_only_on_request(
    folder: Path, cache: str
) -> None:
    async with agent(folder, cache) as it:
        found = await it.call("prove", file="swap.v")
        assert [(hole["name"], hole["status"]) for hole in found["holes"]] == [("swap", "proved")]
        assert (found["written"], found["timed_out"], (folder / "swap.v").read_text()) == (False, False, SWAP)
        assert {"-Admitted.", "+Qed."} <= set(found["diff"].splitlines())
        assert it.told[:2] == ["swap", "swap: found"]
        same = await it.call("audit", file="swap.v", original="swap.v")
        assert (same["proved"], same["theorems"][0]["reason"]) == (False, "admitted")
        done = SWAP.replace("  -\nAdmitted.", "  - exact a.\nQed.")
        proved = await it.call("audit", file="swap.v", text=done, original="swap.v")
        assert (proved["proved"], proved["theorems"][0]["axioms"]) == (True, [])
        refused = await it.call("audit", file="swap.v")
        assert (refused["proved"], refused["theorems"][0]["reason"]) == (False, "admitted")
        assert (await it.call("prove", file="swap.v", write=True))["written"] is True
        assert (await it.call("audit", file="swap.v"))["proved"] is True
        draft = await it.problem("prove", file="swap.v", text=SWAP, write=True)
        assert draft["reason"] == "wrong_request"
        late = await it.call("prove", file="hard.v", text=HARD, budget_s=500, limit_s=0.01)
        assert late["timed_out"] is True
        assert {hole["status"] for hole in late["holes"]} <= {"undecided"}


@pytest.mark.asyncio
async def test_files_outside_of_the_folder_and_texts_that_act_are_refused(folder: Path, cache: str) -> None:
    async with agent(folder, cache) as it:
        for name in ("../secret.v", str(folder.parent / "secret.v"), "link.v", "a\0.v"):
            for tool, more in (("goal_at", {"line": 3}), ("prove", {}), ("audit", {})):
                assert (await it.problem(tool, file=name, **more))["reason"] == "wrong_request", name
        assert (await it.problem("audit", file="swap.v", original="../secret.v"))["reason"] == "wrong_request"
        assert (await it.problem("prove", file="words.py", tests=["../x.py"]))["reason"] == "wrong_request"
        target = folder / "written"
        acts = f'Redirect "{target}" Check nat.\n{SWAP}'
        attempts: tuple[tuple[str, dict[str, object]], ...] = (
            ("goal_at", {"line": 4}),
            ("prove", {}),
            ("audit", {}),
        )
        for tool, more in attempts:
            said = await it.problem(tool, file="acts.v", text=acts, **more)
            assert said["reason"] == "source_not_accepted"
        assert (await it.problem("goal_at", file="swap.txt", line=1))["reason"] == "cannot_be_done"
        assert (await it.problem("no_such_tool"))["reason"] == "wrong_request"


@pytest.mark.asyncio
async def test_many_callers_at_once_and_one_who_leaves(folder: Path, cache: str) -> None:
    """Drafts of one file, another file and a search side by side: each gets its own answer."""
    async with agent(folder, cache) as it:
        search = asyncio.create_task(it.call("prove", file="hard.v", text=HARD, budget_s=500))
        drafts = {
            f"Lemma d (n : nat) : n + {number} = n + {number}.\nProof.\n  ": number for number in range(6)
        }
        calls = [asyncio.create_task(it.call("goal_at", file="d.v", text=text, line=3)) for text in drafts]
        goals = [await call for call in calls]
        assert [each["goals"][0].rpartition("\n")[2] for each in goals] == [
            f"n + {number} = n + {number}" for number in drafts.values()
        ]
        assert not search.done()
        search.cancel()
        with pytest.raises(asyncio.CancelledError):
            await search
        # The two places for searches are free again: with the first still at work, one would be left.
        audits = [asyncio.create_task(it.call("audit", file="swap.v")) for _ in range(2)]
        assert [(await audit)["proved"] for audit in audits] == [False, False]


@pytest.mark.asyncio
@pytest.mark.usefixtures("sandbox")
async def test_functions_of_python_files_are_tried_and_written(folder: Path, cache: str) -> None:
    async with agent(folder, cache) as it:
        steps = [
            "return [len(word) for word in words]",
            "return [1 for word in words]",
            "import os\nreturn []",
        ]
        tried = (await it.call("try_steps", file="words.py", line=10, steps=steps))["steps"]
        assert [each["verdict"] for each in tried] == ["closes", "refused", "refused"]
        found = await it.call("prove", file="words.py", write=True)
        assert (found["holes"][0]["status"], found["written"]) == ("proved", True)
        assert (await it.call("audit", file="words.py"))["proved"] is True


@asynccontextmanager
async def serving(
    folder: Path, cache: str, *options: str
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    words = [
        "mcp",
        "--http",
        "--port",
        "0",
        "--json",
        "--root",
        str(folder),
        "--cache",
        cache,
        "--learn",
        "0",
    ]
    process = await asyncio.create_subprocess_exec(HOLDFAST, *words, *options, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(GUARDED_S):
            port = json.loads(await process.stdout.readline())["port"]
            yield f"http://127.0.0.1:{port}/mcp", process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.asyncio
async def test_over_http_a_token_lets_in_and_a_signal_ends(folder: Path, cache: str) -> None:
    async with serving(folder, cache, "--token", "planted") as (url, process):
        async with httpx2.AsyncClient() as http:
            for headers in ({}, {"Authorization": "Bearer other"}):
                assert (await http.post(url, json={}, headers=headers)).status_code == 401
        async with (
            httpx2.AsyncClient(headers={"Authorization": "Bearer planted"}) as http,
            Client(streamable_http_client(url, http_client=http)) as one,
            Client(streamable_http_client(url, http_client=http)) as other,
        ):
            asked = [
                asyncio.create_task(Agent(client).call("goal_at", file="swap.v", line=line))
                for client, line in ((one, 5), (other, 4), (one, 4))
            ]
            goals = [(await each)["goals"][0].rpartition("\n")[2] for each in asked]
            assert goals == ["A", "B", "B"]
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


@pytest.mark.asyncio
async def test_without_a_token_pages_and_other_machines_are_not_answered(folder: Path, cache: str) -> None:
    async with serving(folder, cache) as (url, _), httpx2.AsyncClient() as http:
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        headers = {"Accept": "application/json, text/event-stream"}
        strange = await http.post(url, json=ping, headers=headers | {"Host": "evil.example"})
        page = await http.post(url, json=ping, headers=headers | {"Origin": "http://evil.example"})
        assert (strange.status_code, page.status_code) == (421, 403)


def test_other_addresses_need_a_token(folder: Path, cache: str) -> None:
    words = [HOLDFAST, "mcp", "--http", "--host", "0.0.0.0", "--root", str(folder), "--cache", cache]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, "HOLDFAST_TOKEN" in done.stderr) == (2, True)


def test_garbage_does_not_end_the_server_and_a_client_that_leaves_does(folder: Path, cache: str) -> None:
    words = [HOLDFAST, "mcp", "--root", str(folder), "--cache", cache]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        initialize = {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"},
        }  # fmt: skip
        process.stdin.write(
            b"\xff\xfe garbage\n\n{}\n[1, 2]\n" + b'{"jsonrpc": "2.0", "id": 1}\n' + b"x" * 200_000 + b"\n"
        )
        ask = {"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": initialize}
        process.stdin.write(json.dumps(ask).encode() + b"\n")
        process.stdin.flush()
        answers = (json.loads(line) for line in process.stdout)
        answer = next(one for one in answers if one.get("id") == 7)
        assert answer["result"]["serverInfo"]["name"] == "holdfast"
        process.stdin.close()
        assert process.wait() == 0
