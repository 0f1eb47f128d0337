"""What the simulator needs and the demo hands it: telephone companies, a clock that travels, a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from app.errors import NotFound
from app.kernel.clock import TravellingClock
from app.web.simulator.air import Air
from app.web.simulator.companies import AFRICASTALKING, AfricanCompany, Carrier, TelephoneCompany
from app.web.simulator.line import Lines
from app.web.simulator.troubles import Switches
from app.web.simulator.wire import Wire


@dataclass
class Simulator:
    company: TelephoneCompany
    africastalking: AfricanCompany
    clock: TravellingClock
    drain: Callable[[datetime], int]
    """Does all that is due at that moment, as the worker would."""
    wire: Wire
    switches: Switches = field(default_factory=Switches)
    air: Air = field(init=False)
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.air = Air(self.switches, self.clock)
        self.lines = Lines(self.africastalking, self.switches, self.clock)

    def carrier(self, gateway: str) -> Carrier:
        """Who delivers what is typed on a phone of that gateway."""
        return self.africastalking if gateway == AFRICASTALKING else self.company

    def catch_up(self) -> None:
        """Let happen what the clock has brought: late texts arrive, calls that lasted too long end."""
        now = self.clock.now()
        self.air.arrive(now)
        self.lines.time_out(now)


def get_simulator(request: Request) -> Simulator:
    """Raises `NotFound` where the service does not run as a demo."""
    found = getattr(request.app.state, "simulator", None)
    if found is None:
        raise NotFound("There is no simulator here: it runs with `weighback demo`.")
    return cast("Simulator", found)


Here = Annotated[Simulator, Depends(get_simulator)]
