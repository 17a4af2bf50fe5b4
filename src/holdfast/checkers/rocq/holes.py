"""Find the places of a .v file that wait for a proof: `Admitted`, `admit`, and theorems that a user names."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import takewhile

from holdfast.checkers.rocq.document import Document, Theorem, read_document
from holdfast.checkers.rocq.sentences import SentenceKind, bare
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import SourceError, UserError

__all__ = ["Place", "all_places", "find_holes", "find_places", "focus_after", "innermost", "locate"]

_ADMIT = r"(?:admit|give_up)"
_SELECTOR = re.compile(r"((?:\d[\d, -]*|\[ ?\w[\w']* ?\]|all|par|!) ?: ?)(?!=)")
_ALONE = re.compile(rf"\(?{_ADMIT}\)?")
_BEFORE = r"(?:^|[;\[|(]|\b(?:by|now|try|do \d+|repeat|once|first|last|else|then|only \d+ ?:))"
_INSIDE = re.compile(rf"{_BEFORE} ?{_ADMIT} ?(?=$|[;\]|).])")
_CHAINED = re.compile(rf"(?P<before>.*\S) ?; ?\(?{_ADMIT}\)?", re.DOTALL)
_ASSERTED = re.compile(
    rf"(?P<before>(?:e?assert|e?enough|have|suff|suffices)\b.*\S) by \(?{_ADMIT}\)?", re.DOTALL
)
_STRING = re.compile(r'"(?:[^"]++|"")*+"')
_BURIED = "admit stands inside a larger tactic; give it a sentence of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A hole and what it takes to stand there. Indices count the sentences of the document."""

    hole: Hole
    theorem: Theorem
    before: int
    """How many sentences of the file to run to get there."""
    opening: tuple[str, ...] = ()
    """Sentences to run after those; a found proof is printed behind them and their braces closed."""
    focus: tuple[str, ...] = ()
    """The bullets and braces of the file that are open there, outermost first, `opening` left out."""
    obstacle: str = ""
    """Why no proof can be put here, as a clause for people; empty where one can."""
    optional: bool = False
    """Whether perhaps nothing is left to prove: an `Admitted` that may stand for earlier `admit`s alone."""


def find_holes(source: Source, theorems: Sequence[str] = ()) -> tuple[Hole, ...]:
    """Return the holes of a source in order; see `find_places`."""
    return tuple(place.hole for place in find_places(read_document(source), theorems))


def locate(document: Document, hole: Hole) -> Place:
    """Return the place of a hole that was found in this text. Raises UserError where it is none."""
    for place in all_places(document):
        found = place.hole
        if (found.kind, found.start, found.end) == (hole.kind, hole.start, hole.end):
            return replace(place, hole=hole)
    raise UserError(f"{document.source.name} has no hole {hole.name} at {hole.line}:{hole.column}")


def all_places(document: Document) -> Iterator[Place]:
    """Yield all the holes that there are, and each theorem as a named hole; names are not made unique."""
    yield from _places_unnamed(document)
    yield from (_place_named(document, theorem) for theorem in document.theorems if theorem.end is not None)


def find_places(document: Document, theorems: Sequence[str] = ()) -> tuple[Place, ...]:
    """Return the holes in the order of the file; with `theorems`, just those theorems, proved or not.

    Holes are named after their theorem, by its path where the file has two of that name.

    Raises:
        SourceError: a proof does not end.
        UserError: a name of `theorems` is unknown, stands for several theorems or for none.
    """
    for theorem in document.theorems:
        if theorem.end is None:
            line, column = document.place(theorem.statement)
            message = f"the proof of {theorem.name} does not end: Qed, Defined or Admitted is missing"
            raise SourceError(message, file=document.source.name, line=line, column=column)
    if theorems:
        chosen = {_theorem(document, name) for name in theorems}
        places: Iterable[Place] = (
            _place_named(document, item) for item in document.theorems if item in chosen
        )
    else:
        places = sorted(_places_unnamed(document), key=lambda place: place.hole.start)
    return tuple(_name(document, places))


def focus_after(document: Document, indices: Iterable[int]) -> tuple[str, ...]:
    """Return the bullets and braces that stay open when these sentences of one proof are run in order."""
    stack: list[str] = []
    for index in indices:
        _refocus(stack, document, index)
    return tuple(stack)


def _refocus(stack: list[str], document: Document, index: int) -> None:
    """Take in what one sentence does to the open bullets and braces."""
    match document.sentences[index].kind:
        case SentenceKind.BULLET:
            bullet = document.text(index)
            inner = innermost(stack)
            if bullet in inner:
                del stack[len(stack) - len(inner) + inner.index(bullet) :]
            stack.append(bullet)
        case SentenceKind.BRACE_OPEN:
            stack.append("{")
        case SentenceKind.BRACE_CLOSE:
            del stack[max(0, len(stack) - len(innermost(stack)) - 1) :]
        case SentenceKind.COMMAND:
            pass


def innermost(stack: Sequence[str]) -> tuple[str, ...]:
    """Return the bullets that are open inside the innermost of the open braces."""
    return tuple(takewhile(lambda mark: mark != "{", reversed(stack)))[::-1]


def _name(document: Document, places: Iterable[Place]) -> Iterator[Place]:
    """Give each hole a name of its own."""
    declared = [theorem for theorem in document.theorems if theorem.ending != "Abort"]
    short = Counter(theorem.name for theorem in declared)
    path = Counter(theorem.path for theorem in declared)
    seen: Counter[int] = Counter()
    for place in places:
        theorem = place.theorem
        name = theorem.name if short[theorem.name] <= 1 else theorem.path
        if path[theorem.path] > 1:
            name += f"@{document.place(theorem.statement)[0]}"
        seen[theorem.statement] += 1
        number = f"#{seen[theorem.statement]}" if seen[theorem.statement] > 1 else ""
        yield replace(place, hole=replace(place.hole, name=name + number))


def _theorem(document: Document, name: str) -> Theorem:
    """The theorem that a user means: a name, or a path or the end of one."""
    found = [theorem for theorem in document.theorems if theorem.path == name]
    found = found or [theorem for theorem in document.theorems if _means(name, theorem)]
    found = [theorem for theorem in found if theorem.ending != "Abort"] or found
    if len(found) == 1:
        return found[0]
    if found:
        paths = ", ".join(f"{item.path} (line {document.place(item.statement)[0]})" for item in found)
        raise UserError(f"{name} stands for several theorems of {document.source.name}: {paths}")
    declared = [item for item in document.declarations if name in {item.name, item.path}]
    if declared:
        line = document.place(declared[0].sentence)[0]
        raise UserError(f"{name} (line {line}) is declared by {declared[0].keyword}, not proved by tactics")
    known = sorted({part for theorem in document.theorems for part in (*theorem.names, theorem.path)})
    near = get_close_matches(name, known, n=3)
    hint = f"; near it are {', '.join(near)}" if near else ""
    raise UserError(f"{document.source.name} has no theorem {name}{hint}")


def _means(name: str, theorem: Theorem) -> bool:
    paths = (".".join((*theorem.modules, own)) for own in theorem.names)
    return any(f".{path}".endswith(f".{name}") for path in paths)


def _place_named(document: Document, theorem: Theorem) -> Place:
    """The whole proof of a theorem, `Proof.` kept where it is one."""
    assert theorem.end is not None
    last = theorem.statement if theorem.proof is None else theorem.proof
    span = (document.sentences[last].end, document.sentences[theorem.end].end)
    hole = Hole(theorem.name, HoleKind.NAMED, *span, *document.place(theorem.statement))
    return Place(hole=hole, theorem=theorem, before=last + 1)


def _places_unnamed(document: Document) -> Iterator[Place]:
    for theorem in document.theorems:
        if theorem.ending in {"", "Abort", "Proof"}:
            continue
        admits = list(_admits(document, theorem))
        yield from admits
        if theorem.ending == "Admitted":
            tail = [
                index
                for index in theorem.body
                if document.sentences[index].kind is not SentenceKind.BRACE_CLOSE
            ]
            if not admits or admits[-1].before != tail[-1]:
                yield _place_admitted(document, theorem, optional=bool(admits))


def _place_admitted(document: Document, theorem: Theorem, *, optional: bool) -> Place:
    assert theorem.end is not None
    end = document.sentences[theorem.end]
    start = end.lead + len(document.source.text[end.lead : end.start].rstrip(" \t\r\n"))
    hole = Hole(theorem.name, HoleKind.ADMITTED, start, end.end, *document.place(theorem.end))
    focus = focus_after(document, theorem.body)
    return Place(hole=hole, theorem=theorem, before=theorem.end, focus=focus, optional=optional)


def _admits(document: Document, theorem: Theorem) -> Iterator[Place]:
    stack: list[str] = []
    for at, index in enumerate(theorem.body):
        _refocus(stack, document, index)
        if document.sentences[index].kind is not SentenceKind.COMMAND:
            continue
        text = document.text(index)
        if "admit" not in text and "give_up" not in text:
            continue
        tactic = bare(text).rstrip(".").rstrip(" ")
        selector = _SELECTOR.match(tactic)
        if _INSIDE.search(_STRING.sub('""', tactic[selector.end() :] if selector else tactic)):
            yield _place_admit(document, theorem, at, tactic, tuple(stack))


def _place_admit(document: Document, theorem: Theorem, at: int, tactic: str, focus: tuple[str, ...]) -> Place:
    index = theorem.body[at]
    sentence = document.sentences[index]
    hole = Hole(theorem.name, HoleKind.ADMIT, sentence.start, sentence.end, *document.place(index))
    closes = _closes_focus(document, theorem, at, focus)
    opening = _opening(tactic, closes=closes, single=_is_single(document, theorem, at))
    return Place(
        hole=hole,
        theorem=theorem,
        before=index,
        opening=opening or (),
        focus=focus,
        obstacle=_BURIED if opening is None else "",
    )


def _opening(tactic: str, *, closes: bool, single: bool) -> tuple[str, ...] | None:
    """What to run in place of a tactic with `admit` in it, to stand at what it admits; None if unknown.

    `closes` says that the sentence closes all that is in focus, `single` that it acts on a single goal.
    """
    selector = _SELECTOR.match(tactic)
    if selector:
        return _opening_selected(selector[1].rstrip(" :"), tactic[selector.end() :], closes=closes)
    braces = () if closes or single else ("{",)
    if _ALONE.fullmatch(tactic):
        return braces
    chained = _CHAINED.fullmatch(tactic)
    if chained and not _INSIDE.search(chained["before"]):
        return (*braces, f"{chained['before']}.")
    asserted = _ASSERTED.fullmatch(tactic)
    if asserted:
        return (f"{asserted['before']}.", "{")
    return () if closes else None


def _opening_selected(selector: str, rest: str, *, closes: bool) -> tuple[str, ...] | None:
    if selector in {"all", "par"}:
        return () if closes else None
    if not (selector.isdigit() or selector.startswith("[")):
        return None
    chained = _CHAINED.fullmatch(rest)
    if chained and not _INSIDE.search(chained["before"]):
        return (f"{selector}: {{", f"{chained['before']}.")
    return (f"{selector}: {{",) if _ALONE.fullmatch(rest) else None


def _is_single(document: Document, theorem: Theorem, at: int) -> bool:
    """Whether just one goal is surely in focus before a sentence of the body."""
    if at == 0:
        return len(theorem.names) == 1 and theorem.keyword != "Derive"
    before = document.sentences[theorem.body[at - 1]].kind
    return before in {SentenceKind.BULLET, SentenceKind.BRACE_OPEN}


def _closes_focus(document: Document, theorem: Theorem, at: int, focus: Sequence[str]) -> bool:
    """Whether nothing may be left in focus after a sentence of the body, by what follows it."""
    if at + 1 == len(theorem.body):
        return True
    index = theorem.body[at + 1]
    match document.sentences[index].kind:
        case SentenceKind.BRACE_CLOSE:
            return True
        case SentenceKind.BULLET:
            return document.text(index) in innermost(focus)
        case _:
            return False
