"""What is kept of a library beside the files of its stages: versions, what people changed, a package."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.library.entries import HAND, Entry, entry_of
from holdfast.library.packaging import PackageSettings, export, export_rocq
from holdfast.library.records import Candidate, Program, Sources, State
from holdfast.library.stages.growing import Grown
from holdfast.library.store import Reader, Store, StoreSettings, open_store

__all__ = ["STORE", "ByHand", "by_hand", "keep", "package"]

STORE = "library"
"""The folder of an experiment that its versions lie in."""
_SETTINGS = StoreSettings(away=0)
"""Another run may come to a function that one before it did not: its name is free at once."""
_GONE = "the latest run has come to a library without it"


@dataclass(frozen=True, slots=True)
class ByHand:
    """What people did to the working copy."""

    written: tuple[Candidate, ...] = ()
    """Functions that they wrote, as they stand."""
    removed: tuple[str, ...] = ()
    """Functions that they do not want."""


def by_hand(folder: Path) -> ByHand:
    """What people did to the library of an experiment, ever. Raises StorageError."""
    reader = Reader(folder / STORE)
    sources = {name: entry.source for name, entry in reader.entries().items() if entry.proposer == HAND}
    removed = {name for name, grave in reader.tombstones().items() if grave.reason.endswith("by hand")}
    for edit in reader.edits():
        if edit.kind == "removed":
            sources.pop(edit.name, None)
            removed.add(edit.name)
        else:
            sources[edit.name] = edit.source
    written = (Candidate(name, source, HAND, ()) for name, source in sorted(sources.items()))
    return ByHand(tuple(written), tuple(sorted(removed - sources.keys())))


def keep(folder: Path, grown: Grown, change: str, tried: Mapping[str, tuple[Program, bool]]) -> None:
    """Make a version of a library, where it is another one than the latest.

    `change` says where it comes from; `tried` has programs that were written with it, by task, and whether
    they held. Raises UserError where somebody else writes to the store, StorageError.
    """
    with open_store(folder / STORE, _SETTINGS) as store:
        before = store.head()
        _keep_edits(store, grown)
        entries = store.entries()
        new = [each for each in grown.accepted if not _same(entries.get(each.name), each)]
        names = {each.name for each in grown.accepted}
        gone = {
            name: _GONE for name, entry in entries.items() if name not in names and entry.proposer != HAND
        }
        if gone:
            store.prune(gone)
        if new:
            store.publish(new, change)
        if store.head() != before:
            store.refuse(grown.refusals)
            for task, (program, ok) in tried.items():
                store.use(task, program, ok=ok)


def _keep_edits(store: Store, grown: Grown) -> None:
    """Take over what people did, where the gate let it in; the rest stays in the working copy as it is."""
    entered = {each.name: each for each in grown.accepted if each.proposer == HAND}
    for edit in store.edits():
        if edit.kind == "removed":
            store.keep_edit(edit)
        elif edit.name in entered:
            store.keep_edit(edit, entered[edit.name])


def _same(entry: Entry | None, candidate: Candidate) -> bool:
    return entry is not None and entry.source.rstrip("\n") == candidate.source.rstrip("\n")


def package(folder: Path, name: str, grown: Grown, foundation: Sources, start: State) -> None:
    """Write a library as a package for pip, or as a project of Rocq, where it has functions.

    Raises UserError where the folder holds something else, StorageError.
    """
    if grown.accepted:
        entries = {each.name: entry_of(each) for each in grown.accepted}
        settings = PackageSettings(name=name)
        if any(path.endswith(".v") for path in grown.library.files):
            about = settings.model_copy(update={"description": "Lemmas that several proofs have in common."})
            export_rocq(grown.library, folder, about, entries)
        else:
            export(grown.library, foundation, start, folder, settings, entries)
