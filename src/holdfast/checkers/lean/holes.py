"""The places in a .lean file that wait for a proof, and how a found proof is printed there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from holdfast.checkers.lean.document import Document, Theorem, read_document
from holdfast.checkers.lean.lexer import Token
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import UserError
from holdfast.core.proofs import Proof

__all__ = ["Place", "Setting", "fill", "find_holes", "locate", "script"]

_HOLES = frozenset({"sorry", "admit"})
_BEFORE_TACTICS = frozenset({"by", ";", "·", "<;>", "."})
_BEFORE_TERMS = frozenset(
    {":=", ",", "from", "exact", "(", "⟨", "=", "refine", "apply", "show", "fun", "▸", "at"}
)
_STEP = 2
"""Spaces by which a block is indented."""


class Setting(Enum):
    """What Lean expects at a place."""

    BLOCK = "block"
    """Tactics, one below the other from the column of the hole on."""
    UNDER = "under"
    """Tactics behind `by` or an arrow: several stand on lines of their own."""
    TACTIC = "tactic"
    """One tactic: several stand in parentheses."""
    PROOF = "proof"
    """The whole proof of a theorem, as a term behind `:=`."""
    TERM = "term"
    """A term within another one."""
    BARE = "bare"
    """The whole proof of a theorem, `:=` included."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hole is, to whoever opens or fills it."""

    hole: Hole
    theorem: Theorem
    setting: Setting
    column: int
    """From 0: where the tactics of a block stand."""


def find_holes(source: Source, theorems: Sequence[str] = ()) -> Sequence[Hole]:
    """The holes in order; with `theorems`, those theorems whole, proved already or not.

    Raises SourceError on a text that cannot be read, UserError on an unknown theorem.
    """
    document = read_document(source)
    known = {theorem.name: theorem for theorem in document.provable}
    for name in theorems:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UserError(f"{source.name} has no theorem {name}{hint}")
    if theorems:
        return tuple(_named(document, known[name]) for name in known if name in theorems)
    return tuple(hole for theorem in document.provable for hole in _written(document, theorem))


def locate(document: Document, hole: Hole) -> Place:
    """The place of a hole of this document. Raises ValueError where it has no such hole."""
    for theorem in document.provable:
        if theorem.body_start <= hole.start and hole.end <= theorem.body_end:
            return _place(document, theorem, hole)
    raise ValueError(f"{hole.name} is no hole of {document.source.name}")


def fill(source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
    """`source` with the proofs printed into their holes, every other character unchanged."""
    document = read_document(source)
    text = source.text
    for hole, proof in sorted(proofs.items(), key=lambda item: item[0].start, reverse=True):
        if proof is not None:
            printed = script(locate(document, hole), list(_lines(proof)))
            text = text[: hole.start] + printed + text[hole.end :]
    return Source(source.name, text)


def script(place: Place, lines: Sequence[str]) -> str:
    """Lines of tactics, as they stand in a hole."""
    margin = "\n" + " " * place.column
    match place.setting:
        case Setting.BLOCK:
            return margin.join(lines)
        case Setting.UNDER:
            return margin + margin.join(lines) if len(lines) > 1 else lines[0]
        case Setting.TACTIC:
            return f"({(margin + ' ').join(lines)})" if len(lines) > 1 else lines[0]
        case Setting.PROOF:
            return "by" + margin + margin.join(lines)
        case Setting.BARE:
            return ":= by" + margin + margin.join(lines)
        case Setting.TERM:
            return f"(by{margin}{margin.join(lines)})"


def _hole(document: Document, name: str, kind: HoleKind, start: int, end: int) -> Hole:
    line, column = document.positions.line_column(start)
    return Hole(name, kind, start, end, line, column)


def _named(document: Document, theorem: Theorem) -> Hole:
    return _hole(document, theorem.name, HoleKind.NAMED, theorem.body_start, theorem.body_end)


def _written(document: Document, theorem: Theorem) -> Iterator[Hole]:
    found = [at for at, token in enumerate(theorem.body) if token.text in _HOLES]
    before = {token.text for token in theorem.body} - _HOLES
    whole = len(found) == 1 and len(theorem.body) <= 2 and before <= {"by"}
    for count, at in enumerate(found, start=1):
        token = theorem.body[at]
        name = theorem.name if count == 1 else f"{theorem.name}#{count}"
        kind = HoleKind.ADMITTED if whole else HoleKind.ADMIT
        yield _hole(document, name, kind, token.start, token.end)


def _place(document: Document, theorem: Theorem, hole: Hole) -> Place:
    text = document.source.text
    line = text[text.rfind("\n", 0, theorem.start) + 1 : theorem.start]
    margin = len(line) - len(line.lstrip()) + _STEP
    if hole.kind is HoleKind.NAMED:
        bare = theorem.body[0].text == "|"
        return Place(hole, theorem, Setting.BARE if bare else Setting.PROOF, margin)
    at = next(at for at, token in enumerate(theorem.body) if token.start == hole.start)
    if at == 0:
        return Place(hole, theorem, Setting.PROOF, margin)
    own = text[text.rfind("\n", 0, hole.start) + 1 : hole.start]
    setting = _setting(theorem.body[:at], is_first=not own.strip())
    indent = len(own) - len(own.lstrip()) + _STEP
    columns = {Setting.UNDER: indent, Setting.PROOF: indent, Setting.TERM: indent + _STEP}
    return Place(hole, theorem, setting, columns.get(setting, len(own)))


def _setting(before: Sequence[Token], *, is_first: bool) -> Setting:
    """What Lean expects behind some tokens of a proof; `is_first` is whether a line begins there."""
    last = before[-1].text
    if all(token.text != "by" for token in before):
        return Setting.TERM
    if last == "=>":
        return Setting.TERM if _is_function(before) else (Setting.BLOCK if is_first else Setting.UNDER)
    if last in {"by", "·"}:
        return Setting.UNDER if last == "by" and not is_first else Setting.BLOCK
    if last in _BEFORE_TACTICS:
        return Setting.TACTIC
    if last == ":=":
        return Setting.PROOF
    return Setting.BLOCK if is_first and last not in _BEFORE_TERMS else Setting.TERM


def _is_function(before: Sequence[Token]) -> bool:
    """Whether the arrow at the end belongs to a function, and not to an alternative of a tactic."""
    for token in reversed(before[:-1]):
        if token.text in {"fun", "λ"}:
            return True
        if token.text in {"|", "next", "case"}:
            return False
    return True


def _lines(proof: Proof) -> Iterator[str]:
    """A proof as tactics; each of several independent subgoals stands behind a dot of its own."""
    yield from proof.step.text.split("\n")
    if len(proof.children) == 1:
        yield from _lines(proof.children[0])
        return
    for child in proof.children:
        first, *rest = _lines(child)
        yield f"· {first}"
        yield from (f"  {line}" for line in rest)
