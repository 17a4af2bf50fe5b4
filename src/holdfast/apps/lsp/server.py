"""What the language server answers to which message."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any

from lsprotocol import types
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from holdfast import __version__
from holdfast.apps.lsp import shown
from holdfast.apps.lsp.desk import DeclinedError, Desk, Offers, ProveOutcome, StaleError
from holdfast.apps.lsp.progress import CancelledByUserError, with_progress
from holdfast.apps.lsp.protocol import Protocol
from holdfast.apps.lsp.settings import read_settings
from holdfast.apps.lsp.texts import Text
from holdfast.apps.problems import Problem, Reason, WrongRequestError, problem_of
from holdfast.apps.workroom import Workroom
from holdfast.core.errors import HoldfastError
from holdfast.core.seams import EventSink
from holdfast.search.suggest import Mark

__all__ = ["Face", "make_face"]

_logger = logging.getLogger(__name__)
_STEPWISE = frozenset({".v", ".lean"})
"""Files in which what is typed is a step."""
_SHOWN = 6
"""How many suggestions a question of an editor has room for."""


class _Argument(BaseModel):
    """The one argument of a command."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    uri: Annotated[str, Field(max_length=10_000)]
    name: str = ""
    line: Annotated[int, Field(ge=0)] = 0
    character: Annotated[int, Field(ge=0)] = 0
    answer: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=20_000)] = ""


@dataclass(slots=True)
class Face:
    """The server and what it has begun."""

    server: LanguageServer
    protocol: Protocol
    desk: Desk
    looks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """The looks at files whose tests may say too little, by file; a newer one ends an older one."""
    marks: dict[str, dict[str, list[types.Diagnostic]]] = field(default_factory=dict)
    """The diagnostics of files, by who has made them: the audit, or a look."""

    async def aclose(self) -> None:
        """End what was begun."""
        for task in self.looks.values():
            task.cancel()
        if self.looks:
            await asyncio.wait(self.looks.values())

    def tell(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show a sentence."""
        self.server.window_show_message(types.ShowMessageParams(kind, message))

    def mark(self, text: Text, maker: str, diagnostics: list[types.Diagnostic]) -> None:
        """Show diagnostics on a version of a file, in the place of earlier ones of the same maker."""
        known = self.marks.setdefault(text.uri, {})
        if diagnostics or known.get(maker):
            known[maker] = diagnostics
            self._publish(text, [each for made in known.values() for each in made])

    def _publish(self, text: Text, diagnostics: list[types.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(text.uri, diagnostics, text.version)
        )

    def changed(self, text: Text) -> None:
        """What was said of a file is about another text now."""
        task = self.looks.pop(text.uri, None)
        if task is not None:
            task.cancel()
        if any(self.marks.pop(text.uri, {}).values()):
            self._publish(text, [])

    def look(self, uri: str) -> None:
        """Look beside all else whether functions of a file have tests that say too little."""
        if not self.desk.settings.diagnostics:
            return
        old = self.looks.pop(uri, None)
        if old is not None:
            old.cancel()
        task = asyncio.create_task(self._look(uri))
        self.looks[uri] = task
        task.add_done_callback(lambda done: self._looked(uri, done))

    def _looked(self, uri: str, task: "asyncio.Task[None]") -> None:
        if self.looks.get(uri) is task:
            del self.looks[uri]

    async def _look(self, uri: str) -> None:
        try:
            text, found = await self.desk.look(uri)
            self.mark(text, "look", shown.look_diagnostics(text, found))
        except HoldfastError as error:  # nobody has asked for it
            _logger.info("no look at %s: %s", uri, error)

    async def apply(self, edit: types.WorkspaceEdit, title: str) -> None:
        """Have the editor carry out an edit.

        Raises StaleError where it does not, as its text went on; DeclinedError where its user has said no.
        """
        params = types.ApplyWorkspaceEditParams(edit, label=title)
        try:
            done = await self.server.workspace_apply_edit_async(params)
        except JsonRpcException as error:
            raise DeclinedError(f"the editor did not carry out the edit: {error.message}") from None
        if not done.applied:
            raise StaleError


def make_face(workroom: Workroom) -> Face:
    """A server that answers about the texts that its client opens."""
    server = LanguageServer("holdfast", __version__, protocol_cls=Protocol)
    protocol = server.protocol
    assert isinstance(protocol, Protocol)
    face = Face(server, protocol, Desk(workroom, protocol.texts))
    _follow_texts(face)
    _answer_queries(face)
    _run_commands(face)
    return face


def _follow_texts(face: Face) -> None:
    server = face.server

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        face.desk.settings, wrong = read_settings(params.initialization_options)
        if wrong:
            face.tell(wrong, types.MessageType.Warning)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        face.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        face.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        face.changed(face.protocol.texts.get(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        face.changed(Text(params.text_document.uri, ""))


def _answer_queries(face: Face) -> None:
    server, desk = face.server, face.desk

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        if not desk.settings.lenses:
            return []
        text = face.protocol.texts.get(params.text_document.uri)
        return shown.lenses(text, desk.outline(text))

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.RefactorRewrite]),
    )
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        text = face.protocol.texts.get(params.text_document.uri)
        return shown.actions(text, desk.outline(text), params.range.start)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions())
    async def complete(params: types.CompletionParams) -> types.CompletionList:
        nothing = types.CompletionList(is_incomplete=False, items=[])
        text = face.protocol.texts.get(params.text_document.uri)
        if not desk.settings.completion or text.path.suffix not in _STEPWISE:
            return nothing
        try:
            return shown.completions(await desk.offers(text.uri, params.position, typed=True))
        except HoldfastError as error:  # there is nothing to offer where no proof is open
            _logger.info("no completions: %s", error)
            return nothing


def _run_commands(face: Face) -> None:
    commands: dict[str, Callable[[_Argument, types.ProgressToken | None], Coroutine[Any, Any, Any]]] = {
        "holdfast.suggestions": lambda argument, token: _suggestions(face, argument, token),
        "holdfast.suggest": lambda argument, token: _suggest(face, argument, token),
        "holdfast.accepted": lambda argument, _: _accepted(face, argument),
        "holdfast.prove": lambda argument, token: _prove(face, argument, token),
        "holdfast.audit": lambda argument, token: _audit(face, argument, token),
    }
    for name, command in commands.items():
        face.server.command(name)(_guarded(face, command))


def _guarded(
    face: Face, command: Callable[[_Argument, types.ProgressToken | None], Coroutine[Any, Any, Any]]
) -> Callable[[types.ExecuteCommandParams], Awaitable[Any]]:
    """A command whose errors are shown, and handed back as data."""

    async def run(params: types.ExecuteCommandParams) -> Any:  # noqa: ANN401
        try:
            return await command(_argument(params), params.work_done_token)
        except CancelledByUserError:
            return {"status": "cancelled"}
        except Exception as error:
            problem = problem_of(error)
            if problem.reason is Reason.BUG:
                _logger.exception("a command failed")
            stale = isinstance(error, StaleError)
            face.tell(problem.message, types.MessageType.Warning if stale else types.MessageType.Error)
            return _data(problem, stale=stale)

    return run


def _data(problem: Problem, *, stale: bool) -> dict[str, str]:
    return {
        "status": "stale" if stale else "failed",
        "reason": problem.reason.value,
        "message": problem.message,
    }


def _argument(params: types.ExecuteCommandParams) -> _Argument:
    given = (params.arguments or [{}])[0]
    if isinstance(given, dict) and isinstance(given.get("position"), dict):
        given = {**given["position"], **given}
    try:
        return _Argument.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the argument"
        raise WrongRequestError(f"{params.command}: {place}: {first['msg']}") from None


async def _offered(face: Face, argument: _Argument, token: types.ProgressToken | None) -> Offers:
    position = types.Position(argument.line, argument.character)

    async def work(sink: EventSink) -> Offers:
        del sink
        return await face.desk.offers(argument.uri, position, typed=False)

    return await with_progress(face.server, "Looking for steps", token, work)


async def _suggestions(face: Face, argument: _Argument, token: types.ProgressToken | None) -> object:
    """Suggestions as data, for a client that shows them itself."""
    found = await _offered(face, argument, token)
    return {
        "status": "found",
        "answer": found.found.answer,
        "items": shown.offers_data(found),
        "notes": list(found.found.notes),
    }


async def _accepted(face: Face, argument: _Argument) -> object:
    """Learn that a step was written by the client."""
    if not (argument.answer and argument.text):
        raise WrongRequestError("holdfast.accepted: answer and text are missing")
    face.desk.accepted(argument.answer, argument.text)
    return {"status": "learned"}


async def _suggest(face: Face, argument: _Argument, token: types.ProgressToken | None) -> object:
    """Suggestions in a question that any editor can show; the one that is chosen is written."""
    found = await _offered(face, argument, token)
    offers = [each for each in found.offers if each.suggestion.mark is not Mark.REFUSED][:_SHOWN]
    if not offers:
        notes = "; ".join(found.found.notes)
        face.tell(f"nothing that is offered holds here{f': {notes}' if notes else ''}")
        return {"status": "nothing"}
    titles = {shown.label(each.suggestion): each for each in offers}
    asked = types.ShowMessageRequestParams(
        types.MessageType.Info, "Which step?", [types.MessageActionItem(title) for title in titles]
    )
    try:
        answer = await face.server.window_show_message_request_async(asked)
    except JsonRpcException:  # some editors answer so where their user has left the question
        answer = None
    chosen = None if answer is None else titles.get(answer.title)
    if chosen is None:
        return {"status": "dismissed"}
    await face.apply(chosen.edit, "Holdfast: step")
    face.desk.accepted(found.found.answer, chosen.suggestion.text)
    return {"status": "applied", "text": chosen.suggestion.text}


async def _prove(face: Face, argument: _Argument, token: types.ProgressToken | None) -> object:
    """Search for a proof and write it."""
    name = argument.name or _name_at(face, argument)

    async def work(sink: EventSink) -> ProveOutcome:
        return await face.desk.prove(argument.uri, name, sink)

    found = await with_progress(face.server, f"Proving {name}", token, work)
    if found.edit is not None:
        await face.apply(found.edit, f"Holdfast: {name}")
    kind = types.MessageType.Warning if found.reason else types.MessageType.Info
    face.tell(shown.prove_sentence(found), kind)
    return shown.prove_data(found)


async def _audit(face: Face, argument: _Argument, token: types.ProgressToken | None) -> object:
    """Audit the text and mark what is refused."""

    async def work(sink: EventSink) -> object:
        text, report = await face.desk.audit(argument.uri, sink)
        face.mark(text, "audit", shown.audit_diagnostics(text, report, argument.name))
        sentence = shown.audit_sentence(report, argument.name)
        wanted = [each for each in report.theorems if not argument.name or each.name == argument.name]
        refused = bool(report.problems) or any(each.verdict == "refused" for each in wanted)
        face.tell(sentence, types.MessageType.Warning if refused else types.MessageType.Info)
        return {"status": "refused" if refused or not wanted else "proved", "message": sentence}

    return await with_progress(face.server, "Auditing", token, work)


def _name_at(face: Face, argument: _Argument) -> str:
    text = face.protocol.texts.get(argument.uri)
    named = face.desk.outline(text).at(text.offset(types.Position(argument.line, argument.character)))
    if named is None:
        raise WrongRequestError("no finished theorem or function is here: go to one that has a hole")
    return named.name
