"""Which jobs there are and when each runs. A job is a function of the container that does all that is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.container import Container

Handler = Callable[[Container], int]
"""Does a bounded part of what is due by the container's clock and returns how many things it did; it is
called again until that is 0. It opens as many units of work as it needs. It may be killed anywhere, run at
any time and run twice at once: its feature's rows carry the truth. What it raises is logged, and tried again
at its next turn."""


@dataclass(frozen=True)
class Job:
    name: str
    handler: Handler
    cron: str
    """Six fields, seconds first, in UTC: the net below the nudges."""


@dataclass
class Registry:
    """Jobs in the order in which `drain` runs them: registration order."""

    jobs: dict[str, Job] = field(default_factory=dict)

    def job(self, name: str, *, every: int | str) -> Callable[[Handler], Handler]:
        """Register the decorated handler. `every` is a cron line, or seconds that divide a minute."""
        if isinstance(every, int) and (every < 1 or 60 % every):
            raise ValueError(f"{name}: {every} seconds do not divide a minute; write a cron line")
        cron = f"*/{every} * * * * *" if isinstance(every, int) else every

        def register(handler: Handler) -> Handler:
            if name in self.jobs:
                raise ValueError(f"two jobs are called {name}")
            self.jobs[name] = Job(name, handler, cron)
            return handler

        return register
