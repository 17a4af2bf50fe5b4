"""A library on disk: all its versions, where each function comes from, and what came of it.

objects/NAME.json     entries, named by their digests; never changed
versions.jsonl        one line a version: it counts once its line is whole
uses.jsonl            what programs that call functions came to
refusals.jsonl        what did not enter, and by which rule
functions/NAME.py     the working copy, for people: who edits a file here is respected
working.json          digests of these files as the store wrote them
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.errors import StorageError, UserError
from holdfast.library.calls import called
from holdfast.library.definitions import with_function
from holdfast.library.entries import (
    HAND,
    SCHEMA,
    Edit,
    Entry,
    Tombstone,
    Usage,
    Use,
    Version,
    entry_of,
    read_entry,
    read_lines,
    text_digest,
    usages,
)
from holdfast.library.plain import from_plain
from holdfast.library.records import Candidate, Program, Refusal, Sources
from holdfast.runtime.lines import JsonLineFile
from holdfast.runtime.runs import drop_parts, lock, publish

__all__ = ["Published", "Reader", "Store", "StoreSettings", "open_store"]

_PROPOSED = ".proposed.py"
_NAME = re.compile(r"[^\W\d][\w']{0,199}")


class StoreSettings(BaseModel):
    """When functions leave, and when they may come back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_uses: int = Field(default=2, ge=0)
    """A function that fewer programs called is pruned."""
    grace: int = Field(default=3, ge=0)
    """Versions that a function is given before it is pruned."""
    away: int = Field(default=5, ge=0)
    """Versions for which a name that was pruned does not come back."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of candidates."""

    version: Version
    refusals: tuple[Refusal, ...]
    """Those that are not in it, and why."""


class Reader:
    """Looks into a store, which somebody else may be writing to."""

    def __init__(self, directory: Path) -> None:
        """Nothing is read before it is asked for."""
        self.directory = directory

    def versions(self) -> list[Version]:
        """All versions, oldest first. Raises StorageError where the store is damaged or of another format."""
        found = [from_plain(Version, each) for each in read_lines(self.directory / "versions.jsonl")]
        for number, version in enumerate(found, start=1):
            if version.schema != SCHEMA or version.number != number:
                raise StorageError(f"{self.directory} is of another format, or damaged, at version {number}")
        return found

    def head(self) -> Version:
        """The latest version."""
        return (self.versions() or [Version(0)])[-1]

    def version(self, number: int) -> Version:
        """A version by its number. Raises UserError where there is none."""
        versions = [Version(0), *self.versions()]
        if not 0 <= number < len(versions):
            raise UserError(f"{self.directory} has no version {number}: it has 0 to {len(versions) - 1}")
        return versions[number]

    def entries(self, version: Version | None = None) -> dict[str, Entry]:
        """The functions of a version, in the order in which they entered."""
        functions = (version or self.head()).functions
        return {name: read_entry(self.directory, digest) for name, digest in functions.items()}

    def sources(self, foundation: Sources, version: Version | None = None) -> Sources:
        """A version as a library in Python."""
        library = foundation
        for name, entry in self.entries(version).items():
            library = with_function(library, foundation, entry.source, name)
        return library

    def lineage(self, name: str) -> list[Entry]:
        """All that a function was, the newest first; what is in no version any more, too."""
        seen: list[str] = []
        for version in reversed(self.versions()):
            digest = version.functions.get(name)
            if digest is not None and digest not in seen:
                seen.append(digest)
        return [read_entry(self.directory, digest) for digest in seen]

    def tombstones(self) -> dict[str, Tombstone]:
        """Why functions left that are not there now, by name."""
        versions = self.versions()
        found = {each.name: each for version in versions for each in version.removed}
        here = versions[-1].functions if versions else {}
        return {name: each for name, each in found.items() if name not in here}

    def usages(self) -> dict[str, Usage]:
        """What came of the functions that programs called."""
        return usages([from_plain(Use, each) for each in read_lines(self.directory / "uses.jsonl")])

    def refusals(self) -> list[Refusal]:
        """What did not enter, oldest first."""
        return [from_plain(Refusal, each) for each in read_lines(self.directory / "refusals.jsonl")]

    def edits(self) -> list[Edit]:
        """What was done to the working copy by hand since the store wrote it."""
        head, written = self.entries(), self._written()
        texts = self._working_copy()
        found: list[Edit] = []
        for name in sorted(head.keys() | texts.keys() | written.keys()):
            text, entry = texts.get(name), head.get(name)
            kept = {written.get(name), text_digest(entry.source) if entry else None}
            if text is None and name in head and name in written:
                found.append(Edit(name, "removed", ""))
            elif text is not None and text_digest(text) not in kept:
                found.append(Edit(name, "changed" if entry else "added", text))
        return found

    def _written(self) -> Mapping[str, str]:
        path = self.directory / "working.json"
        try:
            return dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise StorageError(f"{path} cannot be read: remove it to have files compared anew") from error

    def _working_copy(self) -> dict[str, str]:
        folder = self.directory / "functions"
        paths = sorted(folder.glob("*.py")) if folder.is_dir() else []
        own = [each for each in paths if not each.name.endswith(_PROPOSED) and not each.name.startswith(".")]
        try:
            return {each.stem: each.read_text("utf-8", "replace") for each in own}
        except OSError as error:
            raise StorageError(f"cannot read {folder}: {error.strerror}") from error


class Store(Reader):
    """The one writer of a store. Use `open_store` to get one."""

    def __init__(self, directory: Path, settings: StoreSettings, files: contextlib.ExitStack) -> None:
        """Open the files of `directory`, to be closed by `files`."""
        super().__init__(directory)
        self._settings = settings
        self._lines = {
            name: files.enter_context(JsonLineFile(directory / f"{name}.jsonl"))
            for name in ("versions", "uses", "refusals")
        }

    def publish(self, candidates: Sequence[Candidate], change: str) -> Published:
        """Make a version with candidates that the gate let in, in their order.

        Left out, and told, are those whose name was pruned lately, or that would take the place of what
        somebody wrote by hand; the text of these lies beside the working copy. Raises StorageError where
        the disk says no: the versions before stay whole.
        """
        head, refusals = self.head(), []
        functions, told = dict(head.functions), [change]
        edited = {each.name for each in self.edits()}
        for each in candidates:
            if refusal := self._refusal(each, head, edited):
                refusals.append(refusal)
                continue
            old = functions.get(each.name)
            functions[each.name] = self._keep(entry_of(each, (old,) if old else ()))
            told.append(f"{each.name} by {each.proposer}{' anew' if old else ''}")
        self.refuse(refusals)
        return Published(self._commit(head, functions, told, ()), tuple(refusals))

    def keep_edit(self, edit: Edit, candidate: Candidate | None = None) -> Version:
        """Make a version with what somebody did by hand; `candidate` is the function as the gate let it in.

        Raises StorageError as `publish`.
        """
        head = self.head()
        functions = dict(head.functions)
        old = functions.pop(edit.name, None)
        if edit.kind == "removed":
            removed = Tombstone(edit.name, old or "", "it was removed by hand", head.number + 1)
            return self._commit(head, functions, [f"{edit.name} removed by hand"], (removed,))
        found = candidate or Candidate(edit.name, edit.source, HAND, ())
        before = () if old is None else (old,)
        support = read_entry(self.directory, old).support if old else found.support
        entry = replace(
            entry_of(replace(found, proposer=HAND), before), source=edit.source, support=tuple(support)
        )
        functions = {**head.functions, edit.name: self._keep(entry)}
        return self._commit(head, functions, [f"{edit.name} {edit.kind} by hand"], ())

    def prune(self, names: Mapping[str, str]) -> Version:
        """Make a version without some functions; each name has the reason. Raises as `publish`."""
        head = self.head()
        removed = tuple(
            Tombstone(name, head.functions[name], reason, head.number + 1)
            for name, reason in names.items()
            if name in head.functions
        )
        gone = {each.name for each in removed}
        functions = {name: digest for name, digest in head.functions.items() if name not in gone}
        return self._commit(
            head, functions, [f"{each.name} pruned: {each.reason}" for each in removed], removed
        )

    def stale(self) -> dict[str, str]:
        """The functions that usage speaks against, with the reason; none that people wrote."""
        versions, used = self.versions(), self.usages()
        found: dict[str, str] = {}
        for name, entry in self.entries().items():
            age = sum(name in version.functions for version in versions)
            uses = used.get(name, Usage()).uses
            kept = entry.proposer == HAND or age <= self._settings.grace
            if not kept and uses < self._settings.least_uses:
                found[name] = f"{uses} programs called it in {age} versions"
        return found

    def use(self, task: str, program: Program, *, ok: bool) -> None:
        """Record what a program came to that was written with the library as it is. Raises as `publish`."""
        head = self.head()
        if functions := tuple(sorted(called(program, head.functions))):
            record = asdict(Use(head.number, task, functions, ok))
            self._lines["uses"].append(record, durable=False)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Record what did not enter. Raises as `publish`."""
        for each in refusals:
            self._lines["refusals"].append(asdict(each), durable=False)

    def finish(self) -> None:
        """Bring the working copy up to the latest version, edited files left alone."""
        entries, written = self.entries(), dict(self._written())
        edited = {each.name for each in self.edits()}
        folder = self.directory / "functions"
        for name in [each for each in written if each not in entries and each not in edited]:
            (folder / f"{name}.py").unlink(missing_ok=True)
            del written[name]
        texts = self._working_copy()
        for name, entry in entries.items():
            if name not in edited:
                if texts.get(name) != entry.source:
                    publish(folder / f"{name}.py", entry.source.encode("utf-8", "surrogatepass"))
                written[name] = text_digest(entry.source)
        publish(self.directory / "working.json", json.dumps(written, indent=1, sort_keys=True).encode())

    def _refusal(self, candidate: Candidate, head: Version, edited: set[str]) -> Refusal | None:
        name = candidate.name
        grave = self.tombstones().get(name)
        if grave is not None and head.number + 1 - grave.version < self._settings.away:
            detail = f"it left with version {grave.version}: {grave.reason}"
            return Refusal(name, candidate.proposer, "pruned", detail)
        digest = head.functions.get(name)
        by_hand = digest is not None and read_entry(self.directory, digest).proposer == HAND
        if name not in edited and not by_hand:
            return None
        path = self.directory / "functions" / f"{name}{_PROPOSED}"
        publish(path, candidate.source.encode("utf-8", "surrogatepass"))
        detail = f"{name}.py was written by hand; what is proposed lies in {path.name}"
        return Refusal(name, candidate.proposer, "by hand", detail)

    def _keep(self, entry: Entry) -> str:
        if not _NAME.fullmatch(entry.name):
            raise UserError(f"{entry.name!r} is no name for a function: it cannot be a file")
        digest = entry.digest()
        path = self.directory / "objects" / f"{digest}.json"
        if not path.exists():
            publish(path, json.dumps(asdict(entry), ensure_ascii=False, indent=1).encode("utf-8"))
        return digest

    def _commit(
        self,
        head: Version,
        functions: Mapping[str, str],
        change: Sequence[str],
        removed: tuple[Tombstone, ...],
    ) -> Version:
        if dict(functions) == dict(head.functions):
            return head
        version = Version(head.number + 1, dict(functions), tuple(change), removed)
        self._lines["versions"].append(asdict(version))
        self.finish()
        return version


@contextlib.contextmanager
def open_store(directory: Path, settings: StoreSettings | None = None) -> Iterator[Store]:
    """Open or begin a store, and hold it until the end of the `with` block.

    What a crash left undone is done first. Raises UserError where somebody else writes to it, StorageError
    where the disk says no.
    """
    with contextlib.ExitStack() as files:
        try:
            for name in ("objects", "functions"):
                (directory / name).mkdir(parents=True, exist_ok=True)
            lock(directory, directory / "lock", files)
            for folder in (directory, directory / "objects", directory / "functions"):
                drop_parts(folder)
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise UserError(f"cannot keep a library in {directory}: {error.strerror}") from error
        except OSError as error:
            raise StorageError(f"cannot write {directory}: {error.strerror}") from error
        store = Store(directory, settings or StoreSettings(), files)
        store.finish()
        yield store
