"""What messaging needs of a company that carries texts, and what may go wrong there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from app.messaging.models import OutboxStatus


@dataclass(frozen=True)
class OutgoingText:
    phone: str
    """E.164."""
    body: str


@dataclass(frozen=True)
class Taken:
    """The gateway has the text."""

    provider_message_id: str
    price: str | None = None
    """What it says it charges for the whole text, in its own words, such as `NGN 4.0000`."""


@dataclass(frozen=True)
class ReportMeaning:
    """A gateway's word on a text, in ours."""

    status: OutboxStatus | None
    """None where the word says nothing of arrival, or is one we do not know (the gateway has logged it)."""
    opted_out: bool = False


class SendFailed(Exception):
    """`code` is the gateway's own, for the record; `retryable` says whether sending again may help and is safe."""

    retryable: ClassVar[bool] = False

    def __init__(self, code: str) -> None:
        super().__init__(f"{type(self).__name__}: {code}")
        self.code = code


class NotSent(SendFailed):
    """It certainly was not taken, for a reason that may pass: no connection, too fast, account trouble."""

    retryable = True


class NotHere(NotSent):
    """About this phone alone: this gateway does not reach it, another may. Says nothing of the gateway's health."""


class NotNow(NotSent):
    """About this text alone: a rule forbids it at this hour. It waits, and must not go round by another gateway."""


class Rejected(SendFailed):
    """The gateway will never take this text to this phone."""


class OptedOut(Rejected):
    """The phone has told the gateway to send it nothing more."""


class FateUnknown(SendFailed):
    """The request may have been taken. Sending it again could text a person twice: look it up instead."""


class SmsGateway(Protocol):
    name: str
    """As in WEIGHBACK_SMS_GATEWAYS."""
    sender: str
    """What texts come from; the send limit holds per sender."""
    can_look_up: bool
    """Whether `find` can answer. Where not, a text of unknown fate is never sent again."""

    def send(self, text: OutgoingText) -> Taken:
        """Hand `text` over, once, with no retry inside. Raises `SendFailed` only."""
        ...

    def find(self, text: OutgoingText, since: datetime) -> list[str]:
        """Ids of texts like `text` taken since then, oldest first. Raises `NotSent` where it cannot tell now."""
        ...

    def meaning(self, status: str, error_code: str | None) -> ReportMeaning:
        """What a delivery report says; a status or code that is not in its table is a logged error."""
        ...

    def authentic(self, url: str, form: Mapping[str, Any], signature: str | None) -> bool:
        """Whether the gateway itself posted `form` to our public `url`."""
        ...
