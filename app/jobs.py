"""The thin face of the job engine (DBOS): nudge a job in the transaction that made work for it.

Every job means "do all that is due now"; the feature's own rows say what is due. A nudge only makes it
prompt, and each job's schedule (see `workers`) is the net below it. So a nudge carries no data, and a
hundred nudges that wait are as good as one.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final, Protocol

from dbos import DBOS, DBOSClient, EnqueueOptions
from dbos import DBOSPortableJSONSerializer as PortableSerializer
from sqlalchemy import Engine, String, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app.db import Base

APPLICATION: Final = "weighback"
VERSION: Final = "1"
"""Pinned, because the engine resumes a job only under the version that began it; ours carry no state."""
QUEUE: Final = "jobs"
SCHEMA: Final = "dbos"
"""On PostgreSQL; SQLite has no schemas, see `ENGINE_TABLES`."""

ENGINE_TABLES: Final = frozenset(
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
"""The engine's own tables, which lie among ours on SQLite; it migrates them itself."""

_WAITING_SQLITE = """
    SELECT 1 FROM workflow_status
    WHERE queue_name = :queue AND status = 'ENQUEUED' AND status IN ('ENQUEUED', 'PENDING') AND name = :name
    LIMIT 1
"""  # the second condition lets SQLite use the engine's partial index

_WAITING_POSTGRESQL = f"""
    SELECT 1 FROM {SCHEMA}.workflow_status
    WHERE queue_name = :queue AND status = 'ENQUEUED' AND name = :name
      AND created_at > extract(epoch FROM clock_timestamp()) * 1000 - 1000
    LIMIT 1 FOR KEY SHARE SKIP LOCKED
"""  # noqa: S608 - constants only. The lock and the age are explained at `DbosJobs.enqueue`.


class Jobs(Protocol):
    def enqueue(self, session: Session, name: str) -> None:
        """Have job `name` run soon after `session`'s transaction commits; never, if it rolls back."""
        ...


class WorkerHeartbeat(Base):
    """A worker process that is alive, by its own clock. `workers.engine` beats, and buries the silent."""

    __tablename__ = "worker_heartbeats"

    executor_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """Fresh per process, so that no two ever share one."""
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


class DbosJobs:
    """Nudges on `engine`'s database, from any process; `migrate` must have run on it."""

    def __init__(self, engine: Engine) -> None:
        quieten()
        self._waiting = text(_WAITING_SQLITE if engine.dialect.name == "sqlite" else _WAITING_POSTGRESQL)
        self._client = DBOSClient(
            system_database_engine=engine,
            dbos_system_schema=SCHEMA,
            serializer=PortableSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )

    def enqueue(self, session: Session, name: str) -> None:
        """See `Jobs`. Costs no statement for a repeat in one transaction, one where a nudge waits, else three.

        Joining a waiting nudge is safe only if it cannot start before we commit, or it would miss our rows.
        On SQLite we hold the write lock, so it cannot. On PostgreSQL the select takes a KEY SHARE lock on
        it: any number of transactions may share that, the engine's own FOR UPDATE SKIP LOCKED passes it
        over until the last of them ends, and none of them ever waits. Only a young nudge is joined, so that
        an unbroken stream of overlapping transactions cannot hold one back for ever.
        """
        transaction = session.get_nested_transaction() or session.get_transaction()
        done = _nudged(session, transaction)
        if name in done:
            return
        session.flush()  # or a unique violation of the caller's would surface as an assertion of the engine's
        if session.execute(self._waiting, {"queue": QUEUE, "name": name}).first() is None:
            options: EnqueueOptions = {"workflow_name": name, "queue_name": QUEUE, "app_version": VERSION}
            self._client.enqueue_in_transaction(session, options)
        if transaction is None:  # the first statement above began it
            done = _nudged(session, session.get_transaction())
        done.add(name)


def _nudged(session: Session, transaction: SessionTransaction | None) -> set[str]:
    """The jobs nudged in `transaction`; a savepoint has its own set, for it may be undone by itself."""
    known: tuple[SessionTransaction | None, set[str]] | None = session.info.get("nudged")
    if known is None or known[0] is not transaction:
        known = (transaction, set())
        session.info["nudged"] = known
    return known[1]


def migrate(engine: Engine) -> None:
    """Bring the engine's own tables on `engine`'s database to its newest version. Safe to repeat."""
    quieten()
    DBOS.migrate(engine.url.render_as_string(hide_password=False), schema=SCHEMA)


def quieten() -> None:
    """Let the engine's warnings pass to our log and keep its banners, and its own console handler, out."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # its own set-up adds a stream handler where it finds none
