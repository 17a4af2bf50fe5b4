"""Databases for the tests of the code app: the same tests run on SQLite and on a real PostgreSQL."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from tests.integration.studio.postgres import GIVEN, programs, running

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def new_database(server: str) -> Iterator[str]:
    name = f"holdfast_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL in which databases may be made."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL: scripts/install-postgresql installs one")
    with running(folder) as address:
        yield address


@pytest.fixture(scope="module", params=BACKENDS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database; one for each module."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('data') / 'app.sqlite'}"
        return
    server = request.getfixturevalue("postgresql")
    with new_database(server) as made:
        yield made
