"""Several stores of trajectories as one: searches of one name in two stores stay two searches."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.trajectory_store import read_rows, read_theorems

__all__ = ["Stores", "Table", "read_stores"]

Table: TypeAlias = Any
"""A `pyarrow.Table`; Arrow comes without types."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Steps, and what became of each search."""

    rows: Table
    theorems: tuple[TheoremRecord, ...]


def read_stores(paths: Sequence[Path], *, skip_bad: Callable[[str], None] | None = None) -> Stores:
    """What some stores and files of burn-qed hold.

    Of several, the names of searches begin with the place of their store (`2/`): the same theorem is searched
    under the same name in each. Raises what `read_rows` raises.
    """
    if len(paths) == 1:
        return Stores(read_rows(paths, skip_bad=skip_bad), tuple(read_theorems(paths)))
    tables, theorems = [], []
    for place, path in enumerate(paths, start=1):
        tables.append(_renamed(read_rows([path], skip_bad=skip_bad), f"{place}/"))
        theorems += [replace(each, search=f"{place}/{each.search}") for each in read_theorems([path])]
    arrow = importlib.import_module("pyarrow")
    return Stores(arrow.concat_tables(tables), tuple(theorems))


def _renamed(table: Table, prefix: str) -> Table:
    arrow, compute = (importlib.import_module(name) for name in ("pyarrow", "pyarrow.compute"))
    column = table.schema.get_field_index("search")
    names = compute.binary_join_element_wise(arrow.scalar(prefix), table["search"], "")
    return table.set_column(column, table.schema.field(column), names)
