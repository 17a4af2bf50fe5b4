"""The Lean checker as a whole: fills the `Checker` seam from documents, live proofs and the audit."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from holdfast.checkers.lean.audit import AuditSettings, audit
from holdfast.checkers.lean.document import read_document
from holdfast.checkers.lean.holes import fill, find_holes
from holdfast.checkers.lean.installation import Installation, identify
from holdfast.checkers.lean.reader import LeanReader
from holdfast.checkers.lean.steppers import Stepper
from holdfast.checkers.lean.worker import Worker, WorkerSettings
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, Source
from holdfast.core.identity import CheckerIdentity
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["LeanChecker"]


class LeanChecker:
    """Judges texts of one project with one Lean."""

    def __init__(
        self,
        installation: Installation,
        *,
        settings: WorkerSettings | None = None,
        audit_settings: AuditSettings | None = None,
        stepper: Stepper | None = None,
    ) -> None:
        """`settings` limit live processes, `audit_settings` audits; Lean's server steps, or `stepper`."""
        self._installation = installation
        self._settings = settings or WorkerSettings()
        self._audit_settings = audit_settings or AuditSettings()
        self._stepper = stepper

    async def identity(self) -> CheckerIdentity:
        """The version, and a digest of all compiled modules."""
        return await identify(self._installation)

    def holes(self, source: Source, theorems: Sequence[str] = ()) -> Sequence[Hole]:
        """The holes in file order; with `theorems`, just those theorems, proved already or not."""
        return find_holes(source, theorems)

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[LeanReader]:
        """A reader on `source` in a Lean process of its own, which ends with the context."""
        return self._opened(source, observe)

    @asynccontextmanager
    async def _opened(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None
    ) -> AsyncIterator[LeanReader]:
        document = read_document(source)
        worker = Worker(self._installation, self._settings)
        reader = LeanReader(worker, document, observe, self._stepper)
        try:
            yield reader
        finally:
            await reader.aclose()
            await worker.aclose()

    def fill(self, source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
        """`source` with the proofs printed into their holes, every other character unchanged."""
        return fill(source, proofs)

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        """Re-check a whole file in a fresh process; see `holdfast.checkers.lean.audit`."""
        return await audit(source, original, installation=self._installation, settings=self._audit_settings)
