"""The toy checker: holes, readers, printed proofs and the audit for toy files."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from difflib import get_close_matches

from holdfast.checkers.toy.audit import audit_document
from holdfast.checkers.toy.document import Document, Theorem, parse_document
from holdfast.checkers.toy.reader import ToyReader
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import UserError
from holdfast.core.identity import CheckerIdentity
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["ToyChecker"]


class ToyChecker:
    """Fills `holdfast.core.seams.Checker` for the language that `checkers.toy.document` describes."""

    async def identity(self) -> CheckerIdentity:
        """Always the same: the toy runs in process and loads no library."""
        return CheckerIdentity("toy", "1")

    def holes(self, source: Source, theorems: Sequence[str] = ()) -> Sequence[Hole]:
        """The holes in order; with `theorems`, those theorems whole.

        Raises:
            SourceError: the text cannot be read.
            UserError: there is no theorem of a given name.
        """
        document = parse_document(source)
        own = {item.name: item for item in document.items if isinstance(item, Theorem)}
        for name in theorems:
            if name not in own:
                near = get_close_matches(name, own, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise UserError(f"{source.name} has no theorem {name}{hint}")
        wanted = [own[name] for name in own if name in theorems] if theorems else list(own.values())
        find = _named if theorems else _written
        return tuple(hole for theorem in wanted for hole in find(document, theorem))

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[ToyReader]:
        """A reader on `source`; SourceError where the text cannot be read."""
        return _open(source, observe)

    def fill(self, source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
        """`source` with the proofs in place of their holes."""
        text = source.text
        for hole, proof in sorted(proofs.items(), key=lambda item: item[0].start, reverse=True):
            text = text[: hole.start] + _printed(text, hole, proof) + text[hole.end :]
        return Source(source.name, text)

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        """Check every proof term again, by a function that shares no code with the steps."""
        return audit_document(source, original)


@asynccontextmanager
async def _open(
    source: Source, observe: Callable[[Observed | Declared], None] | None
) -> AsyncIterator[ToyReader]:
    yield ToyReader(parse_document(source), observe)


def _hole(document: Document, name: str, kind: HoleKind, start: int, end: int) -> Hole:
    line, column = document.place(start)
    return Hole(name, kind, start, end, line, column)


def _named(document: Document, theorem: Theorem) -> Iterator[Hole]:
    yield _hole(document, theorem.name, HoleKind.NAMED, theorem.head.end, theorem.last.end)


def _written(document: Document, theorem: Theorem) -> Iterator[Hole]:
    if theorem.last.text == "admitted":
        yield _hole(document, theorem.name, HoleKind.ADMITTED, theorem.last.start, theorem.last.end)
    skipped = [sentence for sentence in theorem.script if sentence.text == "sorry"]
    for count, sentence in enumerate(skipped, start=1):
        name = theorem.name if count == 1 else f"{theorem.name}#{count}"
        yield _hole(document, name, HoleKind.ADMIT, sentence.start, sentence.end)


def _printed(text: str, hole: Hole, proof: Proof | None) -> str:
    """The proof as it stands in the hole, lines after the first indented like the hole's line."""
    if proof is None:
        return "qed."
    if hole.kind is HoleKind.ADMIT:
        return "{ " + " ".join(_sentences(proof)) + " }"
    start = text.rfind("\n", 0, hole.start) + 1
    line = text[start : hole.start]
    margin = line[: len(line) - len(line.lstrip())]
    body = " ".join(_sentences(proof))
    if hole.kind is HoleKind.NAMED:
        return f"\n{margin}  {body}\n{margin}qed."
    return f"{'' if line.strip() else '  '}{body}\n{margin}qed."


def _sentences(proof: Proof) -> Iterator[str]:
    yield f"{proof.step.text}."
    for child in proof.children:
        if len(proof.children) > 1:
            yield "{"
        yield from _sentences(child)
        if len(proof.children) > 1:
            yield "}"
