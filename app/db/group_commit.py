"""Group commit: units of work that queue for SQLite's one writer share a commit.

A commit that survives a power cut waits for the disk. When other units of work are already waiting for the
connection, the one that has just finished hands the open transaction on to the next instead of committing
alone, and then waits until the last of the group has committed for all. Each later member works inside a
savepoint, so a failure undoes that member only. Nobody is told "done" before the shared commit has succeeded;
where it fails, every member of the group fails.

The idea is that of DeWitt et al., "Implementation techniques for main memory database systems" (1984).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.engine import Connection, NestedTransaction
from sqlalchemy.orm import Session

MEMBERS_MAX = 64
AGE_MAX_SECONDS = 0.05
"""A group older than this commits, so that other users of the connection get their turn."""


class _Group:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        try:
            self.transaction = connection.begin()
        except BaseException:
            connection.close()
            raise
        self.opened_at = time.monotonic()
        self.members = 0
        self.settled = threading.Event()
        self.error: BaseException | None = None

    @property
    def full(self) -> bool:
        return self.members >= MEMBERS_MAX or time.monotonic() - self.opened_at > AGE_MAX_SECONDS

    def lost(self) -> bool:
        """Whether SQLite has rolled the whole transaction back by itself (disk full, I/O error)."""
        raw = self.connection.connection.driver_connection
        return isinstance(raw, sqlite3.Connection) and not raw.in_transaction


class GroupCommit:
    """Units of work on an engine that has a single connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._counter = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None
        self._holder: int | None = None

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session; at the end its work is on disk, or undone whole if anything was raised."""
        group = self._take_turn()
        try:
            with _member(group) as session:
                yield session
            group.members += 1
        finally:
            self._pass_on(group)  # whatever happened: nobody may wait for a turn that never ends
        group.settled.wait()
        if group.error is not None:
            raise group.error

    def _take_turn(self) -> _Group:
        if self._holder == threading.get_ident():
            raise RuntimeError("a unit of work was opened inside another one")
        with self._counter:
            self._waiting += 1
        self._turn.acquire()
        with self._counter:
            self._waiting -= 1
        try:
            group = self._group = self._group or _Group(self._engine.connect())
        except BaseException:
            self._turn.release()
            raise
        self._holder = threading.get_ident()
        return group

    def _pass_on(self, group: _Group) -> None:
        """Leave the open transaction to whoever waits next, or settle it."""
        try:
            if self._waiting == 0 or group.full or group.members == 0 or group.error is not None:
                self._settle(group)
        finally:
            self._holder = None
            self._turn.release()

    def _settle(self, group: _Group) -> None:
        self._group = None
        try:
            if group.members and group.error is None:
                group.transaction.commit()
            elif group.transaction.is_active:
                group.transaction.rollback()
        except BaseException as error:  # noqa: BLE001 - handed to every member of the group, which raise it
            group.error = error
            group.connection.invalidate()  # what state it is in is anyone's guess; the next group gets a new one
        finally:
            group.connection.close()
            group.settled.set()


@contextmanager
def _member(group: _Group) -> Iterator[Session]:
    """A session on the group's transaction, inside a savepoint where others have worked there before."""
    savepoint = group.connection.begin_nested() if group.members else None
    session = Session(group.connection, join_transaction_mode="rollback_only", expire_on_commit=False)
    try:
        yield session
        session.flush()
        session.close()
        if savepoint is not None:
            savepoint.commit()
    except BaseException:
        _undo(group, session, savepoint)
        raise


def _undo(group: _Group, session: Session, savepoint: NestedTransaction | None) -> None:
    try:
        session.close()
        if group.lost():
            group.error = RuntimeError("SQLite rolled the transaction back")
        elif savepoint is not None and savepoint.is_active:
            savepoint.rollback()
    except Exception as error:  # noqa: BLE001 - what one member left behind is no longer known: all of them fail
        group.error = error
