"""How Alembic meets our database: on the connection it is handed, else on the one the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from alembic import context
from alembic.migration import MigrationContext
from alembic.operations import MigrationScript
from alembic.util import CommandError
from sqlalchemy import DateTime, Enum
from sqlalchemy.engine import Connection

from app import migrate
from app.db import Database, UtcDateTime
from app.schema import metadata
from app.settings import load_settings

_LONGEST_REVISION = 32
"""The width of Alembic's own column."""


def run() -> None:
    if context.is_offline_mode():
        raise CommandError("migrations look at the database they change; run them on one, without --sql")
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    database = Database(load_settings().database_url)
    try:
        with migrate.exclusive(database) as connection:
            run_on(connection)
    finally:
        database.close()


def run_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        include_name=migrate.is_ours,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render_type,
        process_revision_directives=_name_after_the_day,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write the column, not the class of today: a migration must still run when the models have moved on."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return f"sa.{DateTime(timezone=True)!r}"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def _name_after_the_day(
    _context: MigrationContext,
    _revision: str | Iterable[str | None] | Iterable[str],
    directives: list[MigrationScript],
) -> None:
    """Call a revision as its file, such as 2026_11_23_first."""
    for directive in directives:
        today = datetime.now(UTC)
        name = f"{today:%Y_%m_%d}_{'_'.join((directive.message or 'change').lower().split())}"
        if len(name) > _LONGEST_REVISION:
            raise CommandError(f"{name} is longer than {_LONGEST_REVISION} characters; say it shorter")
        directive.rev_id = name


run()
