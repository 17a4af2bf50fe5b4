"""Trajectories as Arrow tables and Parquet files: the columns of burn-qed first, ours behind them."""

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from holdfast.core.errors import MissingToolError, StorageError, UserError
from holdfast.core.labels import Labelled, label
from holdfast.core.trajectories import SCHEMA_VERSION, Fates, SearchOrigin, TheoremRecord, TrajectoryRow
from holdfast.runtime.runs import publish

__all__ = [
    "COLUMNS",
    "SEED_COLUMNS",
    "Table",
    "arrow_or_fail",
    "joined",
    "read_file",
    "table_of",
    "without_searches",
    "write_file",
    "write_seed",
]

Table: TypeAlias = Any
"""A `pyarrow.Table`; Arrow comes without types."""
Schema: TypeAlias = Any
Module: TypeAlias = Any

SEED_COLUMNS: Mapping[str, str] = {
    "theorem_name": "string",
    "state_id": "uint64",
    "state_pp": "string",
    "tactic_applied": "string",
    "parent_state_id": "uint64",
    "label": "string",
    "depth_from_root": "uint32",
    "remaining_depth": "int32",
    "llm_log_prob": "float64",
    "ebm_score": "float64",
    "is_proof_complete": "bool",
    "timestamp_ms": "uint64",
    "q_value": "float64",
    "visits": "uint32",
}
"""The columns of burn-qed's files and their Arrow types; the last two are younger than the others."""

COLUMNS: Mapping[str, str] = {
    **SEED_COLUMNS,
    "search": "string",
    "attempt": "uint32",
    "file": "string",
    "language": "string",
    "focus": "int32",
    "state_before": "string",
    "tactic": "string",
    "state_after": "string",
    "verdict": "string",
    "reason": "string",
    "message": "string",
    "fate": "string",
    "source": "string",
    "proposed": "bool",
    "cpu_s": "float64",
    "checker_ms": "float64",
    "proposer_ms": "float64",
    "value_ms": "float64",
    "proposer": "string",
    "model": "string",
    "prompt_version": "string",
    "value": "string",
    "seed": "int64",
    "checker_tool": "string",
    "checker_version": "string",
    "checker_libraries": "string",
    "sandbox": "string",
    "learnable": "bool",
    "config_digest": "string",
    "schema_version": "uint32",
}
"""All columns and their Arrow types. `fate` is `proof`, `solved`, `given_up` or empty: see `Fates`."""

_OLDEST = 12
"""How many of the seed's columns every file has."""
_VERSION_KEY = b"holdfast.schema_version"
_UNSCORED = frozenset({0.0, -1e6})
"""What burn-qed writes for a score that it does not have."""
_SHARED = tuple(each.name for each in fields(SearchOrigin) if each.name in COLUMNS)
_OWN = tuple(each.name for each in fields(TrajectoryRow) if each.name in COLUMNS and each.name != "search")


def table_of(searches: Iterable[tuple[SearchOrigin, Sequence[TrajectoryRow], TheoremRecord | None]]) -> Table:
    """The rows of some searches as an Arrow table, labelled.

    A search without a record was cut short: what search gave up and what is proved is not known of it.
    """
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for origin, rows, record in searches:
        _append(columns, origin, rows, record)
    arrow = arrow_or_fail()
    try:
        return arrow.table(columns, schema=_schema(COLUMNS))
    except UnicodeEncodeError:
        readable = {name: _encodable(values) for name, values in columns.items()}
        return arrow.table(readable, schema=_schema(COLUMNS))


def _encodable(values: Sequence[Any]) -> list[Any]:
    """Text without halves of characters, which models can write and UTF-8 cannot."""
    return [
        value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
        for value in values
    ]


def _append(
    columns: Mapping[str, list[Any]],
    origin: SearchOrigin,
    rows: Sequence[TrajectoryRow],
    record: TheoremRecord | None,
) -> None:
    fates = Fates() if record is None else record.fates
    proofs = [fates.proof, *fates.others] if record is not None and record.audited and fates.proof else []
    known = {
        **dict.fromkeys(fates.given_up, "given_up"),
        **dict.fromkeys(fates.solved, "solved"),
        **dict.fromkeys(fates.proof, "proof"),
    }
    if record is not None and not record.learnable:
        origin = replace(origin, learnable=False)
    for name in _SHARED:
        columns[name].extend([getattr(origin, name)] * len(rows))
    for name in _OWN:
        columns[name].extend([getattr(row, name) for row in rows])
    columns["state_pp"].extend([row.state_after or "" for row in rows])
    columns["tactic_applied"].extend([row.tactic for row in rows])
    columns["fate"].extend([known.get(row.state_id, "") for row in rows])
    judged = label(rows, proofs, solved=fates.solved, given_up=fates.given_up)
    _append_labels(columns, judged)


def _append_labels(columns: Mapping[str, list[Any]], judged: Sequence[Labelled]) -> None:
    columns["label"].extend([each.label for each in judged])
    columns["remaining_depth"].extend([each.remaining for each in judged])
    columns["visits"].extend([each.visits for each in judged])
    columns["is_proof_complete"].extend([each.completes for each in judged])
    columns["q_value"].extend([None] * len(judged))


def joined(tables: Iterable[Table], columns: Sequence[str]) -> Table:
    """Some tables of the same columns as one; an empty one where there are none."""
    empty = _schema({name: COLUMNS[name] for name in columns}).empty_table()
    return arrow_or_fail().concat_tables([empty, *tables])


def without_searches(table: Table, unwanted: Callable[[str, str, str], bool]) -> Table:
    """The rows of the searches that are wanted, told by their name, file and theorem."""
    triples = zip(*(table[name].to_pylist() for name in ("search", "file", "theorem_name")), strict=True)
    return table.filter(arrow_or_fail().array([not unwanted(*triple) for triple in triples], "bool"))


def write_file(table: Table, path: Path) -> None:
    """Put a Parquet file in place whole or not at all. Raises StorageError."""
    stamped = table.replace_schema_metadata({_VERSION_KEY: str(SCHEMA_VERSION).encode()})
    publish(path, _encoded(stamped))


def write_seed(table: Table, path: Path) -> None:
    """Write the rows of steps that hold as a single file of burn-qed's fourteen columns.

    That format has no null for what is unknown, so it gets what burn-qed writes there: 0 for scores, -1 for
    the depth. Raises StorageError.
    """
    arrow = arrow_or_fail()
    compute = importlib.import_module("pyarrow.compute")
    if "verdict" in table.column_names:
        holds = compute.is_in(table["verdict"], value_set=arrow.array(["root", "advanced", "proved"]))
        table = table.filter(holds)
    table = table.select(list(SEED_COLUMNS))
    absent = {"remaining_depth": -1, "llm_log_prob": 0.0, "ebm_score": 0.0, "q_value": 0.0, "visits": 0}
    for name, what in absent.items():
        at = table.column_names.index(name)
        table = table.set_column(at, name, compute.fill_null(table[name], what))
    publish(path, _encoded(table.cast(_schema(SEED_COLUMNS)).replace_schema_metadata(None)))


def read_file(path: Path, columns: Sequence[str] | None = None) -> Table:
    """One Parquet file, ours or burn-qed's, as a table of the given columns (None: all).

    Raises StorageError where it is damaged, UserError where it holds something else or was written by
    another version.
    """
    arrow_or_fail()
    parquet = importlib.import_module("pyarrow.parquet")
    names = list(COLUMNS if columns is None else columns)
    if unknown := [name for name in names if name not in COLUMNS]:
        raise UserError(f"trajectories have no column {unknown[0]}; they have {', '.join(COLUMNS)}")
    try:
        with parquet.ParquetFile(path) as file:
            present, stamp = file.schema_arrow.names, (file.schema_arrow.metadata or {}).get(_VERSION_KEY)
            _check(path, present, stamp)
            if stamp is None:
                return _of_seed(file.read()).select(names)
            return file.read(columns=names).select(names).replace_schema_metadata(None)
    except FileNotFoundError as error:
        raise UserError(f"there is no {path}") from error
    except (OSError, ValueError) as error:  # what Arrow raises for a damaged file is a ValueError
        words = " ".join(str(error).split())
        raise StorageError(f"{path} is damaged or no Parquet file: {words}") from error


def _check(path: Path, present: Sequence[str], stamp: bytes | None) -> None:
    if stamp is None:
        missing = [name for name in list(SEED_COLUMNS)[:_OLDEST] if name not in present]
        if missing:
            raise UserError(f"{path} holds no trajectories: it has no column {missing[0]}")
    elif stamp != str(SCHEMA_VERSION).encode():
        written = stamp.decode("ascii", "replace")
        raise UserError(
            f"{path} was written in version {written} of the format and this is version {SCHEMA_VERSION}:"
            " read it with the holdfast that wrote it"
        )
    elif missing := [name for name in COLUMNS if name not in present]:
        raise StorageError(f"{path} is damaged: it has no column {missing[0]}")


def _of_seed(table: Table) -> Table:
    """Burn-qed's columns as ours; what they do not say is null, and so are the numbers it writes for that."""
    arrow = arrow_or_fail()
    columns: dict[str, list[Any]] = {
        name: table[name].to_pylist() if name in table.column_names else [None] * table.num_rows
        for name in COLUMNS
    }
    columns["ebm_score"] = [None if score in _UNSCORED else score for score in columns["ebm_score"]]
    columns["remaining_depth"] = [None if left == -1 else left for left in columns["remaining_depth"]]
    columns["search"] = columns["theorem_name"]
    columns["tactic"] = columns["tactic_applied"]
    columns["state_after"] = columns["state_pp"]
    columns["state_before"] = _states_before(columns)
    columns["verdict"] = [
        "root" if parent is None and not tactic else "proved" if complete else "advanced"
        for parent, tactic, complete in zip(
            columns["parent_state_id"], columns["tactic_applied"], columns["is_proof_complete"], strict=True
        )
    ]
    return arrow.table(columns, schema=_schema(COLUMNS))


def _states_before(columns: Mapping[str, Sequence[Any]]) -> list[str | None]:
    """The state of each row's parent; null where burn-qed gave several states one number, as it once did."""
    names, numbers = columns["theorem_name"], columns["state_id"]
    states: dict[tuple[str, int], set[str]] = defaultdict(set)
    for name, number, state in zip(names, numbers, columns["state_pp"], strict=True):
        states[name, number].add(state)
    found = []
    for name, parent in zip(names, columns["parent_state_id"], strict=True):
        known = states.get((name, parent), set())
        found.append(next(iter(known)) if len(known) == 1 else None)
    return found


def _encoded(table: Table) -> bytes:
    arrow = arrow_or_fail()
    parquet = importlib.import_module("pyarrow.parquet")
    sink = arrow.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded


def _schema(types: Mapping[str, str]) -> Schema:
    arrow = arrow_or_fail()
    return arrow.schema([(name, arrow.type_for_alias(kind)) for name, kind in types.items()])


def arrow_or_fail() -> Module:
    """Arrow, loaded by who needs it. Raises MissingToolError where it is not installed."""
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise MissingToolError("trajectories are Parquet files: pip install 'holdfast[data]'") from error
