"""What the simulator needs and the demo hands it: a telephone company, a clock that travels, a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends, Request

from app.errors import NotFound
from app.kernel.clock import TravellingClock

AFRICASTALKING = "africastalking"


class Carrier(Protocol):
    """Carries what the browser's phone types to the service, over HTTP."""

    def text(self, phone: str, body: str) -> tuple[int, tuple[str, ...]]:
        """Deliver what `phone` typed to the service's webhook.

        Returns the HTTP status (0 where it could not be reached) and the texts it answered with.
        """
        ...


class TelephoneCompany(Carrier, Protocol):
    """And takes the service's texts, as Twilio does: over HTTP, signed."""

    def allows(self, account: str, password: str) -> bool: ...

    def accept(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Take a text for a phone, as the provider's API does. Raises `InvalidInput` for an incomplete one."""
        ...

    def message(self, sid: str) -> dict[str, Any]:
        """A text it took before. Raises `NotFound`."""
        ...

    def messages(self, to: str | None) -> list[dict[str, Any]]: ...


class AfricanCompany(Carrier, Protocol):
    """The same as Africa's Talking does it: known by a key, and called at a secret address."""

    def allows(self, username: str, api_key: str) -> bool: ...

    def accept(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Take a text for a phone. Raises `InvalidInput` for an incomplete one."""
        ...


@dataclass(frozen=True)
class Simulator:
    company: TelephoneCompany
    clock: TravellingClock
    drain: Callable[[datetime], int]
    """Does all that is due at that moment, as the worker would."""
    africastalking: AfricanCompany | None = None

    def carrier(self, gateway: str) -> Carrier:
        """Who delivers what is typed on a phone of that gateway."""
        if gateway == AFRICASTALKING and self.africastalking is not None:
            return self.africastalking
        return self.company


def get_simulator(request: Request) -> Simulator:
    """Raises `NotFound` where the service does not run as a demo."""
    found = getattr(request.app.state, "simulator", None)
    if found is None:
        raise NotFound("There is no simulator here: it runs with `weighback demo`.")
    return cast("Simulator", found)


Here = Annotated[Simulator, Depends(get_simulator)]
