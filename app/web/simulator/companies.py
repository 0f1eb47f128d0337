"""The companies between a phone and the service, as the simulator needs them. They live in `app.adapters.sms`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

TWILIO = "twilio"
AFRICASTALKING = "africastalking"


class Carrier(Protocol):
    """Carries what the browser's phone types to the service, over HTTP."""

    def written(self, phone: str, body: str) -> dict[str, str]:
        """What will tell the service that `phone` sent `body`. The same one again is the same delivery again."""
        ...

    def deliver(self, form: Mapping[str, str]) -> int:
        """Hand what was `written` to the service's webhook; the HTTP status, 0 where it could not be reached."""
        ...

    def accept(self, form: Mapping[str, str], *, fails: bool = False) -> dict[str, Any]:
        """Take a text for a phone, as the provider's API does, and report on it; `fails`: that it did not arrive.

        Raises `InvalidInput` for an incomplete one.
        """
        ...


class TelephoneCompany(Carrier, Protocol):
    """As Twilio does it: known by account and password."""

    def allows(self, account: str, password: str) -> bool: ...

    def message(self, sid: str) -> dict[str, Any]:
        """A text it took before. Raises `NotFound`."""
        ...

    def messages(self, to: str | None) -> list[dict[str, Any]]: ...


class AfricanCompany(Carrier, Protocol):
    """As Africa's Talking does it: known by a key, called at a secret address, and carrying USSD as well."""

    def allows(self, username: str, api_key: str) -> bool: ...

    def post(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Call one of the service's webhooks: the status (0 where it could not be reached) and body of the answer."""
        ...
