"""The independent re-check of a whole .v file: fresh processes, an empty directory, nothing taken on trust.

Layers, in order, each named in `AuditReport.checks`: `text`, the file holds nothing that may not be run;
`spliced`, it differs from the original in proofs only, and by tactics; `compiled`, the compiler takes it;
`sentences`, and read the sentences that were read here; `statements`, they are the original's as Rocq
understood them; `assumptions`, each proof rests on what it may rest on; `coqchk`, the second checker agrees.
What is trusted: the compiler, the second checker, and the compiled libraries that the file requires.
"""

import re
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Compiler, Library, Rejected
from holdfast.checkers.rocq.audit_compiled import judge_compiled
from holdfast.checkers.rocq.audit_reasons import AuditReason
from holdfast.checkers.rocq.audit_task import AuditSettings, Notes, Task
from holdfast.checkers.rocq.audit_text import Difference, compare
from holdfast.checkers.rocq.audit_theorems import closed_theorems, report_names
from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.scan import scan, unsafe_arguments
from holdfast.checkers.rocq.sentences import bare
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["AuditSettings", "audit"]

_LOGICAL = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")


async def audit(
    source: Source,
    original: Source | None = None,
    *,
    installation: Installation,
    arguments: Sequence[str] = (),
    library: str = "",
    settings: AuditSettings | None = None,
) -> AuditReport:
    """Judge every theorem of a file; with `original`, those that it leaves open or that are proved anew.

    Args:
        source: the file with the proofs.
        original: where statements and assumptions come from; None takes the file at its word.
        installation: the programs to use.
        arguments: of the project, for the compiler, with absolute paths.
        library: the logical name of the file in its project; empty for that of a file on its own.
        settings: limits, allowed axioms, second checker.

    Raises:
        SourceError: the original itself cannot be read, or is refused by Rocq.
        CheckerError: a limit was reached or a program died; nothing is known.
        MissingToolError: coqchk was asked for and is not installed.
    """
    settings = settings or AuditSettings()
    notes = Notes(source.name, str(installation.level))
    base = None if original is None else read_document(original)
    try:
        document = read_document(source)
    except SourceError as error:
        notes.problems.append(f"{error.line}:{error.column}: {error.message}")
        return notes.report()
    difference = Difference(()) if base is None else compare(document, base)
    compiler = Compiler(installation, tuple(arguments), settings.limits)
    name = Library(library or _library_name(source.name))
    task = Task(document, base, difference, compiler, name, settings)
    if _text_is_sound(task, notes):
        with tempfile.TemporaryDirectory(prefix="holdfast-audit-") as folder:
            if installation.sandbox is not None:
                installation.sandbox.lend(Path(folder))
            await _compile(task, notes, Path(folder))
    return notes.report()


def _library_name(file: str) -> str:
    stem = Path(file).stem
    return stem if re.fullmatch(r"[^\W\d][\w']*", stem) else "Audited"


def _text_is_sound(task: Task, notes: Notes) -> bool:
    """The layers that read text; what they refuse is never run."""
    notes.checks.append("text")
    document = task.document
    weak = unsafe_arguments(task.compiler.arguments)
    notes.problems += [f"the project's argument `{word}` is not allowed in an audit" for word in weak]
    for found in scan(document.source, document.sentences):
        line, column = document.positions.line_column(found.start)
        notes.problems.append(f"{line}:{column}: {found.message}")
    if task.original is not None:
        notes.checks.append("spliced")
        if task.difference.problem:
            notes.problems.append(task.difference.problem)
    refused = [change for change in task.difference.changes if change.refused]
    if notes.problems or refused:
        reason = AuditReason.CHANGED if task.difference.problem else AuditReason.FORBIDDEN
        _refuse_all(task, notes, reason if notes.problems else AuditReason.NOT_JUDGED)
        return False
    return True


def _refuse_all(task: Task, notes: Notes, reason: AuditReason) -> None:
    """List every theorem as refused; those with a bad proof of their own say so."""
    message = notes.problems[0] if notes.problems else "another proof of the file was refused first"
    found: dict[str, TheoremAudit] = {}
    names = report_names(task.document)
    for theorem in closed_theorems(task.document):
        name, (line, _) = names[theorem.statement], task.document.place(theorem.statement)
        found[name] = TheoremAudit(name, "refused", reason.value, message, line=line)
    if task.original is not None:
        names = report_names(task.original)
        for change in (change for change in task.difference.changes if change.refused):
            name, (line, _) = names[change.original.statement], task.original.place(change.original.statement)
            found[name] = TheoremAudit(name, "refused", AuditReason.NOT_A_PROOF, change.refused, line=line)
    notes.theorems += sorted(found.values(), key=lambda theorem: theorem.line)


async def _compile(task: Task, notes: Notes, folder: Path) -> None:
    """Compile the candidate, and judge what comes out."""
    notes.checks.append("compiled")
    built = await task.compiler.build(task.document.source.text, task.library, folder / "candidate")
    notes.cpu_s += built.cpu_s
    if isinstance(built, Rejected):
        _refuse_uncompiled(task, notes, built)
    else:
        await judge_compiled(task, notes, built, folder)


def _refuse_uncompiled(task: Task, notes: Notes, rejected: Rejected) -> None:
    """Say what the compiler said, at a place of the original; what follows that place is not judged."""
    at = _sentence_at(task, rejected.offset)
    names = report_names(task.document)
    culprit = next(
        (item for item in closed_theorems(task.document) if item.end and item.statement <= at <= item.end),
        None,
    )
    message = f"{_place(task, at, rejected.offset)}: {rejected.message}"
    if culprit is None or (task.original is not None and task.changed(culprit) is None):
        notes.problems.append(message)
    for theorem in closed_theorems(task.document):
        guilty = theorem is culprit
        reason = AuditReason.DOES_NOT_COMPILE if guilty else AuditReason.NOT_JUDGED
        said = message if guilty else f"the file does not compile: {message}"
        line, _ = task.document.place(theorem.statement)
        name = names[theorem.statement]
        notes.theorems.append(TheoremAudit(name, "refused", reason.value, said, line=line))


def _sentence_at(task: Task, offset: int | None) -> int:
    if offset is None:
        return -1
    ends = [sentence.end for sentence in task.document.sentences]
    return bisect_right(ends, offset)


def _place(task: Task, at: int, offset: int | None) -> str:
    """Line and column of an error: in the original where there is one, at the proof where it is a new one."""
    document, original = task.document, task.original
    if offset is None:
        return "at an unknown place"
    if original is None:
        line, column = document.positions.line_column(offset)
        return f"{line}:{column}"
    there = dict(task.difference.pairs).get(at)
    if there is not None:
        shift = offset - document.sentences[at].start
        line, column = original.positions.line_column(original.sentences[there].start + shift)
        return f"{line}:{column}"
    change = next((item for item in task.difference.changes if item.first <= at <= item.last), None)
    line, column = original.place(change.differs_at if change else 0)
    return f"{line}:{column}: in the new proof, at `{bare(document.text(at))[:80]}`"
