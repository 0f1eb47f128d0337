"""A stand-in for Twilio in the demo: it signs what it sends, takes what it is sent, and reports on it.

Both ways go over real HTTP. Shapes follow Twilio's Programmable Messaging reference ("Messages resource",
"TwiML for Programmable Messaging", "Outbound Message Status in Status Callbacks").
"""

from __future__ import annotations

import secrets
import threading
import time
import xml.etree.ElementTree as ET
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from heapq import heappop, heappush
from hmac import compare_digest
from itertools import count
from typing import Any, Final

import httpx
import structlog
from twilio.request_validator import RequestValidator

from app.errors import InvalidInput, NotFound

API_VERSION: Final = "2010-04-01"
KEEP_MESSAGES: Final = 5_000
TIMEOUT_SECONDS: Final = 15
"""Twilio waits as long for a webhook."""
REPORTS: Final = ((0.2, "sent"), (0.8, "delivered"))
"""Seconds after the text was taken, and what is reported then."""
TICK_SECONDS: Final = 0.05

log = structlog.get_logger()


@dataclass(frozen=True)
class _Report:
    message: dict[str, Any]
    status: str
    callback: str | None


class TwilioStandIn:
    """One account with one number, serving the service that signs with `public_url` and listens at `local_url`."""

    def __init__(
        self, *, account_sid: str, auth_token: str, number: str, public_url: str, local_url: str
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._number = number
        self._public_url = public_url
        self._local_url = local_url
        self._validator = RequestValidator(auth_token)
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._messages: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._due: list[tuple[float, int, _Report]] = []
        self._numbers = count()
        self._reporters = ThreadPoolExecutor(max_workers=4, thread_name_prefix="twilio-standin")
        self._ticker = threading.Thread(target=self._tick, name="twilio-standin", daemon=True)
        self._ticker.start()

    def close(self) -> None:
        self._closing.set()
        self._ticker.join()
        self._reporters.shutdown(wait=True, cancel_futures=True)
        self._http.close()

    def text(self, phone: str, body: str) -> tuple[int, tuple[str, ...]]:
        """Deliver `body` from `phone` to the service; the HTTP status (0 = not reached) and the texts it answers."""
        form = {
            "ToCountry": "NG",
            "MessageSid": _sid("SM"),
            "NumMedia": "0",
            "AccountSid": self._account_sid,
            "From": phone,
            "To": self._number,
            "Body": body,
            "NumSegments": "1",
            "ApiVersion": API_VERSION,
        }
        try:
            answer = self._post(f"{self._public_url}/webhooks/twilio/sms", form)
        except httpx.HTTPError as error:
            log.warning("simulated_text_failed", kind=type(error).__name__)
            return 0, ()
        return answer.status_code, _texts(answer.text) if answer.is_success else ()

    def allows(self, account: str, password: str) -> bool:
        return compare_digest(account.encode(), self._account_sid.encode()) and compare_digest(
            password.encode(), self._auth_token.encode()
        )

    def accept(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Take a text as `POST Messages.json` does, and report on it soon after."""
        for name in ("To", "Body"):
            if not form.get(name):
                raise InvalidInput(name, f"A '{name}' is required.")
        sid = _sid("SM")
        message: dict[str, Any] = {
            "sid": sid,
            "account_sid": self._account_sid,
            "api_version": API_VERSION,
            "to": form["To"],
            "from": form.get("From", self._number),
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "error_code": None,
            "error_message": None,
            "date_created": format_datetime(datetime.now(UTC)),
            "date_sent": None,
            "date_updated": format_datetime(datetime.now(UTC)),
            "uri": f"/{API_VERSION}/Accounts/{self._account_sid}/Messages/{sid}.json",
            "subresource_uris": {},
        }
        with self._lock:
            self._messages[sid] = message
            while len(self._messages) > KEEP_MESSAGES:
                self._messages.popitem(last=False)
            for seconds, status in REPORTS:
                report = _Report(message, status, form.get("StatusCallback"))
                heappush(self._due, (time.monotonic() + seconds, next(self._numbers), report))
            return dict(message)

    def message(self, sid: str) -> dict[str, Any]:
        with self._lock:
            if sid not in self._messages:
                raise NotFound("There is no such message.")
            return dict(self._messages[sid])

    def messages(self, to: str | None) -> list[dict[str, Any]]:
        """The newest first."""
        with self._lock:
            return [dict(one) for one in reversed(self._messages.values()) if to in {None, one["to"]}]

    def _tick(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            with self._lock:
                while self._due and self._due[0][0] <= time.monotonic():
                    self._reporters.submit(self._report, heappop(self._due)[2])

    def _report(self, report: _Report) -> None:
        message = report.message
        with self._lock:
            message.update(status=report.status, date_sent=format_datetime(datetime.now(UTC)))
        if not report.callback:
            return
        form = {
            "MessageSid": message["sid"],
            "SmsSid": message["sid"],
            "MessageStatus": report.status,
            "SmsStatus": report.status,
            "To": message["to"],
            "From": message["from"],
            "AccountSid": self._account_sid,
            "ApiVersion": API_VERSION,
        }
        try:
            self._post(report.callback, form)
        except httpx.HTTPError as error:
            log.warning("simulated_report_failed", kind=type(error).__name__)

    def _post(self, url: str, form: dict[str, str]) -> httpx.Response:
        """Signed for the public address, sent to the local one: no router or name service stands between."""
        signature = self._validator.compute_signature(url, form)
        local = self._local_url + url.removeprefix(self._public_url) if self._is_ours(url) else url
        return self._http.post(local, data=form, headers={"X-Twilio-Signature": signature})

    def _is_ours(self, url: str) -> bool:
        return url.startswith(self._public_url + "/")


def _sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def _texts(twiml: str) -> tuple[str, ...]:
    """The `<Message>`s of an answer, with their text or `<Body>`."""
    if not twiml.strip():
        return ()
    root = ET.fromstring(twiml)  # noqa: S314 - our own service's answer
    return tuple(text for message in root.iter("Message") if (text := "".join(message.itertext()).strip()))
