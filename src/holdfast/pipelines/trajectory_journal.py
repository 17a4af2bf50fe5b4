"""Trajectories as they come: one JSON line a step, to be folded into a Parquet file when there are enough.

Lines are objects with one key: `origin`, `row`, `end` (a `TheoremRecord`) or `dropped` (names of searches).
A last line that is cut short never counted.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

from holdfast.core.errors import StorageError
from holdfast.core.trajectories import SearchOrigin, TheoremRecord, TrajectoryRow

__all__ = ["Journalled", "Places", "lines_of", "row_line", "searches_in"]

_NAMES = tuple(each.name for each in fields(TrajectoryRow))
_DEFAULTS = tuple(each.default for each in fields(TrajectoryRow))
_VALUES = attrgetter(*_NAMES)


_Befores: TypeAlias = dict[str, dict[tuple[int | None, int], str | None]]
"""By search, the texts of goals by their places."""


@dataclass(slots=True)
class Journalled:
    """One search as a journal tells it."""

    origin: SearchOrigin
    rows: list[TrajectoryRow] = field(default_factory=list)
    record: TheoremRecord | None = None
    """None where the search was cut short."""


@dataclass(slots=True)
class Places:
    """Which goals of a search were written: the steps at one goal repeat its text, their lines do not."""

    seen: set[tuple[int | None, int]] = field(default_factory=set)

    def is_known(self, row: TrajectoryRow) -> bool:
        """Whether the goal that `row` was taken at has been written; it has from now on."""
        place = (row.parent_state_id, row.focus)
        known = place in self.seen
        self.seen.add(place)
        return known


def row_line(row: TrajectoryRow, places: Places) -> dict[str, object]:
    """A row as the object of a line; what is as usual is left out."""
    given = zip(_NAMES, _VALUES(row), _DEFAULTS, strict=True)
    short = {name: value for name, value, default in given if value != default}
    if places.is_known(row):
        del short["state_before"]
    return {"row": short}


def searches_in(path: Path) -> dict[str, Journalled]:
    """The searches that a journal tells of, by name. Raises StorageError where a line makes no sense."""
    found: dict[str, Journalled] = {}
    befores: _Befores = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            _take(json.loads(line), found, befores)
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{path} is damaged: line {number} is no record of a search") from error
    return found


def _take(
    line: Mapping[str, Any],
    found: dict[str, Journalled],
    befores: _Befores,
) -> None:
    match line:
        case {"row": row}:
            place = (row["parent_state_id"], row["focus"])
            before = befores[row["search"]].setdefault(place, row.get("state_before"))
            found[row["search"]].rows.append(TrajectoryRow(**{**row, "state_before": before}))
        case {"origin": origin}:
            # One that is begun again is told from its beginning.
            found[origin["search"]], befores[origin["search"]] = Journalled(SearchOrigin(**origin)), {}
        case {"end": record}:
            found[record["search"]].record = TheoremRecord.from_json(record)
        case {"dropped": names}:
            for name in names:
                found.pop(name, None)
        case _:
            raise ValueError(line)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            for line in stream:
                if line.endswith(b"\n"):
                    yield line
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error


def lines_of(searches: Iterable[Journalled]) -> Iterator[dict[str, object]]:
    """The lines that tell of some searches again."""
    for each in searches:
        yield {"origin": asdict(each.origin)}
        places = Places()
        for row in each.rows:
            yield row_line(row, places)
        if each.record is not None:
            yield {"end": each.record.to_json()}
