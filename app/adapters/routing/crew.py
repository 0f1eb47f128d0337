"""Helper processes that improve parts of a day, one on each core.

They are fresh interpreters that know routing alone: nothing of the parent is copied into them, and they end when
the pipe from the parent does, however that comes about.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from app.adapters.routing.insertion import Day
from app.adapters.routing.pyvrp_model import Share
from app.adapters.routing.pyvrp_search import TELLING_SECONDS, Budget, Style, improve
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
    style: Style

    def improved(self) -> list[Day]:
        everybody = range(len(self.problem.stops))
        return improve(self.problem, self.days, everybody, self.budget, shares=self.shares, style=self.style)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """`size` helpers, from `with` to its end."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free: queue.Queue[subprocess.Popen[bytes]] = queue.Queue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(size)

    def __enter__(self) -> Self:
        for _ in range(self._size):
            helper = subprocess.Popen(  # noqa: S603 - this very interpreter and a module of ours
                [sys.executable, "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._all.append(helper)
            self._free.put(helper)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """End all helpers, whatever they are at."""
        for helper in self._all:
            helper.kill()
        self._threads.shutdown(cancel_futures=True)
        for helper in self._all:
            helper.wait(_FAREWELL_SECONDS)
            for pipe in (helper.stdin, helper.stdout):
                if pipe is not None:
                    pipe.close()
        self._all.clear()

    def improve(self, parts: Sequence[Part], going: Callable[[], bool]) -> list[list[Day] | None]:
        """Each part's better days; None for those that were not done when `going` said to stop.

        After that the crew is dismissed.
        """
        asked: list[Future[list[Day] | None]] = [self._threads.submit(self._ask, part) for part in parts]
        pending: set[Future[list[Day] | None]] = set(asked)
        while pending:
            _, pending = wait(pending, TELLING_SECONDS, FIRST_COMPLETED)
            if not going():
                self.dismiss()
                break
        return [one.result() if one.done() and not one.cancelled() else None for one in asked]

    def _ask(self, part: Part) -> list[Day] | None:
        helper = self._free.get()
        try:
            if helper.stdin is None or helper.stdout is None:
                return None
            pickle.dump(part, helper.stdin, pickle.HIGHEST_PROTOCOL)
            helper.stdin.flush()
            answer: list[Day] = pickle.load(helper.stdout)  # noqa: S301 - see above
        except (EOFError, OSError, pickle.PickleError, ValueError):
            return None  # it was ended, by us or by the machine: the part stays as it was
        finally:
            self._free.put(helper)
        return answer


def serve() -> None:
    """What a helper does: parts in, days out, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up in an answer
    while True:
        try:
            part: Any = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent
        except EOFError:
            return
        pickle.dump(part.improved(), out, pickle.HIGHEST_PROTOCOL)
        out.flush()


if __name__ == "__main__":
    # Under its real name, so that what comes through the pipe and what is here are the same classes.
    from app.adapters.routing.crew import serve as serve_parts

    serve_parts()
