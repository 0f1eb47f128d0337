"""The promises of `app.jobs` and `workers`, on both databases, with the real engine."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import IntegrityError

from app.bootstrap import build
from app.container import Container
from app.jobs import DbosJobs
from app.messaging.models import Contact
from app.settings import load_settings
from tests.waiting import wait_until
from workers.engine import prune
from workers.registry import Handler, Registry
from workers.worker import Worker, drain

NEVER = "0 0 0 1 1 *"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PHONE = "+2348000000001"
CONTACT = {"phone": PHONE, "inbound_count": 0, "created_at": NOW, "updated_at": NOW}

Employ = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    container = build(load_settings(environment="test", database_url=database_url))
    yield container
    container.close()


@pytest.fixture
def jobs(container: Container) -> DbosJobs:
    return DbosJobs(container.database.engine)


@pytest.fixture
def employ(container: Container) -> Employ:
    """A worker whose only job, `errand`, is the given handler, at work inside the block."""

    @contextmanager
    def employ(handler: Handler, every: int | str = NEVER) -> Iterator[None]:
        registry = Registry()
        registry.job("errand", every=every)(handler)
        worker = Worker(container, registry, beat_seconds=0.1, silent_seconds=2)
        worker.start()
        try:
            yield
        finally:
            worker.stop(wait_seconds=0)

    return employ


def _longer_than(things: list[int], count: int) -> bool:
    return len(things) > count


def _statements(container: Container) -> list[str]:
    seen: list[str] = []

    @event.listens_for(container.database.engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement.split(maxsplit=1)[0])

    return seen


def test_a_nudge_runs_if_its_transaction_commits_and_never_if_it_rolls_back(
    container: Container, jobs: DbosJobs, employ: Employ
) -> None:
    ran: list[str] = []

    def errand(container: Container) -> int:
        with container.database.unit_of_work() as session:
            ran.append(str(session.scalars(select(Contact.phone)).all()))
        return 0

    with pytest.raises(IntegrityError), container.database.unit_of_work() as session:  # noqa: PT012
        session.execute(insert(Contact).values(CONTACT))
        jobs.enqueue(session, "errand")
        session.execute(insert(Contact).values(CONTACT))
    with employ(errand):
        with container.database.unit_of_work() as session:
            session.execute(insert(Contact).values(CONTACT))
            jobs.enqueue(session, "errand")
        wait_until(lambda: ran, "the committed nudge runs")
    assert ran == [str([PHONE])], "the rolled-back nudge ran too, or before its rows could be seen"


def test_nudges_that_wait_are_cheap_to_join_and_end_in_one_run(
    container: Container, jobs: DbosJobs, employ: Employ
) -> None:
    seen = _statements(container)
    costs = []
    for _ in range(20):
        with container.database.unit_of_work() as session:
            session.execute(text("SELECT 1"))  # whatever the caller came for
            seen.clear()
            for _ in range(5):
                jobs.enqueue(session, "errand")
            costs.append(seen.copy())
    assert costs == [["SELECT", "INSERT", "INSERT"]] + [["SELECT"]] * 19
    ran: list[int] = []

    def errand(_: Container) -> int:
        ran.append(1)
        return 0

    with employ(errand):
        wait_until(lambda: ran, "the nudges run")
    assert ran == [1]


def test_an_unwritten_row_at_odds_with_the_database_is_the_callers_error_not_the_engines(
    container: Container, jobs: DbosJobs
) -> None:
    with container.database.unit_of_work() as session:
        session.execute(insert(Contact).values(CONTACT))
    with pytest.raises(IntegrityError), container.database.unit_of_work() as session:  # noqa: PT012
        session.add(Contact(**CONTACT))
        jobs.enqueue(session, "errand")


def test_a_nudge_in_a_savepoint_that_is_undone_does_not_count(
    container: Container, jobs: DbosJobs, employ: Employ
) -> None:
    ran: list[int] = []

    def errand(_: Container) -> int:
        ran.append(1)
        return 0

    with container.database.unit_of_work() as session:
        with session.begin_nested() as savepoint:
            jobs.enqueue(session, "errand")
            savepoint.rollback()
        jobs.enqueue(session, "errand")
    with employ(errand):
        wait_until(lambda: ran, "the second nudge runs")


def test_whoever_joins_a_waiting_nudge_has_committed_before_it_runs(
    container: Container, jobs: DbosJobs
) -> None:
    found: list[int] = []
    others: list[int] = []
    joined, let_go = threading.Event(), threading.Event()
    registry = Registry()

    @registry.job("errand", every=NEVER)
    def errand(container: Container) -> int:
        with container.database.unit_of_work() as session:
            found.append(len(session.scalars(select(Contact.phone)).all()))
        return 0

    @registry.job("other", every=NEVER)
    def other(_: Container) -> int:
        others.append(1)
        return 0

    def slow_caller() -> None:
        with container.database.unit_of_work() as session:
            session.execute(insert(Contact).values(CONTACT))
            jobs.enqueue(session, "errand")  # joins the one that waits
            joined.set()
            let_go.wait(30)

    with container.database.unit_of_work() as session:
        jobs.enqueue(session, "errand")
    caller = threading.Thread(target=slow_caller)
    caller.start()
    assert joined.wait(30)
    worker = Worker(container, registry)
    if container.database.dialect == "postgresql":
        worker.start()
        while len(others) < 3:  # later nudges are worked off one after the other, and still it must wait
            before = len(others)
            with container.database.unit_of_work() as session:
                jobs.enqueue(session, "other")
            wait_until(partial(_longer_than, others, before), "the queue is worked off")
        let_go.set()
    else:  # the caller holds the only connection, on which the engine must wait without giving up
        threading.Timer(1.0, let_go.set).start()
        worker.start()
    try:
        wait_until(lambda: found, "the nudge runs")
    finally:
        worker.stop(wait_seconds=0)
        caller.join()
    assert found == [1], "the run began before the one who joined it had committed"


def test_a_job_at_work_in_its_own_transaction_can_nudge_and_the_engine_waits_its_turn(
    container: Container, jobs: DbosJobs, employ: Employ
) -> None:
    rounds: list[int] = []

    def errand(container: Container) -> int:
        with container.database.unit_of_work() as session:
            rounds.append(len(rounds))
            if len(rounds) < 3:
                jobs.enqueue(session, "errand")
        return 0

    with container.database.unit_of_work() as session:
        jobs.enqueue(session, "errand")
    with employ(errand):
        wait_until(lambda: len(rounds) == 3, "each run's own nudge runs")


def test_a_job_is_called_until_it_finds_nothing_more(
    container: Container, jobs: DbosJobs, employ: Employ
) -> None:
    due, ran = [3, 2, 1], []

    def errand(_: Container) -> int:
        ran.append(1)
        return due.pop() if due else 0

    with container.database.unit_of_work() as session:
        jobs.enqueue(session, "errand")
    with employ(errand):
        wait_until(lambda: len(ran) == 4, "the job is called until nothing is due")


def test_schedules_run_without_a_nudge(container: Container, employ: Employ) -> None:
    ran = threading.Event()

    def errand(_: Container) -> int:
        ran.set()
        return 0

    with employ(errand, every=1):
        assert ran.wait(30)


def test_a_job_that_fails_runs_again_at_its_next_turn(container: Container, employ: Employ) -> None:
    ran: list[int] = []

    def errand(_: Container) -> int:
        ran.append(1)
        raise ConnectionError("the outside world is away")

    with employ(errand, every=1):
        wait_until(lambda: len(ran) >= 2, "it is tried again")


def test_what_a_killed_worker_was_doing_is_finished_by_another(
    container: Container, jobs: DbosJobs, employ: Employ, database_url: str, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    with container.database.unit_of_work() as session:
        jobs.enqueue(session, "errand")
    stuck = subprocess.Popen([sys.executable, "-m", "tests.integration.stuck_worker", database_url, begun])
    try:
        wait_until(begun.exists, "the first worker begins the job")
    finally:
        stuck.send_signal(signal.SIGKILL)
        stuck.wait()
    finished = threading.Event()

    def errand(_: Container) -> int:
        finished.set()
        return 0

    with employ(errand):
        assert finished.wait(30)
        wait_until(lambda: DBOS.list_workflows(status="SUCCESS"), "the run is marked as done")
        assert not DBOS.list_workflows(status="PENDING")


def test_runs_that_ended_are_forgotten(container: Container, jobs: DbosJobs, employ: Employ) -> None:
    def errand(_: Container) -> int:
        return 0

    with container.database.unit_of_work() as session:
        jobs.enqueue(session, "errand")
    with employ(errand):
        wait_until(lambda: DBOS.list_workflows(status="SUCCESS"), "the job is done")
        prune(datetime.now(UTC) - timedelta(hours=1))
        assert DBOS.list_workflows(), "a fresh one is kept"
        prune(datetime.now(UTC) + timedelta(seconds=1))
        assert not DBOS.list_workflows()


def test_drain_runs_jobs_in_order_at_the_moment_asked_for_until_nothing_is_due(container: Container) -> None:
    registry, calls, due = Registry(), [], [3]

    @registry.job("first", every=60)
    def first(container: Container) -> int:
        calls.append(("first", container.clock.now()))
        return 0

    @registry.job("second", every=60)
    def second(container: Container) -> int:
        calls.append(("second", container.clock.now()))
        due[0] = max(due[0] - 1, 0)
        return 1 if due[0] else 0

    later = NOW + timedelta(days=1)
    assert drain(container, registry, later) == 2
    assert calls == [("first", later), ("second", later)] * 3


def test_drain_says_so_where_work_makes_work_for_ever(container: Container) -> None:
    registry = Registry()
    registry.job("busy", every=60)(lambda _: 1)
    with pytest.raises(RuntimeError, match="still due"):
        drain(container, registry)
