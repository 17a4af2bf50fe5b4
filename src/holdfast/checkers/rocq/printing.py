"""Print a proof as lines of tactics, in the style of the file that it is meant for."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.document import Document, Theorem
from holdfast.checkers.rocq.sentences import split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.proofs import Proof

__all__ = ["Style", "enclose", "indentation", "print_proof", "style_of"]

_BULLETS = ("-", "+", "*", "--", "++", "**", "---", "+++", "***")
_BULLET = re.compile(r"-+|\++|\*+")
_PLAIN = re.compile(r"[a-z]\w*(?: [\w'.*<>-]+)*")
_MARK = re.compile(rf"{_BULLET.pattern}|(?:[^{{}}.]+:\s*)?\{{|\}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a file writes its proofs."""

    indent: int = 2
    """Columns from `Proof.` to the tactics on the lines below."""
    proof: bool = True
    """Whether proofs begin with `Proof.`."""
    newline: str = "\n"
    columns: int = 80
    """How wide a line may be that takes a whole proof."""


def style_of(document: Document) -> Style:
    """Return what most of the proofs of a file do; the defaults where it has none."""
    text = document.source.text
    written = [theorem for theorem in document.theorems if theorem.body]
    with_proof = sum(theorem.proof is not None for theorem in written)
    indents = Counter(found for theorem in written if (found := _indent_of(document, theorem)) is not None)
    return Style(
        indent=indents.most_common(1)[0][0] if indents else 2,
        proof=with_proof * 2 >= len(written),
        newline="\r\n" if "\r\n" in text else "\n",
    )


def _indent_of(document: Document, theorem: Theorem) -> int | None:
    """How far the first line of tactics is indented; None where it is not a line of its own."""
    head = theorem.statement if theorem.proof is None else theorem.proof
    first = document.sentences[theorem.body[0]]
    if "\n" not in document.source.text[first.lead : first.start]:
        return None
    columns = document.positions.line_column(first.start)[1] - 1
    found = columns - len(indentation(document.source.text, document.sentences[head].start))
    return found if 0 <= found <= 8 else None


def indentation(text: str, at: int) -> str:
    """Return the blanks that the line of an offset begins with."""
    start = text.rfind("\n", 0, at) + 1
    return text[start : start + len(text[start:at]) - len(text[start:at].lstrip(" \t"))]


def print_proof(proof: Proof, taken: Sequence[str] = ()) -> tuple[str, ...]:
    """Return a proof as lines, without indentation in front of the first level.

    A step with one child is followed by it; several children are bullets, or braces where nine bullets
    are open already. Where all children are the same single step, it stands behind a semicolon.

    Args:
        proof: steps without or with their final period. A step of blanks alone prints nothing.
        taken: the bullets that are open around it.

    Raises:
        UserError: a step is not one sentence.
    """
    lines: list[str] = []
    node = proof
    while True:
        lines += [_sentence(node.step.text)] if node.step.text.strip() else []
        if len(node.children) != 1:
            break
        node = node.children[0]
    same = _same_step(node)
    if same is not None:
        lines[-1] = _sentence(f"{lines[-1].rstrip('.')}; {same}")
        return tuple(lines)
    mark = next((bullet for bullet in _BULLETS if bullet not in taken), "{")
    for child in node.children:
        inner = print_proof(child, (*taken, mark) if mark != "{" else ())
        lines += enclose((mark,), inner)
    return tuple(lines)


def _same_step(node: Proof) -> str | None:
    """The one plain step that proves every child, None where there is no such step."""
    steps = {child.step.text.strip().rstrip(".") for child in node.children if not child.children}
    parent = node.step.text.strip()
    if len(node.children) < 2 or len(steps) != 1 or any(child.children for child in node.children):
        return None
    (step,) = steps
    return step if _PLAIN.fullmatch(step) and parent[:1].islower() and not parent.endswith("...") else None


def enclose(opening: Sequence[str], lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines behind sentences that open them: bullets and braces hold them, others stand in front."""
    if not opening:
        return tuple(lines)
    head, inner = opening[0], enclose(opening[1:], lines)
    if head.endswith("{"):
        return tuple(_hang(head, (*inner[:-1], f"{inner[-1]} }}"), 2))
    if _BULLET.fullmatch(head):
        return tuple(_hang(head, inner, len(head) + 1))
    return (head, *inner)


def _hang(mark: str, lines: Sequence[str], width: int) -> Iterator[str]:
    yield f"{mark} {lines[0]}"
    yield from (" " * width + line for line in lines[1:])


def _sentence(step: str) -> str:
    """A step as one sentence, its final period added where it is missing."""
    text = step.strip()
    if not text.endswith(".") and not _MARK.fullmatch(text):
        text += "."
    try:
        sentences = split(Source("step", text))
    except SourceError as error:
        raise UserError(f"the step `{step}` cannot be printed: {error.message}") from None
    whole = [(sentence.start, sentence.end) for sentence in sentences] == [(0, len(text))]
    if not whole or not text.strip("."):
        raise UserError(f"the step `{step}` cannot be printed: it is not one sentence")
    return text
