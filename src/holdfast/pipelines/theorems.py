"""Lists of theorems to search: files and folders of proofs, and lists as JSON.

A list is `{"theorems": [...]}`, or JSON lines of its entries. An entry has a `name` and a `statement`, or the
`file` (or `file_path`, or `library`) that the theorem stands in; without a `name`, all of the file's
theorems are meant. `preamble`, `imports` and `language` stand in an entry, or above all of them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from holdfast.checkers.lean import document as lean
from holdfast.checkers.lean.holes import find_holes as find_lean_holes
from holdfast.checkers.python.document import read_document as read_python
from holdfast.checkers.python.holes import find_holes as find_python_holes
from holdfast.checkers.rocq.document import Document, read_document
from holdfast.checkers.rocq.holes import find_places
from holdfast.core.documents import Source
from holdfast.core.errors import StorageError, UserError
from holdfast.core.goals import Hypothesis
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import Language

__all__ = ["SourceTask", "Theorem", "by_source", "read_theorems_list"]

_ENDINGS: dict[str, Language] = {".v": "rocq", ".lean": "lean", ".py": "python"}
_LISTS = frozenset({".json", ".jsonl"})


@dataclass(frozen=True, slots=True)
class Theorem:
    """One theorem to search a proof of."""

    name: str
    """As the checker names its hole."""
    statement: str
    """As written, blanks folded."""
    source: Source
    """The text that it stands in. Its name is what records call the file."""
    path: Path
    """Where the text is, or would be: what decides on the project around it."""
    language: Language

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others: its file and its name."""
        return self.source.name, self.name


@dataclass(frozen=True, slots=True)
class SourceTask:
    """The theorems wanted of one source: what stands before the last one is read once for all."""

    source: Source
    path: Path
    language: Language
    names: tuple[str, ...]
    statements: tuple[str, ...]


def by_source(theorems: Iterable[Theorem]) -> list[SourceTask]:
    """Theorems of one source together, sources in the order in which they are met first."""
    first: dict[str, list[Theorem]] = {}
    for theorem in theorems:
        first.setdefault(theorem.source.name, []).append(theorem)
    return [
        SourceTask(
            some[0].source,
            some[0].path,
            some[0].language,
            tuple(each.name for each in some),
            tuple(each.statement for each in some),
        )
        for some in first.values()
    ]


def read_theorems_list(
    path: Path,
    *,
    language: Language = "lean",
    imports: Sequence[str] = (),
    find_library: Callable[[str], Path] | None = None,
) -> list[Theorem]:
    """The theorems of a list, a file or a folder, each once.

    Every theorem that is proved or left open in a file is one, its own proof set aside: those that end in
    `Qed` or `Admitted` in Rocq, every one that has a proof in Lean, functions that wait for a body in Python.

    Args:
        path: a .json or .jsonl list, a .v, .lean or .py file, or a folder of such files.
        language: of entries that have a statement and do not say.
        imports: what such entries rest on where neither they nor their list say.
        find_library: where the source of an installed library is, by its logical name.

    Raises:
        UserError: there is nothing at `path`, or an entry makes no sense; the message names it.
        SourceError: a file cannot be read as its language.
        StorageError: the disk said no.
    """
    found = _Reading(language, tuple(imports), find_library).read(path)
    unique = {theorem.key: theorem for theorem in found}
    if not unique:
        raise UserError(f"{path} has no theorem to search")
    return list(unique.values())


class _Entry(BaseModel):
    """One entry of a list; what else it says is of no use here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str | None = None
    statement: str | None = None
    file: Path | None = None
    file_path: Path | None = None
    library: str | None = None
    preamble: str = ""
    imports: tuple[str, ...] = ()
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    language: Language
    imports: tuple[str, ...]
    find_library: Callable[[str], Path] | None

    def read(self, path: Path) -> Iterator[Theorem]:
        if path.is_dir():
            for file in sorted(each for each in path.rglob("*") if each.suffix in _ENDINGS):
                yield from _of_file(file, str(file))
        elif path.suffix in _LISTS:
            yield from self._of_list(path)
        elif path.suffix in _ENDINGS:
            yield from _of_file(path, str(path))
        else:
            known = ", ".join(sorted({*_ENDINGS, *_LISTS}))
            raise UserError(f"{path} is no list of theorems: it is no folder and ends in none of {known}")

    def _of_list(self, path: Path) -> Iterator[Theorem]:
        entries = list(enumerate(_entries(path, _text(path))))
        # Entries of one file stand together, so that it is read once.
        for place, some in groupby(entries, key=lambda numbered: _place_of(numbered[1])):
            if place is None:
                yield from (self._stated(path, number, entry) for number, entry in some)
            else:
                yield from self._of_place(path, [entry for _, entry in some])

    def _of_place(self, path: Path, group: Sequence[_Entry]) -> Iterator[Theorem]:
        first = group[0]
        names = [each.name for each in group if each.name is not None]
        if first.library is not None:
            if self.find_library is None:
                raise UserError(f"{path} names the library {first.library}: only installed Rocq has those")
            # Not where it is installed: around that place, Rocq would take its folder for a project's own.
            where = path.parent / f"{first.library.rpartition('.')[2]}.v"
            for theorem in _of_file(self.find_library(first.library), first.library, names):
                yield replace(theorem, path=where)
            return
        file = first.file or first.file_path
        assert file is not None
        yield from _of_file(path.parent / file, str(path.parent / file), names)

    def _stated(self, path: Path, number: int, entry: _Entry) -> Theorem:
        """A theorem that is told by its statement, in a text of its own: others may be ill-formed."""
        if entry.name is None or entry.statement is None:
            raise UserError(f"{path}: entry {number + 1} needs a name with a statement, a file or a library")
        language = entry.language or self.language
        if language == "python":
            raise UserError(f"{path}: {entry.name} is a function, which needs a file with its tests")
        whole = entry.model_copy(update={"imports": entry.imports or self.imports})
        text = _rocq_text(whole) if language == "rocq" else _lean_text(whole)
        ending = ".v" if language == "rocq" else ".lean"
        source = Source(f"{path}:{entry.name}", text)
        where = path.parent / f"{path.stem}{ending}"
        return Theorem(entry.name, _folded(entry.statement), source, where, language)


def _entries(path: Path, text: str) -> Iterator[_Entry]:
    shared: dict[str, Any] = {}
    try:
        if path.suffix == ".jsonl":
            listed: list[Any] = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            whole = json.loads(text)
            if isinstance(whole, dict):
                shared = {key: whole[key] for key in ("preamble", "imports", "language") if key in whole}
                whole = whole.get("theorems")
            if not isinstance(whole, list):
                raise UserError(f'{path} is no list of theorems: it has no "theorems"')
            listed = whole
    except ValueError as error:
        raise UserError(f"{path} is not JSON: {error}") from error
    for number, entry in enumerate(listed, start=1):
        try:
            yield _Entry.model_validate({**shared, **entry})
        except (ValidationError, TypeError) as error:
            why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "it is no record"
            raise UserError(f"{path}: entry {number} makes no sense: {why}") from error


def _place_of(entry: _Entry) -> str | None:
    if entry.statement is not None or not (entry.library or entry.file or entry.file_path):
        return None
    return entry.library or str(entry.file or entry.file_path)


def _of_file(path: Path, name: str, names: Sequence[str] = ()) -> Iterator[Theorem]:
    """The named theorems of a file, all that can be searched where none is named."""
    language = _ENDINGS.get(path.suffix)
    if language is None:
        raise UserError(f"{path} does not end in {', '.join(_ENDINGS)}")
    source = Source(name, _text(path))
    for hole, statement in _PARTS[language](source, names):
        yield Theorem(hole, _folded(statement), source, path, language)


def _of_rocq(source: Source, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    document = read_document(source)
    chosen = list(names) or _provable(document)
    for place in find_places(document, chosen) if chosen else ():
        yield place.hole.name, document.text(place.theorem.statement)


def _provable(document: Document) -> list[str]:
    """The paths of theorems that end in a way that hides their proof, and that have no namesake."""
    paths = [theorem.path for theorem in document.theorems]
    return [
        theorem.path
        for theorem in document.theorems
        if theorem.ending in {"Qed", "Admitted"} and theorem.depth == 0 and paths.count(theorem.path) == 1
    ]


def _of_lean(source: Source, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    document = lean.read_document(source)
    known = {theorem.name: theorem for theorem in document.theorems}
    for hole in find_lean_holes(source, list(names) or list(known)) if known else ():
        theorem = known[hole.name]
        yield hole.name, source.text[theorem.start : theorem.body_start].rstrip().removesuffix(":=")


def _of_python(source: Source, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for hole in find_python_holes(read_python(source), names):
        yield hole.name, hole.name


_PARTS: dict[Language, Callable[[Source, Sequence[str]], Iterator[tuple[str, str]]]] = {
    "rocq": _of_rocq,
    "lean": _of_lean,
    "python": _of_python,
}


def _rocq_text(entry: _Entry) -> str:
    lines = [f"Require Import {each}." for each in entry.imports]
    statement = _closed(entry.statement or "", "forall", ",")
    return "\n".join([*lines, entry.preamble, f"Theorem {entry.name} : {statement}.", "Admitted.", ""])


def _lean_text(entry: _Entry) -> str:
    lines = [f"import {each}" for each in entry.imports]
    statement = _closed(entry.statement or "", "∀", ",")
    return "\n".join([*lines, entry.preamble, f"theorem {entry.name} : {statement} := by", "  sorry", ""])


def _closed(statement: str, every: str, comma: str) -> str:
    """A statement as one expression; that of a state (`h : P ⊢ Q`) with its hypotheses bound in front."""
    if "⊢" not in statement and "|-" not in statement:
        return statement
    first = goal_from_text(statement).subgoals[0]
    bound = "".join(_bound(each, every, comma) for each in first.hypotheses)
    return bound + first.conclusion


def _bound(hypothesis: Hypothesis, every: str, comma: str) -> str:
    if hypothesis.body is not None:
        (name,) = hypothesis.names
        between = "in" if every == "forall" else ";"
        return f"let {name} : {hypothesis.type} := {hypothesis.body} {between} "
    return f"{every} ({' '.join(hypothesis.names)} : {hypothesis.type}){comma} "


def _folded(text: str) -> str:
    return " ".join(text.split())


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"cannot read {path}: it is not UTF-8 text (at byte {error.start})") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
