"""The database itself: its shape, what is too new for it, and connections that are cut."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from tests.integration.studio.apps import App, Client, served
from tests.integration.studio.conftest import new_database
from tests.integration.studio.test_sessions import session

from holdfast.apps.studio.database import NEWEST, alone, open_database
from holdfast.apps.studio.tables import Base
from holdfast.apps.studio.upgrading import newest
from holdfast.core.errors import StorageError, UserError


def _differences(connection: Connection) -> list[object]:
    """What lies between the tables that are there and the classes; the words of snippets have no class."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found = compare_metadata(context, Base.metadata)
    return [each for each in found if "snippet_words" not in str(each)]


@pytest.mark.asyncio
async def test_the_migrations_make_what_the_classes_say_once_and_no_later_version_is_touched(
    address: str,
) -> None:
    assert newest() == NEWEST
    for _ in range(2):
        async with open_database(address) as database, database.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
    async with open_database(address) as database, database.writing() as transaction:
        await transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="later version"):
        async with open_database(address):
            pass


@pytest.mark.parametrize(
    ("address", "said"),
    [("mysql://x/y", "no database that is known"), ("nonsense", "cannot be read")],
)
@pytest.mark.asyncio
async def test_an_address_that_is_none_is_told(address: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        async with open_database(address):
            pass


@pytest.mark.asyncio
async def test_a_database_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StorageError) as raised:
        async with open_database("postgresql://user:secret@127.0.0.1:1/name"):
            pass
    assert "secret" not in str(raised.value)


def test_a_file_has_one_app_at_a_time(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'app.sqlite'}"
    with alone(address), pytest.raises(UserError, match="another holdfast app"), alone(address):
        pass
    with alone(address), pytest.raises(UserError, match="cannot be opened"):
        alone(f"sqlite:///{tmp_path / 'nowhere' / 'app.sqlite'}").__enter__()


@pytest.fixture(scope="module")
def cut(postgresql: str) -> Iterator[tuple[App, str]]:
    with new_database(postgresql) as address, served(address) as app:
        yield app, address


def test_connections_that_are_cut_in_mid_answer_lose_nothing(cut: tuple[App, str]) -> None:
    app, address = cut
    client: Client = app.client()
    held = session(client)
    app.model.begun.clear()
    begun = client.post(f"/v1/sessions/{held}/turns", {"prompt": "HOLD"}, status=202)
    assert app.model.begun.wait(60)
    name = make_url(address).database
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )
    statuses = [client.http.get("/v1/sessions").status_code for _ in range(30)]
    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200
    assert client.post(f"/v1/jobs/{begun['job']['id']}/cancel")["state"] == "stopped"
    turn = client.get(f"/v1/turns/{begun['turn']['id']}")
    assert turn["partial"] == "```python\nheld = 1\n"
    written = [each["data"]["text"] for each in client.events(begun["job"]["id"]) if each["kind"] == "text"]
    assert "".join(written) == turn["partial"]
