"""Workers that die: drains of some jobs, each killed by SIGKILL at the n-th step it takes.

`python -m tests.faults.doomed_worker JOB…` takes its settings from the environment, and from its standard input
one n per line, with the minutes by which the worker's clock is ahead. For each it forks a worker, and says `killed` or
`done` when that has ended. A step is the
beginning of a unit of work, the moment before its commit and the one after it, and both sides of every call
in OUTSIDE; so SIGKILL falls between every two steps once n has gone from 1 to the first `done`.
"""

from __future__ import annotations

import inspect
import itertools
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.adapters.payments.standin import Standin
from app.adapters.sms.africastalking import AfricasTalking
from app.adapters.sms.twilio import Twilio
from app.bootstrap import build
from app.container import Container
from app.db import Database
from app.kernel.clock import TravellingClock
from app.settings import load_settings
from workers.jobs import registry
from workers.registry import Registry
from workers.worker import drain

OUTSIDE = [
    (Twilio, "send"),
    (Twilio, "find"),
    (AfricasTalking, "send"),
    (Standin, "submit"),
    (Standin, "query"),
]
"""Class and method of each call that leaves this service."""


def doom(fatal_step: int) -> None:
    """Have this process kill itself when it gets to that step."""
    steps = itertools.count(1)

    def step() -> None:
        if next(steps) == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    unit_of_work = Database.unit_of_work

    @contextmanager
    def stepwise(self: Database) -> Iterator[Session]:
        step()
        with unit_of_work(self) as session:
            yield session
            step()
        step()

    Database.unit_of_work = stepwise  # type: ignore[method-assign]
    for owner, name in OUTSIDE:
        setattr(owner, name, _between_steps(getattr(owner, name), step))


def _between_steps(call: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(call):

        async def stepwise_async(*args: Any, **kwargs: Any) -> Any:
            step()
            try:
                return await call(*args, **kwargs)
            finally:
                step()

        return stepwise_async

    def stepwise(*args: Any, **kwargs: Any) -> Any:
        step()
        try:
            return call(*args, **kwargs)
        finally:
            step()

    return stepwise


def work(container: Container, fatal_step: int, names: list[str]) -> None:
    doom(fatal_step)
    chosen = Registry({name: job for name, job in registry.jobs.items() if name in names})
    drain(container, chosen)
    container.close()


def main(names: list[str]) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what workers print, their log above all, is no answer
    clock = TravellingClock()
    container = build(load_settings(environment="test"), clock)  # once, for it reads and builds much
    for line in sys.stdin:
        fatal_step, minutes_ahead = map(int, line.split())
        child = os.fork()  # from a process without threads or connections, everything imported
        if child == 0:
            code = 1
            try:
                clock.offset = timedelta(minutes=minutes_ahead)
                work(container, fatal_step, names)
                code = 0
            except BaseException:  # noqa: BLE001 - said here, for the exit below says nothing
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        answers.write("killed\n" if killed else f"{'done' if status == 0 else 'failed'}\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
