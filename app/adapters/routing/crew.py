"""Helper processes that improve parts of a day, one on each core.

They are fresh interpreters that know routing alone: nothing of the parent is copied into them, and they end when
the pipe from the parent does, however that comes about.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from app.adapters.routing.insertion import Day
from app.adapters.routing.pyvrp_model import Share
from app.adapters.routing.pyvrp_search import TELLING_SECONDS, Budget, improve
from app.routing.problem import RoutingProblem

_MODULE = "app.adapters.routing.crew"
_FAREWELL_SECONDS = 5


@dataclass(frozen=True)
class Part:
    """What `improve` is asked, small enough to be sent."""

    problem: RoutingProblem
    days: list[Day]
    budget: Budget
    shares: Sequence[Share] | None
    stops: Sequence[int]

    def improved(self, asked_at: float) -> list[Day]:
        """`asked_at` is what `time.monotonic`, the same in all processes, said when it was sent."""
        budget = self.budget
        if budget.seconds is not None:
            budget = replace(budget, seconds=budget.seconds - (time.monotonic() - asked_at))
        return improve(self.problem, self.days, self.stops, budget, shares=self.shares)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """`size` helpers, from `with` to its end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._helpers: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(size)

    def __enter__(self) -> Self:
        for _ in range(self.size):
            helper = subprocess.Popen(  # noqa: S603 - this very interpreter and a module of ours
                [sys.executable, "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._helpers.append(helper)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """End all helpers, whatever they are at."""
        for helper in self._helpers:
            helper.kill()
        self._threads.shutdown(cancel_futures=True)
        for helper in self._helpers:
            helper.wait(_FAREWELL_SECONDS)
            for pipe in (helper.stdin, helper.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):  # half a part was on its way
                        pipe.close()
        self._helpers.clear()

    def improve(
        self, parts: Sequence[Part], lanes: Sequence[Sequence[int]], going: Callable[[], bool]
    ) -> list[list[Day] | None]:
        """Better days for each part; None for those that were not done when `going` said to stop.

        Each lane names parts that one helper takes in turn. When `going` has said to stop, the crew is dismissed.
        """
        done: list[list[Day] | None] = [None] * len(parts)

        def work(helper: subprocess.Popen[bytes], lane: Sequence[int]) -> None:
            for at in lane:
                done[at] = _ask(helper, parts[at])

        pending: set[Future[None]] = {
            self._threads.submit(work, helper, lane)
            for helper, lane in zip(self._helpers, lanes, strict=False)
        }
        while pending:
            _, pending = wait(pending, TELLING_SECONDS, FIRST_COMPLETED)
            if not going():
                self.dismiss()
                break
        return done


def _ask(helper: subprocess.Popen[bytes], part: Part) -> list[Day] | None:
    try:
        if helper.stdin is None or helper.stdout is None:
            return None
        pickle.dump((part, time.monotonic()), helper.stdin, pickle.HIGHEST_PROTOCOL)
        helper.stdin.flush()
        answer: list[Day] = pickle.load(helper.stdout)  # noqa: S301 - see above
    except (EOFError, OSError, pickle.PickleError, ValueError):
        return None  # it was ended, by us or by the machine: the part stays as it was
    return answer


def serve() -> None:
    """What a helper does: parts in, days out, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up in an answer
    while True:
        try:
            part, asked_at = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent
        except EOFError:
            return
        pickle.dump(part.improved(asked_at), out, pickle.HIGHEST_PROTOCOL)
        out.flush()


if __name__ == "__main__":
    # Under its real name, so that what comes through the pipe and what is here are the same classes.
    from app.adapters.routing.crew import serve as serve_parts

    serve_parts()
