"""`holdfast lsp` as an editor sees it: a real client over pipes, real Rocq and Python."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.integration.lsp.editor import HOLDFAST, at, editor
from tests.rocq_here import seed
from tests.sandbox_here import sandbox_here

pytestmark = pytest.mark.rocq

URI = "file:///nowhere/caf%C3%A9/work.v"
TEXT = """(* 𝔸𝔹\f *) Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.
Proof.
  intros [a b]. split.
  - exact b.
  - (* 𝔸 *) ex
Admitted.

Lemma plus (n : nat) : n + 0 = n.
Admitted.
"""
HARD = "Lemma hard (f : nat -> nat) (a : f 0 = 1) : exists n, f (f n) = n + 5 /\\ n > f 2.\nAdmitted.\n"
CLIP = '''\
def clip(number, low, high):
    """Put a number between two others.

    >>> clip(5, 3, 9)
    5
    """
    ...
'''


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return seed(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def sandbox() -> None:
    sandbox_here()


def _document(uri: str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri)


@pytest.mark.asyncio
async def test_a_proof_is_written_with_steps_that_hold_at_the_cursor(cache: str) -> None:
    """The file is on no disk: what the editor has is what is read, in UTF-16."""
    async with editor(cache) as it:
        it.open(URI, TEXT)
        lenses = await it.client.text_document_code_lens_async(types.CodeLensParams(_document(URI)))
        titles = [(each.range.start.line, each.command.title) for each in lenses or () if each.command]
        assert titles == []  # the text ends in the middle of a sentence
        place = it.place(URI, "(* 𝔸 *) ex")
        found = await it.client.text_document_completion_async(types.CompletionParams(_document(URI), place))
        assert isinstance(found, types.CompletionList)
        best = found.items[0]
        assert (best.label, best.detail) == ("exact a", "closes the goal")
        assert isinstance(best.text_edit, types.TextEdit)
        assert best.text_edit.range.end == place
        assert best.text_edit.range.start.character == place.character - 2
        it.edit(URI, best.text_edit.range, best.text_edit.new_text)
        assert "(* 𝔸 *) exact a.\nAdmitted." in it.texts[URI].text
        end = it.place(URI, "exact a.\n")
        it.edit(URI, types.Range(end, types.Position(end.line, len("Admitted."))), "Qed.")
        done = await it.command("holdfast.audit", uri=URI, name="swap")
        assert (done["status"], it.messages) == ("proved", ["swap is proved, resting on no axiom"])
        lenses = await it.client.text_document_code_lens_async(types.CodeLensParams(_document(URI)))
        titles = [(each.range.start.line, each.command.title) for each in lenses or () if each.command]
        assert titles == [(8, "Prove plus"), (8, "Suggest")]


@pytest.mark.asyncio
async def test_holes_are_proved_and_what_is_refused_is_marked(cache: str) -> None:
    async with editor(cache, suggestions=12) as it:
        it.open(URI, TEXT.replace("ex\n", "\n"))
        place = it.place(URI, "+ 0 = n.\n")
        where = types.Range(place, place)
        context = types.CodeActionContext([])
        params = types.CodeActionParams(_document(URI), where, context)
        actions = await it.client.text_document_code_action_async(params) or ()
        assert [each.title.removeprefix("Holdfast: ") for each in actions] == [
            "Suggest steps here", "Prove plus", "Audit plus",
        ]  # fmt: skip
        audited = await it.command("holdfast.audit", uri=URI)
        assert (audited["status"], it.messages[-1]) == ("refused", "0 of 2 theorems proved")
        marked = await it.diagnostics.get()
        assert [(each.range.start.line, each.code) for each in marked.diagnostics] == [
            (0, "admitted"), (7, "admitted"),
        ]  # fmt: skip
        assert marked.diagnostics[1].message.startswith("the audit refuses plus")
        it.client.text_document_did_save(types.DidSaveTextDocumentParams(_document(URI)))
        await it.command("holdfast.audit", uri=URI, name="swap")
        assert [each.code for each in (await it.diagnostics.get()).diagnostics] == ["admitted"]
        proved = await it.command("holdfast.prove", uri=URI, **at(it.place(URI, "Lemma plus")))
        assert (proved["status"], proved["name"]) == ("proved", "plus")
        assert it.texts[URI].text.endswith("Qed.\n")
        assert "Lemma plus (n : nat) : n + 0 = n.\nProof.\n" in it.texts[URI].text
        # What was marked was another text.
        assert not (await it.diagnostics.get()).diagnostics
        hole = at(it.place(URI, "(* 𝔸 *)"))
        it.choose = lambda titles: next(at for at, title in enumerate(titles) if title.startswith("exact a "))
        assert (await it.command("holdfast.suggest", uri=URI, position=hole))["text"] == "exact a"
        assert "  - (* 𝔸 *)\n    exact a. \nAdmitted." in it.texts[URI].text
        assert (await it.command("holdfast.audit", uri=URI, name="plus"))["status"] == "proved"
        nothing = await it.command("holdfast.suggest", uri=URI, line=0, character=0)
        assert (nothing["status"], nothing["reason"]) == ("failed", "no_goal")
        assert it.messages[-1].endswith("no proof is open here")


@pytest.mark.asyncio
async def test_what_is_found_for_another_text_is_dropped(cache: str) -> None:
    async with editor(cache) as it:
        it.open(URI, "Lemma plus (n : nat) : n + 0 = n.\nAdmitted.\n")
        search = asyncio.create_task(it.command("holdfast.prove", uri=URI, name="plus"))
        await it.begun.get()
        start = types.Position(0, 0)
        it.edit(URI, types.Range(start, start), "(* so *)\n")
        outcome = await search
        assert (outcome["status"], it.messages) == ("stale", [outcome["message"]])
        assert it.texts[URI].text == "(* so *)\nLemma plus (n : nat) : n + 0 = n.\nAdmitted.\n"
        # A search for the text as it is now is another matter.
        assert (await it.command("holdfast.prove", uri=URI, name="plus"))["status"] == "proved"


@pytest.mark.asyncio
async def test_a_search_goes_on_once_and_can_be_cancelled(cache: str) -> None:
    async with editor(cache, budget=3000) as it:
        it.open(URI, HARD)
        search = asyncio.create_task(it.command("holdfast.prove", uri=URI, name="hard"))
        token = await it.begun.get()
        again = await it.command("holdfast.prove", uri=URI, name="hard")
        assert (again["status"], "already" in again["message"]) == ("failed", True)
        await it.begun.get()
        assert not search.done()
        it.cancel_progress(token)
        assert (await search)["status"] == "cancelled"
        number = "cancel-me"
        command = types.ExecuteCommandParams("holdfast.prove", [{"uri": URI, "name": "hard"}])
        sent = it.client.protocol.send_request(types.WORKSPACE_EXECUTE_COMMAND, command, msg_id=number)
        await it.begun.get()
        it.client.cancel_request(types.CancelParams(number))
        with pytest.raises(JsonRpcException, match="cancel"):
            await asyncio.wrap_future(sent)
        unknown = await it.command("holdfast.prove", uri=URI, name="nothing")
        assert unknown["status"] == "failed"


@pytest.mark.asyncio
@pytest.mark.usefixtures("sandbox")
async def test_functions_whose_tests_say_too_little_are_marked(cache: str) -> None:
    uri = "untitled:clip"
    async with editor(cache) as it:
        it.open(uri, CLIP, "python")
        marked = await it.diagnostics.get()
        assert [(each.range.start.line, each.code) for each in marked.diagnostics] == [(6, "under_specified")]
        assert "passes all of its tests" in marked.diagnostics[0].message
        found = await it.command("holdfast.suggestions", uri=uri, **at(it.place(uri, "    ...")))
        item: dict[str, Any] = found["items"][0]
        assert item["verdict"] == "closes"
        change = item["edit"]["documentChanges"][0]["edits"][0]
        start, end = (types.Position(**change["range"][each]) for each in ("start", "end"))
        it.edit(uri, types.Range(start, end), change["newText"])
        assert it.texts[uri].text == CLIP.replace("...\n", f"{item['text']}\n")
        assert not (await it.diagnostics.get()).diagnostics


def test_garbage_does_not_end_the_server(cache: str) -> None:
    words = [HOLDFAST, "lsp", "--cache", cache]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(
            b"\x00\xff garbage\r\n\r\n" + b"x" * 100_000 + b"\r\nContent-Length: 999999999999\r\n\r\n"
        )
        for body in (
            b"{",
            b"[]",
            b'{"jsonrpc": "2.0", "id": 1, "method": "textDocument/codeLens", "params": {"textDocument": 5}}',
            b'{"jsonrpc": "2.0", "id": 2, "method": "no/such", "params": {}}',
            b'{"jsonrpc": "2.0", "id": 3, "method": "textDocument/codeLens", "params":'
            b' {"textDocument": {"uri": "x"}}}',
            b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": 1}}',
            b'{"jsonrpc": "2.0", "id": 99, "result": 1}',
            b'{"jsonrpc": "2.0", "id": 4, "method": "initialize", "params":'
            b' {"capabilities": {}, "processId": null, "rootUri": null}}',
            b'{"jsonrpc": "2.0", "id": 5, "method": "shutdown"}',
            b'{"jsonrpc": "2.0", "method": "exit"}',
        ):
            process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        process.stdin.flush()
        answers = _answers(process.stdout.read())
        assert process.wait() == 0
    codes = {one["id"]: one["error"]["code"] for one in answers if "error" in one}
    assert codes[1] == -32602
    assert codes[2] == -32601
    assert 3 in codes
    assert [one["error"]["code"] for one in answers if one.get("id", 0) is None] == [-32700, -32600]
    assert next(one for one in answers if one.get("id") == 4)["result"]["serverInfo"]["name"] == "holdfast"


def _answers(data: bytes) -> list[dict[str, Any]]:
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length:")[2].split()[0])
        found.append(json.loads(rest[:length]))
        data = rest[length:]
    return found


@pytest.mark.parametrize("name", ["empty", "/dev/null"])
def test_files_in_the_place_of_pipes_are_told(cache: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / name).open("rb") as stream:
        done = subprocess.run(
            [HOLDFAST, "lsp", "--cache", cache], stdin=stream, capture_output=True, text=True, check=False
        )
    assert (done.returncode, "are no pipes" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
