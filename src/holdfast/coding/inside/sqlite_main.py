"""Runs a file of SQL on an empty SQLite database in memory; runs inside the sandbox, on the library alone.

Each result is printed as lines with `|` between the values, a line of column names above, as SQLite's own
shell does. An error is told with the line that its statement begins in.
"""

import sqlite3
import sys
from collections.abc import Iterator

__all__ = ["main", "statements"]


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a file with the lines that they begin in, 1-based."""
    buffer, line, start = "", 1, 1
    for number, piece in enumerate(text.splitlines(keepends=True), 1):
        # Several statements may stand in one line: a semicolon ends one where SQLite thinks so.
        for part in _parts(piece):
            if not buffer.strip():
                buffer, start = "", number
            buffer += part
            if part.endswith(";") and sqlite3.complete_statement(buffer):
                yield start, buffer
                buffer = ""
        line = number
    del line
    if buffer.strip():
        yield start, buffer


def _parts(piece: str) -> Iterator[str]:
    while ";" in piece:
        head, _, piece = piece.partition(";")
        yield f"{head};"
    if piece:
        yield piece


def main(name: str) -> int:
    """Run the file; the exit code is 1 where a statement failed."""
    with open(name, encoding="utf-8") as file:  # noqa: PTH123 - as few modules as possible
        text = file.read()
    database = sqlite3.connect(":memory:", isolation_level=None)
    for line, statement in statements(text):
        try:
            cursor = database.execute(statement)
            if cursor.description is not None:
                print("|".join(column[0] for column in cursor.description))  # noqa: T201
                for row in cursor:
                    print("|".join("" if value is None else _shown(value) for value in row))  # noqa: T201
        except sqlite3.Error as error:
            print(f"{name}:{line}: {error}", file=sys.stderr)  # noqa: T201
            return 1
    return 0


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
