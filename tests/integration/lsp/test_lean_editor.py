"""Lean files in an editor and for agents, on a real Lean."""

import json
import os
from pathlib import Path

import pytest
from lsprotocol import types
from mcp import Client, StdioServerParameters
from tests.integration.lsp.editor import HOLDFAST, at, editor
from tests.lean.installation import program
from tests.rocq_here import seed

URI = "file:///nowhere/work.lean"
TEXT = """theorem keep (p q : Prop) (h : p) (k : q) : And p q := by
  constructor
  \u00b7 exa
  \u00b7 exact k

theorem both (p : Prop) (h : p) : And p p := by
  sorry
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return seed(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def path() -> str:
    return f"{program().parent}{os.pathsep}{os.environ['PATH']}"


def lessons(cache: str) -> list[tuple[str, str]]:
    lines = Path(cache, "serve", "lessons.jsonl").read_text(encoding="utf-8").splitlines()
    return [(json.loads(line)["step"], json.loads(line)["language"]) for line in lines]


@pytest.mark.asyncio
async def test_an_editor_completes_and_proves_in_a_lean_text(cache: str, path: str) -> None:
    async with editor(cache, path=path) as it:
        it.open(URI, TEXT, "lean4")
        document = types.TextDocumentIdentifier(URI)
        place = it.place(URI, "exa")
        found = await it.client.text_document_completion_async(types.CompletionParams(document, place))
        assert isinstance(found, types.CompletionList)
        best = found.items[0]
        assert (best.label, best.detail) == ("exact h", "closes the goal")
        assert isinstance(best.text_edit, types.TextEdit)
        it.edit(URI, best.text_edit.range, best.text_edit.new_text)
        assert best.command is not None
        await it.client.workspace_execute_command_async(
            types.ExecuteCommandParams(best.command.command, best.command.arguments)
        )
        assert lessons(cache) == [("exact h", "lean")]
        assert "\u00b7 exact h\n" in it.texts[URI].text
        it.choose = lambda titles: len(titles)  # the editor fails, and its answer to the question is an error
        place = it.place(URI, "q := by\n  ")
        asked = await it.command("holdfast.suggest", uri=URI, position=at(place))
        assert (asked, it.messages) == ({"status": "dismissed"}, [])
        proved = await it.command("holdfast.prove", uri=URI, name="both")
        assert (proved["status"], "sorry" in it.texts[URI].text) == ("proved", False)
        assert (await it.command("holdfast.audit", uri=URI))["status"] == "proved"


@pytest.mark.asyncio
async def test_agents_try_tactics_in_a_lean_text(tmp_path: Path, cache: str, path: str) -> None:
    words = ["mcp", "--root", str(tmp_path), "--cache", cache]
    async with Client(StdioServerParameters(command=HOLDFAST, args=words, env={"PATH": path})) as client:
        asked = {"file": "a.lean", "text": TEXT, "line": 7, "steps": ["exact h", "constructor", "sorry"]}
        result = await client.call_tool("try_steps", asked)
        assert result.structured_content is not None
        assert result.structured_content["goals"] == ["p : Prop\nh : p\n\u22a2 p \u2227 p"]
        verdicts = [each["verdict"] for each in result.structured_content["steps"]]
        assert verdicts == ["refused", "progress", "refused"]
        # A step that nobody would offer is offered once it was taken.
        place = {"file": "a.lean", "text": TEXT, "line": 7}
        step = "exact (fun x : p => And.intro x x) h"
        tried = await client.call_tool("try_steps", {**place, "steps": [step]})
        assert tried.structured_content is not None
        assert [each["verdict"] for each in tried.structured_content["steps"]] == ["closes"]
        report = {"answer": tried.structured_content["answer"], "step": step}
        learned = await client.call_tool("report", report)
        assert learned.structured_content == {"learned": True}
        found = await client.call_tool("suggest", {**place, "count": 5})
        assert found.structured_content is not None
        assert step in {each["text"] for each in found.structured_content["steps"]}
        unknown = await client.call_tool("report", {**report, "answer": "none"})
        assert unknown.is_error
        assert unknown.structured_content is not None
        assert unknown.structured_content["reason"] == "cannot_be_done"
