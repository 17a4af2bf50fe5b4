"""Steps 0 and 1: from the files of a library to its theorems. Neither needs Rocq to run."""

import hashlib
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.extraction import Extracted, docstring, extract, remarks, without_comments
from holdfast.checkers.rocq.libraries import Library
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, StorageError
from holdfast.pipelines.dataset.records import DatasetSource, LibraryTheorem, RemarkText, plain
from holdfast.pipelines.row_step import RowStep
from holdfast.pipelines.steps import Handled, Row

__all__ = ["extract_theorems", "file_bytes", "licence_in", "read_sources", "source_rows"]

_LICENCES = (
    ("CeCILL-B", re.compile(r"CeCILL[- ]?B\b", re.IGNORECASE)),
    ("CeCILL-C", re.compile(r"CeCILL[- ]?C\b", re.IGNORECASE)),
    ("CeCILL", re.compile(r"\bCeCILL\b", re.IGNORECASE)),
    ("LGPL", re.compile(r"Lesser General Public|\bLGPL\b", re.IGNORECASE)),
    ("GPL", re.compile(r"General Public Licen|\bGPL\b", re.IGNORECASE)),
    ("MIT", re.compile(r"\bMIT Licen", re.IGNORECASE)),
    ("BSD", re.compile(r"\bBSD\b")),
    ("Apache-2.0", re.compile(r"Apache Licen", re.IGNORECASE)),
)
_HEAD = 4000
"""Characters at the top of a file in which it may name its licence."""


def source_rows(libraries: Sequence[Library], root: Path) -> dict[str, Row]:
    """What goes into step 0: one row for each file, with a digest of what is in it, in the order of names.

    Raises StorageError where a file cannot be read.
    """
    rows = {}
    for library in sorted(libraries, key=lambda each: each.name):
        digest = hashlib.sha256(file_bytes(library.path)).hexdigest()
        file = library.path.relative_to(root).as_posix()
        rows[library.name] = Row(library.name, {"library": library.name, "file": file, "sha256": digest})
    return rows


def read_sources(root: Path) -> RowStep:
    """Step 0: files below `root` become texts with blanks for comments; the comments are kept beside."""
    return RowStep("sources", partial(_read_source, root), size=50)


def extract_theorems() -> RowStep:
    """Step 1: the theorems of each source, under their full names."""
    return RowStep("theorems", _extract_theorems, size=10)


def _read_source(root: Path, row: Row) -> Handled:
    path = root / row.data["file"]
    data = file_bytes(path)
    if hashlib.sha256(data).hexdigest() != row.data["sha256"]:
        return Handled(row.key, dropped="the file changed while the step ran", detail=str(path))
    text = data.decode("utf-8", "surrogateescape")
    if text != text.encode("utf-8", "replace").decode():
        return Handled(row.key, dropped="the file is not UTF-8", detail=row.data["file"])
    try:
        found = tuple(RemarkText(start=each.start, end=each.end, text=each.text) for each in remarks(text))
        clean = without_comments(text)
    except SourceError as error:
        return Handled(row.key, dropped="the file does not split into sentences", detail=str(error))
    record = DatasetSource(
        library=row.data["library"],
        file=row.data["file"],
        sha256=row.data["sha256"],
        text=clean,
        remarks=found,
        licence=licence_in(text),
    )
    return Handled(row.key, rows=(Row(row.key, plain(record)),))


def licence_in(text: str) -> str:
    """The licence that the top of a file names, empty where that is none that is known."""
    head = text[:_HEAD]
    return next((name for name, pattern in _LICENCES if pattern.search(head)), "")


def _extract_theorems(row: Row) -> Handled:
    source = DatasetSource.model_validate(row.data)
    try:
        document = read_document(Source(source.file, source.text))
    except SourceError as error:
        return Handled(row.key, dropped="the file does not split into sentences", detail=str(error))
    rows: dict[str, Row] = {}
    for theorem in extract(document, source.library):
        record = plain(_theorem(theorem, source))
        # The same name may be declared twice, in the two branches of a functor or in sections.
        key = theorem.name if theorem.name not in rows else f"{theorem.name}@{theorem.start}"
        rows[key] = Row(key, record)
    if not rows:
        return Handled(row.key, dropped="no theorem in it")
    return Handled(row.key, rows=tuple(rows.values()))


def _theorem(theorem: Extracted, source: DatasetSource) -> LibraryTheorem:
    return LibraryTheorem(
        name=theorem.name,
        library=theorem.library,
        file=source.file,
        licence=source.licence,
        kind=theorem.kind,
        statement=theorem.statement,
        proof=theorem.proof,
        start=theorem.start,
        proof_start=theorem.proof_start,
        end=theorem.end,
        line=theorem.line,
        character=theorem.character,
        body=theorem.body,
        ending=theorem.ending,
        modules=theorem.modules,
        sections=theorem.sections,
        docstring=docstring(source.text, source.remarks, theorem.start),
    )


def file_bytes(path: Path) -> bytes:
    """What is in a file. Raises StorageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
