"""The Rocq checker as a whole: fills the `Checker` seam from documents, sessions and the audit."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.holes import find_holes
from holdfast.checkers.rocq.installation import Installation, identify
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.toplevel import Toplevel, ToplevelSettings
from holdfast.core.documents import Hole, Source
from holdfast.core.identity import CheckerIdentity
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
        library: str = "",
    ) -> None:
        """`arguments` are options of Rocq; `library` is the full name of a text that is a library module."""
        self._installation = installation
        self._arguments = tuple(arguments)
        self._settings = settings or ToplevelSettings()
        self._library = library

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
            yield RocqReader(toplevel, document, observe, self._library)
