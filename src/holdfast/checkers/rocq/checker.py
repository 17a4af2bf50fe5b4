"""The Rocq checker as a whole: fills the `Checker` seam from documents, sessions and the audit."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from holdfast.checkers.rocq.audit import AuditSettings, audit
from holdfast.checkers.rocq.document import Document, Theorem, read_document
from holdfast.checkers.rocq.holes import find_holes, locate
from holdfast.checkers.rocq.installation import Installation, identify
from holdfast.checkers.rocq.petanque.document import PetanqueDocument, PetanqueSettings
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.script import fill
from holdfast.checkers.rocq.toplevel import Toplevel, ToplevelSettings
from holdfast.checkers.rocq.vernacular import Role
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.identity import CheckerIdentity
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["RocqChecker"]


class RocqChecker:
    """Judges texts of one project with one installation."""

    def __init__(
        self,
        installation: Installation,
        arguments: Sequence[str] = (),
        *,
        settings: ToplevelSettings | None = None,
        audit_settings: AuditSettings | None = None,
        library: str = "",
        qualified: bool = False,
        petanque: PetanqueSettings | None = None,
    ) -> None:
        """Judge with the given options of Rocq.

        Args:
            installation: the programs to use.
            arguments: options of Rocq, folders absolute.
            settings: limits of live processes.
            audit_settings: limits and strictness of audits.
            library: the logical name of the texts in their project, empty for a text on its own.
            qualified: whether readers tell names in full, behind `library`, for use in other files.
            petanque: who steps through proofs in place of Rocq's own toplevel.
        """
        self._installation = installation
        self._arguments = tuple(arguments)
        self._settings = settings or ToplevelSettings()
        self._audit_settings = audit_settings or AuditSettings()
        self._library = library
        self._prefix = library if qualified else ""
        self._petanque = petanque

    async def identity(self) -> CheckerIdentity:
        """The version, and a digest of all installed libraries."""
        return await identify(self._installation)

    def holes(self, source: Source, theorems: Sequence[str] = ()) -> Sequence[Hole]:
        """The holes in file order; with `theorems`, just those theorems, proved already or not."""
        return find_holes(source, theorems)

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[RocqReader]:
        """A reader on `source` in a Rocq process of its own, which ends with the context."""
        return self._opened(source, observe)

    @asynccontextmanager
    async def _opened(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None
    ) -> AsyncIterator[RocqReader]:
        document = read_document(source)
        async with Toplevel(self._installation, self._arguments, self._settings) as toplevel:
            if self._petanque is None:
                yield RocqReader(toplevel, document, observe, self._prefix)
                return
            petanque = PetanqueDocument(self._petanque, self._installation, self._arguments)
            try:
                yield RocqReader(toplevel, document, observe, self._prefix, petanque=petanque)
            finally:
                await petanque.aclose()

    def fill(self, source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
        """`source` with the proofs printed into their holes, every other character unchanged.

        `Admitted` generalises a theorem over all that its section assumes, a proof only over what it uses.
        Where the text behind the section names the theorem, the proof is therefore printed under
        `Proof using All`, so that what is named there stays what it was.
        """
        document = read_document(source)
        using = {hole: "All" for hole in proofs if _is_named_behind_its_section(document, hole)}
        return fill(source, proofs, using=using)

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        """Re-check a whole file in fresh processes; see `holdfast.checkers.rocq.audit`."""
        return await audit(
            source,
            original,
            installation=self._installation,
            arguments=self._arguments,
            library=self._library,
            settings=self._audit_settings,
        )


def _is_named_behind_its_section(document: Document, hole: Hole) -> bool:
    if hole.kind is HoleKind.NAMED:
        return False
    theorem = locate(document, hole).theorem
    if not theorem.sections:
        return False
    names = "|".join(re.escape(name) for name in theorem.names)
    behind = document.source.text[_section_end(document, theorem) :]
    return re.search(rf"(?<![\w'])(?:{names})(?![\w'])", behind) is not None


def _section_end(document: Document, theorem: Theorem) -> int:
    """The end of the outermost section around a theorem, the end of the text where it has none."""
    ends = [
        document.sentences[block.end].end
        for block in document.blocks
        if block.kind is Role.SECTION
        and block.end is not None
        and block.start < theorem.statement < block.end
    ]
    return max(ends, default=len(document.source.text))
