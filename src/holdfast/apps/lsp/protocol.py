"""The protocol as pygls speaks it, with texts of our own and commands that end when they are cancelled."""

import asyncio
from collections.abc import Generator
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from holdfast.apps.lsp.texts import Text, Texts

__all__ = ["Protocol"]


class Protocol(LanguageServerProtocol):
    """Positions are UTF-16 whatever the client offers; commands can be cancelled."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        """No text is open."""
        self.texts = Texts()
        self.left = asyncio.Event()
        """Set when the client has said that it leaves."""
        super().__init__(server, converter)

    @property
    def was_shut_down(self) -> bool:
        """Whether the client asked for the end before it left."""
        return self._shutdown

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Choose UTF-16, which every client speaks."""
        if params.capabilities.general is not None:
            params.capabilities.general.position_encodings = [types.PositionEncodingKind.Utf16]
        result = yield from super().lsp_initialize(params)
        return result

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> Generator[Any, Any, None]:
        """Have the loop that reads end; leaving the process is up to whoever started it."""
        self.left.set()
        yield from ()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Generator[Any]:
        """Take in a text."""
        item = params.text_document
        self.texts.put(Text(item.uri, item.text, item.version, str(item.language_id)))
        yield from self._told(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any]:
        """Change a text."""
        text = self.texts.get(params.text_document.uri)
        self.texts.put(text.changed(params.content_changes, params.text_document.version))
        yield from self._told(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Generator[Any]:
        """Forget a text."""
        self.texts.drop(params.text_document.uri)
        yield from self._told(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # handlers may be coroutines, too
        self, params: types.ExecuteCommandParams
    ) -> Any:  # noqa: ANN401
        """Run a command as the request's own task, so that cancelling the request cancels it."""
        command = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"there is no command {params.command}")
        return await command(params)

    def _told(self, feature: str, params: object) -> Generator[Any]:
        handler = self.fm.features.get(feature)
        if handler is not None:
            yield handler, (params,), None
