"""What the language server knows and does; speaks of texts and edits, not of messages."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lsprotocol import types

from holdfast.apps.languages import check_endings
from holdfast.apps.lsp.settings import Settings
from holdfast.apps.lsp.texts import Text, Texts, edit_between
from holdfast.apps.outline import Outline, read_outline, slot_at, with_body
from holdfast.apps.questions import Found, Spot, Wish
from holdfast.apps.workroom import Workroom
from holdfast.core.audits import AuditReport
from holdfast.core.errors import UserError
from holdfast.core.seams import EventSink
from holdfast.core.steps import Step
from holdfast.pipelines.results import HoleResult, theorem_of
from holdfast.search.suggest import Suggestion

__all__ = ["DeclinedError", "Desk", "Offer", "Offers", "ProveOutcome", "StaleError"]

_TOUCHING = ("-", "+", "*", "{", ".", "·")
"""What a step is not written right behind."""
_BULLETS = " \t-+*{}\u00b7"
_OUTLINES = 16
"""How many outlines are remembered."""


class StaleError(UserError):
    """The text was changed while the answer was looked for, so the answer is of no use."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the text was changed meanwhile, so what was found is not used: ask again")


class DeclinedError(UserError):
    """The editor, or its user, did not want an edit."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion and the edit that writes it."""

    suggestion: Suggestion
    edit: types.WorkspaceEdit


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done at a place of a text."""

    text: Text
    found: Found
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class ProveOutcome:
    """What became of the holes of one theorem."""

    name: str
    results: tuple[HoleResult, ...]
    edit: types.WorkspaceEdit | None
    """What was found, None where nothing was."""
    timed_out: bool

    @property
    def reason(self) -> str:
        """Why it is not proved; empty where it is."""
        return next((each.reason for each in self.results if each.status != "proved"), "")


class Desk:
    """Answers about open texts. Raises UserError, InfrastructureError, StaleError where a text went on."""

    def __init__(self, workroom: Workroom, texts: Texts) -> None:
        """Answer about `texts` as they are when asked."""
        self._workroom = workroom
        self._texts = texts
        self._running: set[tuple[str, str]] = set()
        self._outlines: dict[str, tuple[str, Outline]] = {}
        self.settings = Settings()

    def outline(self, text: Text) -> Outline:
        """The outline of a text, worked out once for each version."""
        known = self._outlines.get(text.uri)
        if known is not None and known[0] == text.text:
            return known[1]
        found = read_outline(text.source)
        if len(self._outlines) >= _OUTLINES:
            self._outlines.pop(next(iter(self._outlines)))
        self._outlines[text.uri] = (text.text, found)
        return found

    async def offers(self, uri: str, position: types.Position, *, typed: bool) -> Offers:
        """Steps at a place; with `typed`, those that go on from what is typed there."""
        text = self._text(uri)
        offset = text.offset(position)
        slot = slot_at(text.source, offset)
        prefix = slot.prefix if typed and slot is not None else ""
        start = offset if slot is None else slot.start
        spot = Spot(path=text.path, source=text.source, offset=start)
        found = await self._workroom.suggest(
            spot,
            prefix=prefix,
            count=self.settings.suggestions,
            limit_s=self.settings.wait,
            # Each key stroke cancels what the one before has asked: the file would never be read.
            breakable=not typed,
        )
        if not self._texts.is_now(text):
            raise StaleError
        offers = [Offer(one, self._written(text, offset, one, typed=typed)) for one in found.suggestions]
        return Offers(text, found, tuple(offers))

    def accepted(self, answer: str, step: str) -> None:
        """Learn that a step of an answer was taken. Raises UnknownAnswerError, StorageError."""
        self._workroom.report(answer, step, accepted=True)

    async def prove(self, uri: str, name: str, sink: EventSink) -> ProveOutcome:
        """Search for what fills the holes of one theorem, by its name."""
        text = self._text(uri)
        holes = [each.name for each in self.outline(text).holes if theorem_of(each) == name]
        if not holes:
            raise UserError(f"{text.source.name} has no hole in {name}")
        async with self._alone(uri, name):
            wish = Wish(
                path=text.path,
                source=text.source,
                holes=tuple(holes),
                budget_s=self.settings.budget,
                sink=sink,
            )
            proved = await self._workroom.prove(wish)
        if not self._texts.is_now(text):
            raise StaleError
        found = proved.filled.source.text
        edit = None if found == text.text else edit_between(text, found)
        return ProveOutcome(name, proved.filled.results, edit, proved.timed_out)

    async def audit(self, uri: str, sink: EventSink) -> tuple[Text, AuditReport]:
        """Judge a text in a fresh process."""
        text = self._text(uri)
        async with self._alone(uri, "the audit"):
            report = await self._workroom.audit(Wish(path=text.path, source=text.source, sink=sink))
        if not self._texts.is_now(text):
            raise StaleError
        return text, report

    async def look(self, uri: str) -> tuple[Text, Sequence[HoleResult]]:
        """The functions of a .py file that cannot or should not be filled, and why; none of other files."""
        text = self._text(uri)
        if text.path.suffix != ".py" or not self.outline(text).holes:
            return text, ()
        found = await self._workroom.look(Wish(path=text.path, source=text.source))
        if not self._texts.is_now(text):
            raise StaleError
        return text, found

    def _text(self, uri: str) -> Text:
        text = self._texts.get(uri)
        check_endings([text.path])
        return text

    @asynccontextmanager
    async def _alone(self, uri: str, what: str) -> AsyncIterator[None]:
        if (uri, what) in self._running:
            raise UserError(f"{what} is being worked on already: wait for it, or cancel it first")
        self._running.add((uri, what))
        try:
            yield
        finally:
            self._running.discard((uri, what))

    def _written(self, text: Text, offset: int, one: Suggestion, *, typed: bool) -> types.WorkspaceEdit:
        slot = slot_at(text.source, offset)
        if slot is None:
            named = self.outline(text).at(offset)
            name = named.name if named is not None else ""
            return edit_between(text, with_body(text.source, name, Step(one.text)).text)
        closed = not slot.close or one.text.endswith((slot.close, "}", "{"))
        step = one.text if closed else one.text + slot.close
        whole = text.text
        if typed:
            blank = " " if whole[: slot.start].endswith(_TOUCHING) else ""
            return _replaced(text, slot.start, offset, blank + step)
        if not (slot.prefix or _rest_of_line(whole, offset)):
            return _replaced(text, offset, offset, _lead(whole, offset) + step)
        # In front of a sentence that is there already, on a line of its own.
        start = slot.start
        while whole[start] in " \t":
            start += 1
        line = whole.rfind("\n", 0, start) + 1
        margin = " " * (start - line) if not whole[line:start].strip() else "  "
        return _replaced(text, start, start, f"{step}\n{margin}")


def _lead(text: str, offset: int) -> str:
    """What is put in front of a step: nothing, a blank behind a bullet, a new line behind anything else."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    if not line.strip():
        return ""
    if not line.strip(_BULLETS):
        return "" if line.endswith(" ") else " "
    return f"\n{line[: len(line) - len(line.lstrip())]}  "


def _rest_of_line(text: str, offset: int) -> str:
    return text[offset:].partition("\n")[0].strip()


def _replaced(text: Text, start: int, end: int, new: str) -> types.WorkspaceEdit:
    document = types.OptionalVersionedTextDocumentIdentifier(text.uri, text.version)
    change = types.TextEdit(text.range(start, end), new)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, [change])])
