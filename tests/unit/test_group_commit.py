"""Units of work that share a commit on SQLite: nothing is lost, nobody is told "done" too early."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from app.db import Database


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'book.sqlite3'}")
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE notes (word TEXT UNIQUE)"))
    yield database
    database.close()


def words(book: Database) -> list[str]:
    with book.unit_of_work() as session:
        return sorted(session.scalars(text("SELECT word FROM notes")))


def write(book: Database, word: str, ready: threading.Barrier | None = None) -> None:
    if ready is not None:
        ready.wait()
    with book.unit_of_work() as session:
        session.execute(text("INSERT INTO notes VALUES (:word)"), {"word": word})


def count_commits(book: Database) -> list[Connection]:
    commits: list[Connection] = []
    event.listen(book.engine, "commit", commits.append)
    return commits


def write_together(book: Database, count: int) -> list[BaseException | None]:
    """Hold the connection until `count` writers queue for it, then let them all through."""
    with ThreadPoolExecutor(count) as pool:
        with suppress(OSError), book.unit_of_work():
            ready = threading.Barrier(count + 1)
            futures = [pool.submit(write, book, f"word {number:02d}", ready) for number in range(count)]
            ready.wait()
        return [future.exception() for future in futures]


def test_units_of_work_that_queue_share_commits_and_all_are_kept(book: Database) -> None:
    commits = count_commits(book)
    assert write_together(book, 24) == [None] * 24
    assert words(book) == [f"word {number:02d}" for number in range(24)]
    assert len(commits) < 20


def test_a_unit_of_work_that_fails_is_undone_alone(book: Database) -> None:
    write(book, "word 07")
    errors = write_together(book, 12)
    assert [number for number, error in enumerate(errors) if error is not None] == [7]
    assert words(book) == [f"word {number:02d}" for number in range(12)]


def test_a_savepoint_that_cannot_be_made_fails_one_unit_of_work_and_keeps_nobody_waiting(
    book: Database,
) -> None:
    broken = threading.Event()

    def once(_connection: Connection, _name: str) -> None:
        if not broken.is_set():
            broken.set()
            raise OSError("I/O error")

    event.listen(book.engine, "savepoint", once)
    errors = write_together(book, 6)
    assert [type(error) for error in errors if error is not None] == [OSError]
    write(book, "afterwards")
    assert len(words(book)) == 6


def test_when_the_shared_commit_fails_every_member_hears_of_it_and_nothing_is_kept(book: Database) -> None:
    def disk_full(_connection: Connection) -> None:
        raise OSError("no space left on device")

    event.listen(book.engine, "commit", disk_full)
    errors = write_together(book, 8)
    event.remove(book.engine, "commit", disk_full)
    assert [type(error) for error in errors] == [OSError] * 8
    assert words(book) == []
    write(book, "afterwards")
    assert words(book) == ["afterwards"]


def test_a_unit_of_work_inside_another_is_refused_instead_of_waiting_forever(book: Database) -> None:
    with book.unit_of_work(), pytest.raises(RuntimeError, match="inside another"):
        write(book, "inner")
    assert words(book) == []


def test_a_busy_database_gives_an_error_and_the_next_unit_of_work_a_fresh_try(book: Database) -> None:
    other = Database(str(book.engine.url))
    with book.unit_of_work() as session:
        session.connection().exec_driver_sql("PRAGMA busy_timeout = 1")
    with other.unit_of_work(), pytest.raises(Exception, match="locked"):
        write(book, "too soon")
    write(book, "in time")
    assert words(book) == ["in time"]
    other.close()
