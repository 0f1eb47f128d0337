"""Texts by Twilio, through its own library.

Sources: Twilio's "Messages resource", "Error and Warning Dictionary", "Outbound Message Status in Status
Callbacks" and "Webhooks Security". Twilio has no idempotency key, so a lost answer is settled by listing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from requests import Session as HttpSession
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as HttpConnectionError
from requests.exceptions import ConnectTimeout, ProxyError, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import MaxRetryError, NewConnectionError

from app.messaging.models import OutboxStatus
from app.messaging.ports import (
    FateUnknown,
    NotHere,
    NotSent,
    OptedOut,
    OutgoingText,
    Rejected,
    ReportMeaning,
    SendFailed,
    Taken,
)

OFFICIAL_URL: Final = "https://api.twilio.com"
STATUS_PATH: Final = "/webhooks/twilio/status"
CONNECTIONS: Final = 8
CLOCKS_DIFFER_BY: Final = timedelta(seconds=30)
"""Twilio stamps whole seconds by its own clock."""
LOOK_UP_PAGE: Final = 50

_STATUSES: Final[Mapping[str, OutboxStatus | None]] = {
    "accepted": None,
    "scheduled": None,
    "queued": None,
    "sending": None,
    "sent": OutboxStatus.SENT,
    "delivered": OutboxStatus.DELIVERED,
    "read": OutboxStatus.DELIVERED,
    "undelivered": OutboxStatus.UNDELIVERED,
    "failed": OutboxStatus.FAILED,
    "canceled": OutboxStatus.FAILED,
}

_OPTED_OUT: Final = "21610"
_NO_ACCOUNT: Final = "no-account"
_ERRORS: Final[Mapping[str, type[SendFailed]]] = {
    "20003": NotSent,  # credentials refused: for an operator to mend, and then the texts still go
    "20005": NotSent,  # account not active
    "20008": NotSent,  # test credentials
    "20404": NotSent,  # no such account, or a wrong base URL
    "20429": NotSent,  # too many requests
    "21211": Rejected,  # invalid 'To' number
    "21212": NotSent,  # invalid 'From' number: ours to mend
    "21266": Rejected,  # 'To' and 'From' are the same
    "21408": NotHere,  # this country is not enabled for the account: an operator can
    "21602": Rejected,  # the body is empty
    "21603": NotSent,  # 'From' is missing
    "21604": Rejected,  # 'To' is missing
    "21606": NotSent,  # 'From' cannot send texts: ours to mend
    _OPTED_OUT: OptedOut,  # the person has replied STOP
    "21611": NotSent,  # the sender's queue is full
    "21612": Rejected,  # this sender cannot reach this phone
    "21614": Rejected,  # 'To' is no mobile number
    "21617": Rejected,  # longer than 1600 characters
    "21635": Rejected,  # 'To' is a landline
    "21659": NotSent,  # 'From' is not a number of this account
    "21660": NotSent,  # 'From' belongs to another account
    "30001": NotSent,  # the account's queue is full
    "30002": NotSent,  # the account is suspended
}
"""By Twilio's code. One that is not here and came with 4xx is rejected, and logged as an error."""

log = structlog.get_logger()


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the library is not typed throughout
    """Twilio's client against another base URL, quiet about what it sends, and without retries of its own."""

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        silent = logging.getLogger("weighback.twilio")  # the library logs phones and texts at INFO
        silent.setLevel(logging.WARNING)
        logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)  # and this one URLs at DEBUG
        super().__init__(timeout=timeout_seconds, logger=silent)
        self._base_url = base_url.rstrip("/")
        self.session = HttpSession()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace(OFFICIAL_URL, self._base_url, 1), *args, **kwargs)


class Twilio:
    name = "twilio"
    can_look_up = True

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        api_url: str = OFFICIAL_URL,
        timeout_seconds: float = 10,
    ) -> None:
        """`sender` is a phone of the account, a short code, a name, or the SID of a messaging service (MG…).

        Without credentials it takes nothing and believes nothing.
        """
        self.sender = sender
        self._origin = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        self._status_callback = public_url + STATUS_PATH
        self._validator = RequestValidator(auth_token)
        self._may_verify = bool(auth_token)
        self._client = (
            Client(account_sid, auth_token, http_client=_Http(api_url, timeout_seconds))
            if account_sid and auth_token and sender
            else None
        )

    def send(self, text: OutgoingText) -> Taken:
        if self._client is None:
            raise NotSent(_NO_ACCOUNT)
        try:
            message = self._client.messages.create(
                to=text.phone, body=text.body, status_callback=self._status_callback, **self._origin
            )
        except TwilioRestException as error:
            raise _refusal(error) from error
        except (RequestException, TwilioException, ValueError, KeyError) as error:
            if _never_left(error):
                raise NotSent(type(error).__name__) from error
            raise FateUnknown(type(error).__name__) from error
        if not message.sid:
            raise FateUnknown("no-sid")
        return Taken(str(message.sid))  # its price is not known before it has been sent on

    def find(self, text: OutgoingText, since: datetime) -> list[str]:
        if self._client is None:
            raise NotSent(_NO_ACCOUNT)
        # Not filtered by DateSent: a text that still queues at Twilio has none.
        try:
            listed = self._client.messages.list(to=text.phone, limit=LOOK_UP_PAGE)
        except (TwilioException, RequestException, ValueError, KeyError) as error:
            raise NotSent(type(error).__name__) from error
        earliest = since - CLOCKS_DIFFER_BY
        ours = sorted((_created(message), str(message.sid)) for message in listed if _is(message, text))
        return [sid for created, sid in ours if created >= earliest]

    def meaning(self, status: str, error_code: str | None) -> ReportMeaning:
        if status not in _STATUSES:
            log.error("unknown_report", gateway=self.name, status=status, code=error_code)
            return ReportMeaning(None, opted_out=error_code == _OPTED_OUT)
        return ReportMeaning(_STATUSES[status], opted_out=error_code == _OPTED_OUT)

    def authentic(self, url: str, form: Mapping[str, Any], signature: str | None) -> bool:
        # Twilio's validator tries the URL with and without its standard port, and trims nothing.
        return self._may_verify and bool(signature) and bool(self._validator.validate(url, form, signature))


def _refusal(error: TwilioRestException) -> SendFailed:
    """What an answer that is no 2xx says of the text. After a 5xx it may have been taken all the same."""
    code = str(error.code or error.status)
    known = _ERRORS.get(code)
    if known is not None:
        return known(code)
    if error.status == 429:  # noqa: PLR2004 - HTTP: Too Many Requests
        return NotSent(code)
    if error.status in (401, 403):
        return NotSent(code)
    if 400 <= error.status < 500:  # noqa: PLR2004 - HTTP: the request was at fault
        log.error("unknown_twilio_error", code=code, http_status=error.status)
        return Rejected(code)
    return FateUnknown(code)


def _never_left(error: Exception) -> bool:
    """Whether the connection was not even made, so that Twilio cannot have seen the text."""
    if isinstance(error, (ConnectTimeout, ProxyError)):
        return True
    if not isinstance(error, HttpConnectionError) or not error.args:
        return False
    cause = error.args[0]
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _is(message: MessageInstance, text: OutgoingText) -> bool:
    """Trial accounts put a sentence of Twilio's before the body."""
    return bool(message.sid) and message.direction != "inbound" and (message.body or "").endswith(text.body)


def _created(message: MessageInstance) -> datetime:
    """Of an unreadable date the latest is believed: rather a text too few than one twice."""
    created = message.date_created
    return created if isinstance(created, datetime) else datetime.max.replace(tzinfo=UTC)
