"""Texts by Africa's Talking, spoken to over plain HTTP.

Sources: Africa's Talking's "Sending SMS" (the request, the status codes of each recipient) and "SMS Notifications"
(the statuses and failure reasons of delivery reports, the notice of an opt-out); its status page on code 409 in
Nigeria; its own libraries for the header and the two hosts. It has no way to ask what became of a text that was
sent, and no idempotency key: a text of unknown fate stays that.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx
import structlog

from app.messaging.models import OutboxStatus
from app.messaging.ports import (
    FateUnknown,
    NotHere,
    NotNow,
    NotSent,
    OptedOut,
    OutgoingText,
    Rejected,
    ReportMeaning,
    SendFailed,
    Taken,
)

OFFICIAL_URL: Final = "https://api.africastalking.com"
SEND_PATH: Final = "/version1/messaging"
SHARED_SENDER: Final = "AFRICASTKNG"
"""What texts come from where the account has no sender of its own."""
CONNECTIONS: Final = 8

_TAKEN: Final = frozenset({"100", "101", "102"})
"""Processed, sent, queued."""
_NO_ID: Final = frozenset({"", "None"})

_REFUSALS: Final[Mapping[str, type[SendFailed]]] = {
    "401": FateUnknown,  # RiskHold: held back for a look at the account, and maybe let go later
    "402": NotSent,  # InvalidSenderId: ours to mend
    "403": Rejected,  # InvalidPhoneNumber
    "404": Rejected,  # UnsupportedNumberType: a landline, say
    "405": NotSent,  # InsufficientBalance: for an operator to top up
    "406": OptedOut,  # UserInBlacklist
    "407": NotHere,  # CouldNotRoute
    "409": NotNow,  # DoNotDisturbRejection: a promotional sender, Nigeria, 20:00 to 08:00
    "500": FateUnknown,  # InternalServerError
    "501": FateUnknown,  # GatewayError: the operator's side failed, with the text in its hands
    "502": Rejected,  # RejectedByGateway: the operator refused it
}
"""By the `statusCode` of a recipient. One that is not here leaves the fate unknown, and is logged as an error."""

_NAMES: Final[Mapping[str, str]] = {
    "RiskHold": "401",
    "InvalidSenderId": "402",
    "InvalidPhoneNumber": "403",
    "UnsupportedNumberType": "404",
    "InsufficientBalance": "405",
    "UserInBlacklist": "406",
    "CouldNotRoute": "407",
    "DoNotDisturbRejection": "409",
}
"""Where nobody was a recipient, the answer's `Message` is the name alone."""

_HTTP: Final[Mapping[int, type[SendFailed]]] = {
    400: NotSent,  # the form was at fault: more likely our settings than these words
    401: NotSent,  # username and key do not belong together; a new key takes minutes to work
    403: NotSent,
    404: NotSent,  # a wrong base URL
    405: NotSent,
    409: NotNow,
    413: Rejected,
    429: NotSent,
}
"""By the HTTP status of an answer that names no recipient. Others below 500 were not sent, and are logged."""

_STATUSES: Final[Mapping[str, OutboxStatus | None]] = {
    "Sent": OutboxStatus.SENT,
    "Submitted": OutboxStatus.SENT,
    "Buffered": OutboxStatus.SENT,
    "Success": OutboxStatus.DELIVERED,
    "Rejected": OutboxStatus.FAILED,
    "Failed": OutboxStatus.UNDELIVERED,
    "AbsentSubscriber": OutboxStatus.UNDELIVERED,
    "Expired": OutboxStatus.UNDELIVERED,
}
_BLACKLISTED: Final = frozenset({"UserInBlackList", "UserInBlacklist"})
"""A delivery report's `failureReason`; both spellings are in use."""

log = structlog.get_logger()


class AfricasTalking:
    name = "africastalking"
    can_look_up = False

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        sender: str = "",
        api_url: str = OFFICIAL_URL,
        timeout_seconds: float = 10,
    ) -> None:
        """`sender` is a short code or a registered name; without one, texts come from a shared name.

        Without credentials it takes nothing.
        """
        self.sender = sender or SHARED_SENDER
        self._origin = {"from": sender} if sender else {}
        self._username = username
        self._client: httpx.Client | None = None
        if username and api_key:
            self._client = httpx.Client(
                base_url=api_url.rstrip("/"),
                headers={"apiKey": api_key, "Accept": "application/json"},
                timeout=timeout_seconds,
                limits=httpx.Limits(max_connections=CONNECTIONS),
            )
            weakref.finalize(self, self._client.close)

    def send(self, text: OutgoingText) -> Taken:
        if self._client is None:
            raise NotSent("no-account")
        # `bulkSMSMode`: the account pays, not the phone.
        form = {"username": self._username, "to": text.phone, "message": text.body, "bulkSMSMode": "1"}
        try:
            answer = self._client.post(SEND_PATH, data=form | self._origin)
        except _NEVER_LEFT as error:
            raise NotSent(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise FateUnknown(type(error).__name__) from error
        said = _data(answer)
        recipients = said.get("Recipients")
        if isinstance(recipients, list) and len(recipients) == 1 and isinstance(recipients[0], dict):
            return _taken(recipients[0], answer)
        raise _refusal(answer, said)

    def find(self, text: OutgoingText, since: datetime) -> list[str]:  # noqa: ARG002 - the port's signature
        return []

    def meaning(self, status: str, error_code: str | None) -> ReportMeaning:
        opted_out = error_code in _BLACKLISTED
        if status not in _STATUSES:
            log.error("unknown_report", gateway=self.name, status=status, code=error_code)
            return ReportMeaning(None, opted_out=opted_out)
        return ReportMeaning(_STATUSES[status], opted_out=opted_out)

    def authentic(self, url: str, form: Mapping[str, Any], signature: str | None) -> bool:  # noqa: ARG002 - the port's signature
        """Africa's Talking signs nothing: its callbacks are known by the secret in their address."""
        return False


_NEVER_LEFT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Africa's Talking cannot have seen the text: no connection was there, or the request was never made."""


def _taken(recipient: dict[str, Any], answer: httpx.Response) -> Taken:
    """A text that was taken, and what it cost. Raises `SendFailed` for one that was not, or maybe not."""
    code = str(recipient.get("statusCode", ""))
    message_id = str(recipient.get("messageId", ""))
    if code in _TAKEN and answer.is_success:
        if message_id in _NO_ID:
            raise FateUnknown("no-id")
        return Taken(message_id, str(recipient.get("cost") or "") or None)
    if code in _REFUSALS:
        raise _REFUSALS[code](code)
    log.error("unknown_africastalking_status", code=code, http_status=answer.status_code)
    raise FateUnknown(code[:40] or "no-status")


def _refusal(answer: httpx.Response, said: dict[str, Any]) -> SendFailed:
    """What an answer without a recipient says of the text. After a 5xx it may have been taken all the same."""
    status = answer.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return FateUnknown(str(status))
    named = _NAMES.get(str(said.get("Message", "")).strip())
    if named is not None:
        return _REFUSALS[named](named)
    if answer.is_success:
        log.error("unreadable_africastalking_answer", http_status=status)
        return FateUnknown("no-recipient")
    if answer.is_redirect:
        return NotSent(str(status))  # a wrong base URL; it is not followed
    if status not in _HTTP:
        log.error("unknown_africastalking_error", http_status=status)
    return _HTTP.get(status, NotSent)(str(status))


def _data(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}  # errors of the whole request come as plain text
    data = body.get("SMSMessageData") if isinstance(body, dict) else None
    return data if isinstance(data, dict) else {}
