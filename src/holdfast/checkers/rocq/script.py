"""Put found proofs into the holes of a .v file; every character outside of them stays as it is.

Two more places change with a filled hole: the `Admitted` of a theorem whose last `admit` is filled becomes
`Qed`, and `Proof` becomes `Proof using ...` where that is asked for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from holdfast.checkers.rocq.document import Document, Theorem, read_document
from holdfast.checkers.rocq.holes import Place, all_places, focus_after, innermost, locate
from holdfast.checkers.rocq.printing import Style, enclose, indentation, print_proof, style_of
from holdfast.checkers.rocq.sentences import SentenceKind
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import UserError
from holdfast.core.proofs import Proof

__all__ = ["fill"]


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filling:
    """One hole that is being filled."""

    document: Document
    style: Style
    place: Place
    lines: tuple[str, ...]
    """What to print, without indentation."""
    complete: bool
    """Whether nothing in the theorem stays admitted."""
    using: str


def fill(
    source: Source,
    proofs: Mapping[Hole, Proof | None],
    *,
    using: Mapping[Hole, str] = MappingProxyType({}),
) -> Source:
    """Return `source` with the proofs printed into their holes.

    Args:
        source: the text that the holes were found in.
        proofs: None for an `Admitted` hole at which nothing is left to prove.
        using: what to write behind `Proof using` in the theorem of a hole; only where it stands in a
            section and says nothing of that kind itself.

    Raises:
        UserError: a hole is not one of this text, overlaps another or cannot be opened; a step is not one
            sentence.
    """
    document = read_document(source)
    style = style_of(document)
    places = {_key(place.hole): place for place in all_places(document)}
    filled = {_key(hole) for hole in proofs}
    left = {
        place.theorem for key, place in places.items() if key not in filled and key[0] is not HoleKind.NAMED
    }
    edits: set[_Edit] = set()
    for hole, proof in proofs.items():
        place = places.get(_key(hole)) or locate(document, hole)
        if place.obstacle:
            raise UserError(f"{hole.name}: {place.obstacle}")
        filling = _Filling(
            document=document,
            style=style,
            place=place,
            lines=_lines(place, proof),
            complete=hole.kind is HoleKind.NAMED or place.theorem not in left,
            using=using.get(hole, "") if place.theorem.sections else "",
        )
        edits.update(_edits(filling))
    return Source(source.name, _apply(source.text, sorted(edits)))


def _key(hole: Hole) -> tuple[HoleKind, int, int]:
    return hole.kind, hole.start, hole.end


def _lines(place: Place, proof: Proof | None) -> tuple[str, ...]:
    if proof is None:
        return ()
    braced = any(sentence.endswith("{") for sentence in place.opening)
    lines = print_proof(proof, () if braced else innermost(place.focus))
    bare_step = place.opening == ("{",) and len(lines) == 1 and not proof.children
    return lines if bare_step else enclose(place.opening, lines)


def _apply(text: str, edits: Sequence[_Edit]) -> str:
    parts, at = [], 0
    for edit in edits:
        if edit.start < at:
            raise UserError("two of the holes to fill overlap")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))


def _edits(filling: _Filling) -> Iterator[_Edit]:
    hole, theorem = filling.place.hole, filling.place.theorem
    if hole.kind is HoleKind.ADMIT:
        yield _Edit(hole.start, hole.end, _in_place(filling))
        if filling.complete and _ends_with_admit(filling):
            yield _ending_edit(filling)
    else:
        yield _Edit(hole.start, hole.end, _to_the_end(filling))
    if filling.using and filling.complete and (theorem.proof is not None or theorem.body):
        yield from _using_edit(filling.document, theorem, filling.using)


def _ends_with_admit(filling: _Filling) -> bool:
    """Whether this is the `admit` that the theorem's `Admitted` stands for."""
    theorem, kinds = filling.place.theorem, filling.document.sentences
    if theorem.ending != "Admitted":
        return False
    tactics = [index for index in theorem.body if kinds[index].kind is not SentenceKind.BRACE_CLOSE]
    return tactics[-1] == filling.place.before


def _ending_edit(filling: _Filling) -> _Edit:
    theorem = filling.place.theorem
    assert theorem.end is not None
    end = filling.document.sentences[theorem.end]
    closing = focus_after(filling.document, theorem.body).count("{")
    return _Edit(end.start, end.end, "} " * closing + _ending(filling))


def _ending(filling: _Filling) -> str:
    """The sentence that ends the proof."""
    theorem = filling.place.theorem
    assert theorem.end is not None
    written = filling.document.text(theorem.end)
    match theorem.ending:
        case "Admitted" if filling.complete:
            return re.sub(r"\bAdmitted\b", "Qed", written, count=1)
        case "Abort" | "Proof":
            return "Qed."
        case _:
            return written


def _using_edit(document: Document, theorem: Theorem, using: str) -> Iterator[_Edit]:
    """Write `using` into the sentence `Proof`, or that sentence behind the statement."""
    if theorem.proof is None:
        end = document.sentences[theorem.statement].end
        yield _Edit(end, end, f" Proof using {using}.")
        return
    command, sentence = document.commands[theorem.proof], document.sentences[theorem.proof]
    if command is not None and not re.search(r"\busing\b", command.rest):
        written = document.text(theorem.proof)
        yield _Edit(
            sentence.start, sentence.end, re.sub(r"\bProof\b", f"Proof using {using}", written, count=1)
        )


def _to_the_end(filling: _Filling) -> str:
    """The text from the last thing that is kept to the end of the proof."""
    style, place, text = filling.style, filling.place, filling.document.source.text
    lines = list(filling.lines)
    closing = " }" * place.focus.count("{")
    if lines:
        lines[-1] += closing
    head, ending = _head(filling), _ending(filling)
    if not lines:
        replaced = text[place.hole.start : place.hole.end]
        blanks = replaced[: len(replaced) - len(replaced.lstrip())]
        return blanks + f"{closing} {ending}".strip()
    start = text.rfind("\n", 0, place.hole.start) + 1
    one_line = " ".join(("", *head, *map(str.strip, lines), ending))
    fits = place.hole.start - start + len(one_line) <= style.columns
    if "\n" not in text[place.hole.start : place.hole.end] and fits and not _is_branching(lines):
        return one_line
    outer = _outer(filling)
    inner = _inner(filling, outer)
    printed = "".join(style.newline + outer + line for line in head)
    if _hangs(filling):
        printed += f" {lines.pop(0)}"
    printed += "".join(style.newline + inner + line for line in lines)
    return f"{printed}{style.newline}{outer}{ending}"


def _head(filling: _Filling) -> tuple[str, ...]:
    """The sentence `Proof` where it has to be added."""
    theorem, place = filling.place.theorem, filling.place
    kept = theorem.body if place.hole.kind is HoleKind.ADMITTED else ()
    if theorem.proof is not None or kept or not (filling.style.proof or filling.using):
        return ()
    return (f"Proof using {filling.using}." if filling.using and filling.complete else "Proof.",)


def _outer(filling: _Filling) -> str:
    """The indentation of the lines `Proof.` and `Qed.`."""
    theorem, document = filling.place.theorem, filling.document
    text = document.source.text
    if theorem.end is not None:
        start = document.sentences[theorem.end].start
        before = indentation(text, start)
        if text[: start - len(before)].endswith("\n"):
            return before
    head = theorem.statement if theorem.proof is None else theorem.proof
    return indentation(text, document.sentences[head].start)


def _kept(filling: _Filling) -> int | None:
    """The last sentence of the body that stays, None where none does."""
    place = filling.place
    before = [index for index in place.theorem.body if index < place.before]
    return before[-1] if before and place.hole.kind is not HoleKind.NAMED else None


def _hangs(filling: _Filling) -> bool:
    """Whether the first line goes behind a bullet or a brace."""
    kept = _kept(filling)
    if kept is None:
        return False
    sentence = filling.document.sentences[kept]
    opens = sentence.kind in {SentenceKind.BULLET, SentenceKind.BRACE_OPEN}
    return opens and sentence.end == filling.place.hole.start


def _inner(filling: _Filling, outer: str) -> str:
    """The indentation of lines of tactics that follow the last sentence that stays."""
    kept = _kept(filling)
    if kept is None:
        return outer + " " * filling.style.indent
    return _column(filling.document, filling.place.theorem, kept)


def _column(document: Document, theorem: Theorem, index: int) -> str:
    """Blanks up to where the tactics on a sentence's line begin, behind its bullets and open braces."""
    text, sentences = document.source.text, document.sentences
    start = text.rfind("\n", 0, sentences[index].start) + 1
    line = [at for at in theorem.body if at <= index and sentences[at].start >= start]
    at = sentences[line[0]].start
    if sentences[index].kind is not SentenceKind.BRACE_CLOSE:
        for here, following in zip(line, [*line[1:], None], strict=True):
            if sentences[here].kind in {SentenceKind.BULLET, SentenceKind.BRACE_OPEN}:
                at = sentences[following].start if following is not None else sentences[here].end + 1
    prefix = text[start:at]
    return re.sub(r"[^ \t]", " ", prefix) + " " * (at - start - len(prefix))


def _in_place(filling: _Filling) -> str:
    """The text that takes the place of an `admit`."""
    document, hole = filling.document, filling.place.hole
    text, lines = document.source.text, filling.lines
    inner = _column(document, filling.place.theorem, filling.place.before)
    start = text.rfind("\n", 0, hole.start) + 1
    one_line = " ".join(map(str.strip, lines))
    end = text.find("\n", hole.end)
    rest = text[hole.end : end if end >= 0 else None].strip()
    crowded = bool(rest) or len(inner) < hole.start - start
    if crowded and not _is_branching(lines) and hole.start - start + len(one_line) <= filling.style.columns:
        return one_line
    return (filling.style.newline + inner).join(lines)


def _is_branching(lines: Sequence[str]) -> bool:
    """Whether lines have to stay lines, because of bullets or of a step that is several lines long."""
    return any(line.lstrip().startswith(("-", "+", "*")) or "\n" in line for line in lines)
