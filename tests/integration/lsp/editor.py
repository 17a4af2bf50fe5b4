"""An editor for tests: pygls' own client, which keeps the texts that the server changes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from holdfast.apps.lsp.texts import Text

HOLDFAST = str(Path(sys.executable).parent / "holdfast")
GUARDED_S = 240


class Editor:
    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.texts: dict[str, Text] = {}
        self.messages: list[str] = []
        self.asked: list[list[str]] = []
        self.choose: Callable[[Sequence[str]], int] = lambda _: 0
        self.diagnostics: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.begun: asyncio.Queue[types.ProgressToken] = asyncio.Queue()
        self._listen()

    def _listen(self) -> None:
        client = self.client

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def diagnosed(params: types.PublishDiagnosticsParams) -> None:
            self.diagnostics.put_nowait(params)

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def told(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        @client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        def created(params: types.WorkDoneProgressCreateParams) -> None:
            del params

        @client.feature(types.PROGRESS)
        def progressed(params: types.ProgressParams) -> None:
            if params.value["kind"] == "begin":
                self.begun.put_nowait(params.token)

        @client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        def asked(params: types.ShowMessageRequestParams) -> types.MessageActionItem:
            actions = list(params.actions or ())
            self.asked.append([each.title for each in actions])
            return actions[self.choose(self.asked[-1])]

        @client.feature(types.WORKSPACE_APPLY_EDIT)
        def applied(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            return types.ApplyWorkspaceEditResult(applied=self._apply(params.edit))

    def _apply(self, edit: types.WorkspaceEdit) -> bool:
        (change,) = edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        text = self.texts[change.text_document.uri]
        if change.text_document.version != text.version:
            return False
        for one in change.edits:
            assert isinstance(one, types.TextEdit)
            self.edit(text.uri, one.range, one.new_text)
        return True

    def open(self, uri: str, text: str, language: str = "coq") -> None:
        self.texts[uri] = Text(uri, text, 1, language)
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def edit(self, uri: str, where: types.Range, new: str) -> None:
        old = self.texts[uri]
        change = types.TextDocumentContentChangePartial(range=where, text=new)
        version = (old.version or 0) + 1
        self.texts[uri] = old.changed([change], version)
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=version)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def place(self, uri: str, mark: str) -> types.Position:
        """The position behind the first occurrence of some words."""
        text = self.texts[uri]
        return text.position(text.text.index(mark) + len(mark))

    async def command(self, command: str, **argument: object) -> dict[str, Any]:
        params = types.ExecuteCommandParams(command, [argument])
        found = await self.client.workspace_execute_command_async(params)
        assert isinstance(found, dict)
        return found

    def cancel_progress(self, token: types.ProgressToken) -> None:
        params = types.WorkDoneProgressCancelParams(token)
        self.client.window_work_done_progress_cancel(params)


def at(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}


@asynccontextmanager
async def editor(cache: str, *, path: str | None = None, **settings: object) -> AsyncIterator[Editor]:
    """An editor with the server started; at the end the server has left in good order."""
    client = LanguageClient("tests", "1")
    it = Editor(client)
    async with asyncio.timeout(GUARDED_S):
        environment = os.environ | ({} if path is None else {"PATH": path})
        words = ["lsp", "--stdio", "--quiet", "--cache", cache, "--learn", "0"]
        await client.start_io(HOLDFAST, *words, env=environment)
        window = types.WindowClientCapabilities(work_done_progress=True)
        general = types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8])
        params = types.InitializeParams(
            types.ClientCapabilities(window=window, general=general), initialization_options=settings
        )
        found = await client.initialize_async(params)
        assert found.capabilities.position_encoding == types.PositionEncodingKind.Utf16
        client.initialized(types.InitializedParams())
        yield it
        await client.shutdown_async(None)
        client.exit(None)
        server = client._server
        assert server is not None
        assert await server.wait() == 0
        await client.stop()
