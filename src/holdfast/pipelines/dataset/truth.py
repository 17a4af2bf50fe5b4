"""How much of a library the steps found, against what `coqc` wrote of its sources when it compiled them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.glob import Glob
from holdfast.checkers.rocq.globbing import shipped
from holdfast.checkers.rocq.sentences import Positions
from holdfast.core.errors import StorageError
from holdfast.pipelines.dataset.records import DatasetSource, EvaluatedTheorem, LibraryTheorem
from holdfast.pipelines.steps import Row

__all__ = ["Found", "Truth"]

_OTHERS = frozenset({"var", "binder", "lib", "mod", "modtype", "sec", "not"})
"""What `.glob` files name beside premises."""


@dataclass(frozen=True, slots=True)
class Found:
    """Counts; shares of nothing are 1."""

    stated: int
    """Theorems that `coqc` saw proved."""
    found: int
    """Of those, how many there are."""
    not_stated: int
    """Theorems that `coqc` did not see."""
    premises: int
    """Pairs of a theorem and a name that `coqc` saw its proof use."""
    recalled: int
    """Of those, how many the rows have."""

    @property
    def found_share(self) -> float:
        """From 0 to 1."""
        return self.found / self.stated if self.stated else 1.0

    @property
    def premise_recall(self) -> float:
        """From 0 to 1."""
        return self.recalled / self.premises if self.premises else 1.0


class Truth:
    """The `.glob` files that are installed beside sources and were made from them; the rest is left out.

    Args:
        sources: what step 0 gave.
        root: the folder that the files of sources are below.

    Raises StorageError where one cannot be read, SourceError where it is none.
    """

    def __init__(self, sources: Iterable[Row], root: Path) -> None:
        self._globs: dict[str, Glob] = {}
        self._places: dict[str, Positions] = {}
        for row in sources:
            source = DatasetSource.model_validate(row.data)
            glob = _shipped(root / source.file)
            if glob is not None:
                self._globs[source.library] = glob
                self._places[source.library] = Positions(source.text)

    def __len__(self) -> int:
        return len(self._globs)

    def compare(self, theorems: Iterable[Row], evaluated: Iterable[Row]) -> Found:
        """What steps 1 and 4 gave, beside it."""
        listed = (LibraryTheorem.model_validate(row.data) for row in theorems)
        names = {each.name for each in listed if each.library in self._globs}
        stated = set(self._stated())
        wanted = recalled = 0
        for row in evaluated:
            theorem = EvaluatedTheorem.model_validate(row.data)
            if theorem.library in self._globs:
                used = self._used(theorem)
                wanted += len(used)
                recalled += len(used & {each.name for step in theorem.evaluation for each in step.premises})
        return Found(len(stated), len(stated & names), len(names - stated), wanted, recalled)

    def _stated(self) -> Iterable[str]:
        for library, glob in self._globs.items():
            for each in glob.defined:
                if each.kind == "prf":
                    yield ".".join((library, *each.path, each.name))

    def _used(self, theorem: EvaluatedTheorem) -> set[str]:
        place = self._places[theorem.library]
        uses = self._globs[theorem.library].within(place.byte(theorem.proof_start), place.byte(theorem.end))
        return {each.full_name for each in uses if each.kind not in _OTHERS}


def _shipped(file: Path) -> Glob | None:
    try:
        return shipped(file)
    except OSError as error:
        raise StorageError(f"cannot read what lies beside {file}: {error.strerror}") from error
