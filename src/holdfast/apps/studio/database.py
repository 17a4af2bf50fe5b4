"""The database of the code app: where it is, how it is opened, and that it has the newest shape.

SQLite keeps a log beside the file (WAL), so that readers never wait for the one writer; whoever writes says
so when a transaction begins, or two of them could each wait for the other.
"""

import asyncio
import contextlib
import fcntl
import importlib
import importlib.util
import os
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from holdfast.apps.studio.tables import Base
from holdfast.core.errors import MissingToolError, StorageError, UserError

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["NEWEST", "Database", "alone", "insert_new", "open_database", "passes"]

NEWEST = "0001"
"""The newest of the migrations."""
_BUSY_S = 30.0
"""Longest wait of a writer for another one, in SQLite."""


class Database:
    """Transactions; for one event loop."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take an engine that whoever opened it closes."""
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        # SQLite lets one write at a time, and the others look again and again: here they queue up instead.
        self._turn = asyncio.Lock() if self.dialect == "sqlite" else None

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one moment and changes nothing. Raises StorageError."""
        async with self._transaction({"holdfast_reading": True}) as session:
            yield session

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is kept when the block ends, and undone when it raises. Raises StorageError."""
        async with self._turn or contextlib.nullcontext(), self._transaction({}) as session:
            yield session

    @contextlib.asynccontextmanager
    async def _transaction(self, options: dict[str, Any]) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions() as session, session.begin():
                await session.connection(execution_options=options)
                yield session
        except (DBAPIError, OSError) as error:
            raise StorageError(f"the database does not answer ({_said(error)}): try again") from error


def _said(error: BaseException) -> str:
    """What a database said, without the statement and the values in it."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return " ".join(str(origin).split())[:200]


def _address(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise UserError("the database's address cannot be read: write postgresql://USER@HOST/NAME") from error
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            if importlib.util.find_spec("psycopg") is None:
                raise MissingToolError("PostgreSQL needs psycopg: pip install 'holdfast[postgres]'")
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise UserError(f"{other} is no database that is known: write sqlite:///FILE or postgresql://...")


@contextlib.contextmanager
def alone(address: str) -> Iterator[None]:
    """Hold a database that is a file for this process: another app would take its jobs for interrupted.

    Raises UserError where another one holds it, or it cannot be held.
    """
    url = _address(address)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    try:
        lock = os.open(f"{url.database}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise UserError(f"{url.database} cannot be opened: {error.strerror or error}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            text = "another holdfast app works on it: stop that, or name another with --data DIR"
            raise UserError(f"{url.database}: {text}") from error
        yield
    finally:
        os.close(lock)


@contextlib.asynccontextmanager
async def open_database(address: str) -> AsyncIterator[Database]:
    """The database at `address`, in its newest shape, closed at the end of the block.

    `address` is `sqlite:///FILE` or `postgresql://...`. Raises UserError where it is not understood and
    StorageError where the database cannot be opened.
    """
    url = _address(address)
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, connect_args={"timeout": _BUSY_S})
        _prepare_sqlite(engine)
    else:
        engine = create_async_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    try:
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_shape)
        except (DBAPIError, OSError) as error:
            raise StorageError(f"the database cannot be opened: {_said(error)}") from error
        yield Database(engine)
    finally:
        await engine.dispose()


def _shape(connection: Connection) -> None:
    """Bring the tables into their newest shape; Alembic, slow to import, is left out where it can be."""
    if inspect(connection).has_table("alembic_version"):
        there = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
        if there == [NEWEST]:
            return
    importlib.import_module("holdfast.apps.studio.upgrading").upgrade(connection)


def passes(error: StorageError) -> bool:
    """Whether it may work the next time: the database is busy or away, and not against what was asked."""
    cause = error.__cause__
    if isinstance(cause, DBAPIError):
        return cause.connection_invalidated or isinstance(cause, OperationalError | InterfaceError)
    return isinstance(cause, OSError)


def insert_new(session: AsyncSession, table: type[Base]) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that can say what happens to rows that are there already."""
    # The engine has imported the one of its database; the other one is not needed.
    dialect = importlib.import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")
    made: postgresql.Insert | sqlite.Insert = dialect.insert(table)
    return made


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - of the driver
        connection.isolation_level = None  # transactions are begun below, and not by the driver
        cursor = connection.cursor()
        for statement in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {statement}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("holdfast_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
