"""Trajectories as tables that can be queried with SQL: `trajectories` (steps) and `theorems` (searches).

The tables are copies in memory. A query can read them and nothing else: no file, no network, no setting.
"""

import contextlib
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from holdfast.core.errors import MissingToolError, UserError
from holdfast.core.trajectories import TheoremRecord

__all__ = ["Answer", "Database", "open_database"]

Table: TypeAlias = Any
"""A `pyarrow.Table`; Arrow comes without types."""
_Module: TypeAlias = Any
_Connection: TypeAlias = Any

_CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    # Else a name that is no table is looked for among the variables of this program.
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_NESTED = frozenset({"tree", "fates"})
"""Fields of a record that are no value of a column; the steps of a proof stand in `steps`."""
_TYPES: Mapping[type, str] = {bool: "bool", int: "int64", float: "float64"}
"""Of columns, by what a field holds; tuples are lists of texts, all else is text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query came to."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows by the names of their columns."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


class Database:
    """Two tables. Use `open_database` to get one."""

    def __init__(self, connection: _Connection, module: _Module) -> None:
        """Ask over a connection to which the tables are known."""
        self._connection = connection
        self._module = module

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """The answer to a query of our own."""
        cursor = self._connection.execute(sql, list(parameters))
        return Answer(tuple(column[0] for column in cursor.description), tuple(cursor.fetchall()))

    def interrupt(self) -> None:
        """End the query that another thread waits for; it raises UserError there."""
        self._connection.interrupt()

    def select(self, sql: str) -> Answer:
        """The answer to a query of somebody else's; it may only read the tables.

        Raises UserError for what is no query, for more than one, and for one that fails.
        """
        try:
            statements = self._connection.extract_statements(sql)
            if [each.type.name for each in statements] not in (["SELECT"], ["EXPLAIN"]):
                raise UserError("a query is one SELECT over the tables trajectories and theorems")
            # A SELECT may hold a DELETE; in such a transaction that is an error.
            self._connection.execute("BEGIN TRANSACTION READ ONLY")
            try:
                return self.ask(sql)
            finally:
                self._connection.execute("ROLLBACK")
        except self._module.Error as error:
            first = str(error).strip().partition("\n")[0]
            raise UserError(f"the query fails: {first}") from error


@contextlib.contextmanager
def open_database(rows: Table, theorems: Sequence[TheoremRecord]) -> Iterator[Database]:
    """The tables, for as long as the context lasts.

    Args:
        rows: the steps, an Arrow table with the columns of a store of trajectories.
        theorems: what became of each search.

    Raises MissingToolError where DuckDB is not installed.
    """
    duckdb = _module("duckdb")
    with contextlib.closing(duckdb.connect(":memory:", config=_CLOSED)) as connection:
        for name, table in (("trajectories", rows), ("theorems", _theorem_table(theorems))):
            connection.register("given", table)
            connection.execute(f"CREATE TABLE {name} AS FROM given")
            connection.unregister("given")
        # A report asks for the rows of each search on its own.
        connection.execute("CREATE INDEX by_search ON trajectories (search)")
        connection.execute("SET lock_configuration = true")
        yield Database(connection, duckdb)


def _theorem_table(theorems: Sequence[TheoremRecord]) -> Table:
    arrow = _module("pyarrow")
    hints = get_type_hints(TheoremRecord)
    names = [each.name for each in fields(TheoremRecord) if each.name not in _NESTED]
    types = [(name, _column(arrow, hints[name])) for name in names]
    columns = {name: [_plain(getattr(each, name)) for each in theorems] for name in names}
    return arrow.table(columns, schema=arrow.schema(types))


def _column(arrow: _Module, hint: Any) -> Any:  # noqa: ANN401 - a type, a union of types, or a tuple of one
    if get_origin(hint) is tuple:
        return arrow.list_(arrow.string())
    held = next((each for each in (hint, *get_args(hint)) if each in _TYPES), None)
    return arrow.string() if held is None else arrow.type_for_alias(_TYPES[held])


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _module(name: str) -> _Module:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingToolError(
            "queries over trajectories need DuckDB: pip install 'holdfast[data]'"
        ) from error
