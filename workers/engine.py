"""DBOS, set up for this service: one queue, our jobs and schedules, and the burial of dead workers.

A process can hold one `Engine` at a time, because DBOS keeps one instance per process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from dbos import DBOS, ScheduleInput
from dbos import DBOSPortableJSONSerializer as PortableSerializer
from sqlalchemy import delete, insert, select, update

from app import jobs
from app.db import Database
from app.jobs import WorkerHeartbeat
from app.kernel.clock import SystemClock

POLLING_INTERVAL_SECONDS: Final = 0.25
CONCURRENCY: Final = 32
"""More than twice the number of jobs; `Turnstile` is what keeps a slow job from taking every place."""
BEAT_SECONDS: Final = 5
SILENT_SECONDS: Final = 30
"""A worker unheard of for so long is taken for dead. Clocks of workers' machines must agree within that."""
ROUNDS_MAX: Final = 1000
"""A job that still finds work then makes it for itself."""
KEEP_FINISHED: Final = timedelta(hours=1)
PRUNE_EVERY_BEATS: Final = 12
PRUNE_BATCH: Final = 1000

log = structlog.get_logger()
_wall = SystemClock()  # the engine lives in real time, whatever moment the container's clock shows


@dataclass
class Turnstile:
    """Lets one run of a job through at a time and one wait; whoever comes on top of that may go home.

    The one that waits starts after the newcomer's cause was committed, so it sees that cause too.
    """

    _running: threading.Lock = field(default_factory=threading.Lock)
    _waiting: threading.Lock = field(default_factory=threading.Lock)

    def run(self, work: Callable[[], object]) -> bool:
        """Run `work`, maybe after waiting; False = a waiting run will do it."""
        if not self._waiting.acquire(blocking=False):
            return False
        with self._running:
            self._waiting.release()
            work()
        return True


@dataclass(frozen=True)
class EngineJob:
    name: str
    work: Callable[[], int]
    """Does a part of what is due; called again until it returns 0."""
    cron: str


class Engine:
    """Runs `work` on nudges and schedules, from `start` to `stop`."""

    def __init__(
        self,
        database: Database,
        work: Sequence[EngineJob],
        *,
        beat_seconds: float = BEAT_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self._database = database
        self._jobs = work
        self._beat_seconds = beat_seconds
        self._silent_seconds = silent_seconds
        self._executor_id = str(uuid4())
        self._stopping = threading.Event()
        self._heart = threading.Thread(target=self._beat_and_bury, name="worker-heart", daemon=True)

    def start(self) -> None:
        """Start the engine's threads. The database must be migrated; raises the engine's error if not."""
        jobs.quieten()
        self._beat()  # before the first job can be taken, or another worker would bury us
        DBOS(
            config={
                "name": jobs.APPLICATION,
                "application_version": jobs.VERSION,
                "executor_id": self._executor_id,
                "system_database_engine": self._database.engine,
                "dbos_system_schema": jobs.SCHEMA,
                "serializer": PortableSerializer(),
                "run_migrations": False,  # `weighback migrate` does, on a connection of its own
                "enable_otlp": False,
                "log_level": "WARNING",
                "scheduler_polling_interval_sec": 30.0,
                "max_executor_threads": CONCURRENCY,
            }
        )
        workflows = {job.name: _workflow(job, self._stopping) for job in self._jobs}
        DBOS.launch()
        DBOS.register_queue(
            jobs.QUEUE,
            worker_concurrency=CONCURRENCY,
            polling_interval_sec=POLLING_INTERVAL_SECONDS,
            on_conflict="always_update",
        )
        self._schedule(workflows)
        self._heart.start()

    def stop(self, *, wait_seconds: int = 10) -> None:
        """Take no more jobs, wait up to `wait_seconds` for the running ones, and let go of the database."""
        self._stopping.set()
        if self._heart.is_alive():
            self._heart.join()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=wait_seconds)
        with self._database.unit_of_work() as session:
            session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.executor_id == self._executor_id))

    def _schedule(self, workflows: dict[str, Callable[..., None]]) -> None:
        wanted: list[ScheduleInput] = [
            {
                "schedule_name": job.name,
                "workflow_fn": workflows[job.name],
                "schedule": job.cron,
                "queue_name": jobs.QUEUE,
                "context": None,
            }
            for job in self._jobs
        ]
        DBOS.apply_schedules(wanted)
        for known in DBOS.list_schedules():
            if known["schedule_name"] not in workflows:
                DBOS.delete_schedule(known["schedule_name"])

    def _beat_and_bury(self) -> None:
        beats = 0
        while not self._stopping.wait(self._beat_seconds):
            beats += 1
            try:
                self._beat()
                self._bury_the_silent()
                if beats % PRUNE_EVERY_BEATS == 0:
                    prune(_wall.now() - KEEP_FINISHED)
            except Exception:  # the database may be away for a while; the heart must not stop for it
                log.exception("worker_heartbeat_failed")

    def _beat(self) -> None:
        now = _wall.now()
        with self._database.unit_of_work() as session:
            mine = WorkerHeartbeat.executor_id == self._executor_id
            known = session.execute(
                update(WorkerHeartbeat).where(mine).values(beat_at=now).returning(WorkerHeartbeat.beat_at)
            )
            if known.first() is None:
                session.execute(
                    insert(WorkerHeartbeat).values(executor_id=self._executor_id, started_at=now, beat_at=now)
                )

    def _bury_the_silent(self) -> None:
        """Give back to the queue what a dead worker had taken: the open engine leaves it lying."""
        silent_since = _wall.now() - timedelta(seconds=self._silent_seconds)
        with self._database.unit_of_work() as session:
            session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.beat_at < silent_since))
            alive = set(session.scalars(select(WorkerHeartbeat.executor_id)))
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        dead = {run.executor_id for run in pending if run.executor_id} - alive
        if dead:
            log.warning("worker_died", executors=sorted(dead))
            # Guarded by the dead executor's id, so that two who bury at once give a job back once;
            # the public resume_workflows has no such guard.
            DBOS._recover_pending_workflows(sorted(dead))  # noqa: SLF001


def _workflow(job: EngineJob, stopping: threading.Event) -> Callable[..., None]:
    turnstile = Turnstile()

    def all_that_is_due() -> None:
        for _ in range(ROUNDS_MAX):
            if not job.work() or stopping.is_set():
                return
        log.error("job_finds_no_end", job=job.name, rounds=ROUNDS_MAX)

    def run(*_scheduled: Any) -> None:
        # The schedule passes its moment and context, a nudge passes nothing; the job asks its clock.
        try:
            turnstile.run(all_that_is_due)
        except Exception:
            log.exception("job_failed", job=job.name)
            raise

    return DBOS.workflow(name=job.name)(run)


def prune(before: datetime) -> None:
    """Forget runs that ended before that moment. The engine keeps them for ever otherwise."""
    while True:
        ended = DBOS.list_workflows(
            completed_before=before.isoformat(), limit=PRUNE_BATCH, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([run.workflow_id for run in ended])
        if len(ended) < PRUNE_BATCH:
            return
