"""A stand-in for Twilio in the demo: it signs what it sends, takes what it is sent, and reports on it.

Both ways go over real HTTP. Shapes follow Twilio's Programmable Messaging reference ("Messages resource",
"TwiML for Programmable Messaging", "Outbound Message Status in Status Callbacks").
"""

from __future__ import annotations

import secrets
import threading
import time
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

from app.adapters.sms.standin_tells import Tell, to_nobody
from app.errors import InvalidInput, NotFound

API_VERSION: Final = "2010-04-01"
KEEP_MESSAGES: Final = 5_000
TIMEOUT_SECONDS: Final = 15
"""Twilio waits as long for a webhook."""
REPORTS: Final = ((0.2, "sent", ""), (0.8, "delivered", ""))
"""Seconds after the text was taken, what is reported then, and the error's code."""
FAILING: Final = ((0.2, "sent", ""), (0.8, "undelivered", "30003"))
"""The phone cannot be reached: switched off, or out of its network."""
TICK_SECONDS: Final = 0.05

log = structlog.get_logger()


@dataclass(frozen=True)
class _Report:
    message: dict[str, Any]
    status: str
    error_code: str
    callback: str | None


class TwilioStandIn:
    """One account with one number, serving the service that signs with `public_url` and listens at `local_url`."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        number: str,
        public_url: str,
        local_url: str,
        tell: Tell = to_nobody,
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._number = number
        self._public_url = public_url
        self._local_url = local_url
        self._tell = tell
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

    def written(self, phone: str, body: str) -> dict[str, str]:
        """What tells the service that `phone` sent `body`: the same form is the same delivery."""
        return {
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

    def deliver(self, form: Mapping[str, str]) -> int:
        """Hand what was `written` to the service; the HTTP status, 0 where it could not be reached."""
        return self._post(f"{self._public_url}/webhooks/twilio/sms", form, phone=form["From"])

    def allows(self, account: str, password: str) -> bool:
        return compare_digest(account.encode(), self._account_sid.encode()) and compare_digest(
            password.encode(), self._auth_token.encode()
        )

    def accept(self, form: Mapping[str, str], *, fails: bool = False) -> dict[str, Any]:
        """Take a text as `POST Messages.json` does, and report on it soon after; `fails`: that it did not arrive.

        Raises `InvalidInput` for an incomplete one.
        """
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
            for seconds, status, code in FAILING if fails else REPORTS:
                report = _Report(message, status, code, form.get("StatusCallback"))
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
            message["error_code"] = int(report.error_code) if report.error_code else None
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
        if report.error_code:
            form["ErrorCode"] = report.error_code
        self._post(report.callback, form, phone=message["to"])

    def _post(self, url: str, form: Mapping[str, str], *, phone: str) -> int:
        """Signed for the public address, sent to the local one: no router or name service stands between."""
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
        local = self._local_url + url.removeprefix(self._public_url) if self._is_ours(url) else url
        status, said = 0, ""
        try:
            answer = self._http.post(local, data=dict(form), headers=headers)
            status, said = answer.status_code, answer.text
        except httpx.HTTPError as error:
            log.warning("simulated_call_failed", kind=type(error).__name__)
        path = httpx.URL(local).path
        self._tell(phone=phone, path=path, headers=headers, form=form, status=status, answer=said)
        return status

    def _is_ours(self, url: str) -> bool:
        return url.startswith(self._public_url + "/")


def _sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)
