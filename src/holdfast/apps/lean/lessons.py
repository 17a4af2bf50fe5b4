"""Learns from the proofs in Lean files, and finds what was learned before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.lean.here import find_lean
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import EventSink
from holdfast.models.shards import Shard, ShardError
from holdfast.pipelines.learn import Learned, Lesson, ShardStore, learn

__all__ = ["Studied", "learned_shards", "study"]

_ENDING = ".lean"


@dataclass(frozen=True, slots=True)
class Studied:
    """What reading files taught."""

    learned: Learned
    folder: Path
    """Where it is kept."""


async def study(places: Sequence[Path], *, cache: Path, sink: EventSink, jobs: int) -> Studied:
    """Read every .lean file of `places`, which are files and folders, that was not read before.

    Raises UserError where there is none, and as `find_lean` does. What Lake has built is left out.
    """
    files = list(dict.fromkeys(file for place in places for file in _files(place)))
    if not files:
        raise UserError("there are no .lean files: name some, or a folder that has some")
    checker = LeanChecker(await find_lean(files[0], cache))
    identity = await checker.identity()
    store = ShardStore(_folder(cache, identity), identity)
    lessons = [
        Lesson(file.stem, Source(str(file), file.read_text(encoding="utf-8", errors="replace")), checker)
        for file in files
    ]
    learned = await learn(lessons, store, sink=sink, jobs=jobs)
    return Studied(learned, store.folder)


def learned_shards(cache: Path, identity: CheckerIdentity) -> list[Shard]:
    """All that was learned with this version of Lean, in the order of names."""
    return list(_loaded(sorted(_folder(cache, identity).glob("[!.]*.npz"))))


def _loaded(files: Iterable[Path]) -> Iterator[Shard]:
    for file in files:
        try:
            yield Shard.load(file)
        except ShardError:
            file.unlink(missing_ok=True)


def _folder(cache: Path, identity: CheckerIdentity) -> Path:
    return cache / "lean" / identity.version


def _files(place: Path) -> Iterator[Path]:
    """Raises UserError where there is nothing at `place`."""
    if place.is_dir():
        yield from (file for file in sorted(place.rglob(f"*{_ENDING}")) if ".lake" not in file.parts)
    elif place.is_file() and place.suffix == _ENDING:
        yield place
    else:
        raise UserError(f"{place} is no folder, and no file that ends in {_ENDING}")
