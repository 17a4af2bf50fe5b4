"""Finds theorems and definitions of libraries of Rocq, by words or by meaning.

What is searched is read off the sources, and off what was learned of them: names that functors make stand in
no source. The index is kept in the cache under a digest of all that went into it.
"""

import asyncio
import hashlib
import importlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from holdfast.apps.rocq.workbench import Workbench, make_workbench, project_roots
from holdfast.checkers.rocq.installation import find_installation
from holdfast.checkers.rocq.libraries import Library, Require, requires
from holdfast.checkers.rocq.premises import read_premises
from holdfast.checkers.rocq.project import load_project
from holdfast.core.documents import Source
from holdfast.core.errors import MissingToolError, SourceError, StorageError, UserError
from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import Encoder, EventSink, Index
from holdfast.core.vectors import Vector
from holdfast.models.shards import Shard, ShardError
from holdfast.retrieval.dense import DenseIndex, stack

if TYPE_CHECKING:
    from holdfast.retrieval.lexical import LexicalIndex

__all__ = [
    "FoundPremise",
    "Premise",
    "PremiseIndex",
    "PremiseQuestion",
    "lexical_index",
    "open_index",
    "open_premises",
    "searchable",
]

_VERSION = 1
"""Raise it when what is written changes, or how it is read off the sources."""
_KEPT = 16
"""How many indexes are kept; the one that was used longest ago goes first."""
_DRAFT_S = 86_400.0
"""Seconds after which a draft is one that a crash left behind."""
_IN_NAME = 3
"""How often the end of a name counts, beside once for each word of a statement."""
_LOOKED_AT = 200
"""Among how many of the best a name that is the very query is looked for."""
_AT_ONCE = 256
"""How many texts are encoded between two words about the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """A theorem, definition or inductive type of a library."""

    name: str
    """In full."""
    kind: str
    """`theorem`, `definition` or `inductive`."""
    statement: str
    docstring: str
    file: str
    line: int
    """From 1; 0 where it stands in no source, as what a functor makes."""


@dataclass(frozen=True, slots=True)
class FoundPremise:
    """A premise with how well it fits: by words above 0, by meaning a cosine."""

    premise: Premise
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiseQuestion:
    """Where to look."""

    libraries: tuple[str, ...] = ()
    """Libraries as `Require` names them, or the beginnings of their names."""
    source: Source | None = None
    """A file that rests on libraries; what it requires is searched, all the way down."""
    path: Path | None = None
    """Where that file lies, for the project around it."""


class PremiseIndex:
    """Premises that can be searched; they stay on the disk until they are found."""

    def __init__(self, folder: Path) -> None:
        """Open what `_write` has written. Raises OSError or ValueError where that is not what lies there."""
        self._folder = folder
        self._offsets: NDArray[np.int64] = np.load(folder / "offsets.npy", allow_pickle=False)
        path = folder / "premises.jsonl"
        if path.stat().st_size != int(self._offsets[-1]):
            raise ValueError(f"{path} was cut short")
        # Mapped, so that others who clear the cache do not take it away from who uses it.
        self._text: NDArray[np.uint8] = np.memmap(path, np.uint8, "r") if len(self) else np.zeros(0, np.uint8)
        self._words: LexicalIndex | None = None
        if len(self):
            self._words = _lexical().load(folder / "words")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    async def search(self, query: str, count: int, index: Index | None = None) -> list[FoundPremise]:
        """At most `count` premises, best first; by words, unless another index of the same is given.

        A name that is the query itself comes first. Raises ModelError as the index does.
        """
        asked = index or self._words
        if asked is None:
            return []
        found = [
            FoundPremise(self.premise(at), score)
            for at, score in await asked.find(query, max(count, _LOOKED_AT))
        ]
        return sorted(found, key=lambda each: not _is_called(each.premise.name, query))[:count]

    async def dense(self, encoder: Encoder, sink: EventSink) -> Index:
        """The same premises by their vectors, which are made once for each way to make them.

        Raises ModelError where they cannot be made, UserError where there is nothing to search.
        """
        if not len(self):
            raise UserError("there is no premise to encode: name other libraries")
        path = self._folder / f"vectors-{encoder.spec.digest()}.npy"
        with suppress(OSError, ValueError):
            if len(kept := DenseIndex.load(path, encoder)) == len(self):
                return kept
        texts = [_described(self.premise(at)) for at in range(len(self))]
        rows = stack(await _encoded(texts, encoder, sink))
        await asyncio.to_thread(_save_rows, path, rows)
        return DenseIndex(rows, encoder)

    def premise(self, number: int) -> Premise:
        """The premise of a number that an index of the same gives. Raises StorageError."""
        first, end = (int(each) for each in self._offsets[number : number + 2])
        try:
            return Premise(**json.loads(self._text[first:end].tobytes()))
        except (ValueError, TypeError) as error:
            raise StorageError(
                f"the index of premises in {self._folder} is damaged: remove it and search again"
            ) from error


async def open_premises(question: PremiseQuestion, cache: Path, sink: EventSink) -> PremiseIndex:
    """The index of what is asked about, made first where it is not in the cache.

    Raises MissingToolError where there is no Rocq or an extra is missing, UserError where a library is not
    installed, SourceError where the file cannot be read.
    """
    bench = await _bench(question, cache)
    libraries = _chosen(bench, question)
    return await asyncio.to_thread(open_index, bench, libraries, cache, sink)


def searchable(index: PremiseIndex) -> str:
    """How much is searched, for people."""
    return f"{len(index)} theorems and definitions"


async def _bench(question: PremiseQuestion, cache: Path) -> Workbench:
    """Rocq is looked at and never run on a text, so it needs no sandbox."""
    installation = await find_installation(None, environ=os.environ)
    roots = [] if question.path is None else project_roots(load_project(question.path))
    return await make_workbench(installation, cache, roots=roots)


def _chosen(bench: Workbench, question: PremiseQuestion) -> Sequence[Library]:
    known = bench.libraries
    found: dict[str, Library] = {}
    for name in question.libraries:
        exact = known.resolve(Require(name))
        below = known.under(name) or ((exact,) if exact is not None else ())
        if not below:
            raise UserError(f"no library called {name} has its source installed")
        found |= {each.name: each for each in below}
    if question.source is not None:
        found |= {each.name: each for each in known.closure(requires(question.source))}
    if not question.libraries and question.source is None:
        found = {each.name: each for each in known}
    return list(found.values())


def open_index(bench: Workbench, libraries: Iterable[Library], cache: Path, sink: EventSink) -> PremiseIndex:
    """The index of some libraries, made first where it is not in the cache.

    Raises MissingToolError where an extra is missing, StorageError where the disk says no.
    """
    libraries, folder = sorted(libraries, key=lambda each: each.name), cache / "rocq" / "premises"
    shards = _shards(bench, libraries)
    taught = {name: path for name, path in shards.items() if path.exists()}
    digest = hashlib.sha256(f"{_VERSION}\0{bench.identity.version}".encode())
    for library in libraries:
        # The name of a shard tells the contents of the source.
        learned = library.name in taught
        digest.update(f"\0{library.name}\0{library.path}\0{shards[library.name].name}\0{learned}".encode())
    target = folder / digest.hexdigest()[:32]
    try:
        opened = PremiseIndex(target)
        os.utime(target)
    except (OSError, ValueError):
        shutil.rmtree(target, ignore_errors=True)
        _publish(target, _premises(libraries, taught, sink))
        opened = PremiseIndex(target)
    _forget_oldest(folder)
    return opened


def _shards(bench: Workbench, libraries: Sequence[Library]) -> Mapping[str, Path]:
    """Where the shards of libraries are, or would be, by their names."""
    try:
        return {each.name: bench.shard_path(each) for each in libraries}
    except OSError as error:
        raise StorageError(f"cannot read {error.filename}: {error.strerror}") from error


def _premises(libraries: Sequence[Library], taught: Mapping[str, Path], sink: EventSink) -> Iterator[Premise]:
    task = "reading libraries"
    sink.emit(TaskStarted(task, len(libraries), "modules"))
    count = 0
    for done, library in enumerate(libraries, 1):
        stated = {each.name: each for each in _stated(library)}
        for each in (*stated.values(), *_learned(library, taught, stated)):
            count += 1
            yield each
        sink.emit(TaskAdvanced(task, done, library.name))
    sink.emit(TaskFinished(task, f"{count} theorems and definitions"))


def _stated(library: Library) -> Iterator[Premise]:
    source = Source(str(library.path), _bytes(library.path).decode("utf-8", "replace"))
    with suppress(SourceError):  # a file that is being edited: what stands in it is no premise yet
        for each in read_premises(source, library.name):
            yield Premise(**asdict(each), file=str(library.path))


def _learned(
    library: Library, taught: Mapping[str, Path], stated: Mapping[str, Premise]
) -> Iterator[Premise]:
    """What a library puts in force beside what stands in its source."""
    try:
        declared = Shard.load(taught[library.name]).declared
    except (KeyError, OSError, ShardError):
        return
    for each in {item.name: item for item in declared if item.name not in stated}.values():
        if each.statement and each.kind != "constructor":
            statement = " ".join(each.statement.split())
            file = str(library.path)
            yield Premise(
                name=each.name, kind=each.kind, statement=statement, docstring="", file=file, line=0
            )


def _publish(target: Path, premises: Iterator[Premise]) -> None:
    """Write an index where nobody looks, then put it in place whole. Raises StorageError."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _write(draft, premises)
        with suppress(FileExistsError, OSError):
            draft.rename(target)
        if not target.is_dir():
            raise StorageError(f"cannot put an index of premises in place at {target}")
    except OSError as error:
        raise StorageError(f"cannot write an index of premises to {target}: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(folder: Path, premises: Iterator[Premise]) -> None:
    offsets, documents = [0], []
    with (folder / "premises.jsonl").open("wb") as file:
        for each in premises:
            line = json.dumps(asdict(each), ensure_ascii=False).encode() + b"\n"
            offsets.append(offsets[-1] + file.write(line))
            documents.append(_document(each))
    np.save(folder / "offsets.npy", np.array(offsets, dtype=np.int64))
    if documents:
        _lexical()(documents).save(folder / "words")


def _forget_oldest(folder: Path) -> None:
    with suppress(OSError):
        for left in folder.glob(".*.part"):
            if time.time() - left.stat().st_mtime > _DRAFT_S:
                shutil.rmtree(left, ignore_errors=True)
        kept = [each for each in folder.iterdir() if not each.name.startswith(".")]
        kept.sort(key=lambda each: each.stat().st_mtime, reverse=True)
        for each in kept[_KEPT:]:
            shutil.rmtree(each, ignore_errors=True)


def _document(premise: Premise) -> str:
    """What the words of a premise are: those of the end of its name count more."""
    *_, home, last = ("", *premise.name.split("."))
    return f"{home} {' '.join([last] * _IN_NAME)} {_described(premise)}"


def _described(premise: Premise) -> str:
    """A premise as a text that stands alone."""
    return f"{premise.name} : {premise.statement} {premise.docstring}".rstrip()


def _is_called(name: str, query: str) -> bool:
    asked = query.strip()
    return bool(asked) and (name == asked or name.endswith(f".{asked}"))


async def _encoded(texts: Sequence[str], encoder: Encoder, sink: EventSink) -> list[Vector | None]:
    task = "encoding premises"
    sink.emit(TaskStarted(task, len(texts), "premises"))
    vectors: list[Vector | None] = []
    for at in range(0, len(texts), _AT_ONCE):
        vectors += await encoder.encode(texts[at : at + _AT_ONCE])
        sink.emit(TaskAdvanced(task, len(vectors), ""))
    sink.emit(TaskFinished(task, f"{len(texts)} premises"))
    return vectors


def _save_rows(path: Path, rows: NDArray[np.float32]) -> None:
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npy")
    try:
        np.save(draft, rows)
        draft.replace(path)
    except OSError as error:
        raise StorageError(f"cannot keep vectors in {path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def lexical_index() -> Callable[[Sequence[str]], Index]:
    """What indexes documents by their words. Raises MissingToolError where the extra is missing."""
    make: Callable[[Sequence[str]], Index] = _lexical()
    return make


def _lexical() -> Any:  # noqa: ANN401 - a class that is imported when it is needed
    try:
        return importlib.import_module("holdfast.retrieval.lexical").LexicalIndex
    except ModuleNotFoundError as error:
        raise MissingToolError("searching for premises needs bm25s: pip install 'holdfast[data]'") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
