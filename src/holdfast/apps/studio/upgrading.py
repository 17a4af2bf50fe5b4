"""Brings the tables of a database into their newest shape, by the migrations that lie beside this module."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from holdfast.core.errors import StorageError

__all__ = ["newest", "upgrade"]


def _script() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config, ScriptDirectory.from_config(config)


def newest() -> str | None:
    """The newest of the migrations."""
    return _script()[1].get_current_head()


def upgrade(connection: Connection) -> None:
    """Bring the tables into their newest shape, in the transaction of `connection`.

    Raises StorageError where they are of a later version than this program.
    """
    config, script = _script()

    def steps(revision: Any, _context: object) -> Any:  # noqa: ANN401 - Alembic's
        known = {each.revision for each in script.walk_revisions()}
        if set(revision) - known:
            raise StorageError("the database is of a later version of holdfast: upgrade holdfast")
        return script._upgrade_revs("head", revision)  # noqa: SLF001 - as Alembic's own commands do

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
