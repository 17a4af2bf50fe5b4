"""Puts a checker, its libraries and the proposers together, for commands and servers alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.apps.rocq.here import find_rocq
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.installation import Installation, identify
from holdfast.checkers.rocq.libraries import Libraries, Library, Require, Root, find_libraries
from holdfast.checkers.rocq.project import Project
from holdfast.core.documents import Source
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import EventSink, Learner
from holdfast.models.mixture import MixtureProposer
from holdfast.models.recall import Recall
from holdfast.models.shards import Shard, ShardError
from holdfast.pipelines.learn import Learned, Lesson, ShardStore, learn

__all__ = [
    "Workbench",
    "installed_roots",
    "make_learner",
    "make_workbench",
    "open_workbench",
    "project_roots",
]

_RENAMED = 9
"""The major version since which the libraries of the core are called `Corelib`."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """One installation of Rocq, with what is installed and learned for it."""

    installation: Installation
    identity: CheckerIdentity
    libraries: Libraries
    store: ShardStore
    arguments: tuple[str, ...] = ()
    """Options of Rocq under which the libraries of a project are read."""
    _known: dict[tuple[str, Path, int, int], Path] = field(default_factory=dict, compare=False, repr=False)
    """Where shards are, by the names, places, times and sizes of sources."""

    def lesson(self, library: Library) -> Lesson:
        """How to learn from one library."""
        text = library.path.read_text(encoding="utf-8", errors="replace")
        return Lesson(library.name, Source(str(library.path), text), self._library_checker(library))

    def shard_path(self, library: Library) -> Path:
        """Where the shard of a library is, or will be; a source that did not change is read once.

        Raises OSError where it cannot be read.
        """
        found = library.path.stat()
        key = (library.name, library.path, found.st_mtime_ns, found.st_size)
        if key not in self._known:
            self._known[key] = self.store.path(self.lesson(library))
        return self._known[key]

    def _library_checker(self, library: Library) -> RocqChecker:
        installed = library.path.is_relative_to(self.installation.library)
        arguments = () if installed else self.arguments
        if installed and library.is_of_prelude:
            arguments = ("-noinit",)
        named = (*arguments, "-topfile", str(library.path))
        return RocqChecker(self.installation, named, library=library.name, qualified=True)

    async def study(
        self, libraries: Sequence[Library], *, sink: EventSink, jobs: int, wall_s: float | None = None
    ) -> Learned:
        """Learn from libraries that were not learned from yet, for `wall_s` seconds at most."""
        lessons = [self.lesson(each) for each in libraries]
        return await learn(lessons, self.store, sink=sink, jobs=jobs, wall_s=wall_s)

    def shards(self, libraries: Iterable[Library]) -> list[Shard]:
        """What was learned from libraries, farthest first, so that what is near counts as more recent."""
        found = []
        for library in reversed(list(libraries)):
            path = self.shard_path(library)
            try:
                found.append(Shard.load(path))
            except FileNotFoundError:
                continue
            except ShardError:
                path.unlink(missing_ok=True)
        return found

    def closure(self, roots: Iterable[Require]) -> tuple[Library, ...]:
        """Every library that the given ones rest on, nearest first."""
        return self.libraries.closure(roots)


def make_learner(shards: Sequence[Shard], recall: Recall | None = None) -> Learner:
    """The embedded proposers, taught what the shards hold; `recall` finds theorems that are offered too."""
    return MixtureProposer.from_shards(shards, recall)


def installed_roots(installation: Installation) -> tuple[Root, Root]:
    """The folders of the libraries that Rocq comes with, and of those that were added."""
    standard = installation.library / "theories"
    name = "Corelib" if int(installation.version.partition(".")[0]) >= _RENAMED else "Coq"
    return Root(standard, name, implicit=True), Root(installation.library / "user-contrib", "")


def project_roots(project: Project) -> list[Root]:
    """The folders of a project's own libraries; none where there is no project file."""
    if project.file is None:
        return []
    return [Root(each.folder, each.logical, implicit=each.option == "-R") for each in project.load_paths]


async def open_workbench(
    cache: Path,
    *,
    path: str | None = None,
    roots: Sequence[Root] = (),
    arguments: Sequence[str] = (),
    sink: EventSink | None = None,
) -> Workbench:
    """Find Rocq along `path` (None: the PATH of this process) and what is installed with it.

    Args:
        cache: the folder under which learned libraries are kept.
        path: a list of folders as in PATH.
        roots: further folders of libraries, such as a project's own.
        arguments: options of Rocq that go with `roots`.
        sink: told where Rocq runs without a sandbox.

    Raises:
        MissingToolError: there is no Rocq.
    """
    installation = await find_rocq(cache, path, sink=sink)
    return await make_workbench(installation, cache, roots=roots, arguments=arguments)


async def make_workbench(
    installation: Installation, cache: Path, *, roots: Sequence[Root] = (), arguments: Sequence[str] = ()
) -> Workbench:
    """What is installed with a Rocq, and what `cache` holds for it; the rest is as for `open_workbench`."""
    identity = await identify(installation)
    store = ShardStore(cache / "rocq" / f"{identity.version}-{identity.libraries}", identity)
    return Workbench(
        installation,
        identity,
        find_libraries([*installed_roots(installation), *roots]),
        store,
        tuple(arguments),
    )
