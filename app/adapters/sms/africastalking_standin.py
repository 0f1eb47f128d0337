"""A stand-in for Africa's Talking in the demo: it takes texts, reports on them, and delivers what a phone typed.

Both ways go over real HTTP. Shapes follow Africa's Talking's "Sending SMS" and "SMS Notifications". What else it
calls its customers for goes through `post`: it knows the address of our webhooks, with the secret in it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from heapq import heappop, heappush
from hmac import compare_digest
from itertools import count
from typing import Any, Final

import httpx
import structlog

from app.adapters.sms.standin_tells import Tell, to_nobody
from app.conversation.fit import measure
from app.errors import InvalidInput

TIMEOUT_SECONDS: Final = 15
REPORTS: Final = ((0.2, "Sent", ""), (0.8, "Success", ""))
"""Seconds after the text was taken, what is reported then, and the reason of a failure."""
FAILING: Final = ((0.2, "Sent", ""), (0.8, "Failed", "DeliveryFailure"))
TICK_SECONDS: Final = 0.05
NETWORK: Final = "99999"
"""The made-up network of Africa's Talking's own sandbox."""
FREE: Final = "NGN 0.0000"
PRICE_OF_A_PART: Final = Decimal("2.20")

log = structlog.get_logger()


class AfricasTalkingStandIn:
    """One account with one short code, serving the service whose webhooks are at `webhooks`."""

    def __init__(
        self, *, username: str, api_key: str, number: str, webhooks: str, tell: Tell = to_nobody
    ) -> None:
        """`webhooks` is our address up to and with the secret, without a slash at its end."""
        self._username = username
        self._api_key = api_key
        self._number = number
        self._webhooks = webhooks
        self._tell = tell
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._due: list[tuple[float, int, dict[str, str]]] = []
        self._numbers = count()
        self._reporters = ThreadPoolExecutor(max_workers=4, thread_name_prefix="africastalking-standin")
        self._ticker = threading.Thread(target=self._tick, name="africastalking-standin", daemon=True)
        self._ticker.start()

    def close(self) -> None:
        self._closing.set()
        self._ticker.join()
        self._reporters.shutdown(wait=True, cancel_futures=True)
        self._http.close()

    def written(self, phone: str, body: str) -> dict[str, str]:
        """What tells the service that `phone` sent `body`: the same form is the same delivery."""
        return {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "from": phone,
            "id": secrets.token_hex(16),
            "linkId": "",
            "text": body,
            "to": self._number,
            "cost": FREE,
            "networkCode": NETWORK,
        }

    def deliver(self, form: Mapping[str, str]) -> int:
        """Hand what was `written` to the service; the HTTP status, 0 where it could not be reached."""
        return self.post("sms", form)[0]

    def post(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Call one of our webhooks; the status and body of its answer, 0 where it could not be reached."""
        url = f"{self._webhooks}/{path}"
        status, said = 0, ""
        try:
            answer = self._http.post(url, data=dict(form))
            status, said = answer.status_code, answer.text
        except httpx.HTTPError as error:
            log.warning("simulated_call_failed", path=path, kind=type(error).__name__)
        phone = form.get("phoneNumber") or form.get("from", "")
        self._tell(phone=phone, path=httpx.URL(url).path, headers={}, form=form, status=status, answer=said)
        return status, said

    def allows(self, username: str, api_key: str) -> bool:
        return compare_digest(username.encode(), self._username.encode()) and compare_digest(
            api_key.encode(), self._api_key.encode()
        )

    def accept(self, form: Mapping[str, str], *, fails: bool = False) -> dict[str, Any]:
        """Take a text for one phone as `POST /version1/messaging` does, and report on it soon after.

        `fails`: the report says that it did not arrive.
        Raises `InvalidInput` for an incomplete one.
        """
        for name in ("to", "message"):
            if not form.get(name):
                raise InvalidInput(name, f"{name} is required")
        message_id = f"ATXid_{secrets.token_hex(16)}"
        cost = f"NGN {PRICE_OF_A_PART * measure(form['message']).parts:.4f}"
        recipient = {
            "cost": cost,
            "messageId": message_id,
            "number": form["to"],
            "status": "Success",
            "statusCode": 101,
        }
        with self._lock:
            for seconds, status, reason in FAILING if fails else REPORTS:
                report = {
                    "id": message_id,
                    "status": status,
                    "phoneNumber": form["to"],
                    "networkCode": NETWORK,
                    "retryCount": "0",
                }
                if reason:
                    report["failureReason"] = reason
                heappush(self._due, (time.monotonic() + seconds, next(self._numbers), report))
        return {"SMSMessageData": {"Message": f"Sent to 1/1 Total Cost: {cost}", "Recipients": [recipient]}}

    def _tick(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            with self._lock:
                while self._due and self._due[0][0] <= time.monotonic():
                    self._reporters.submit(self.post, "delivery", heappop(self._due)[2])
