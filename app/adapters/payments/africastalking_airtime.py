"""Africa's Talking Airtime: prepaid credit on the phone itself, which nobody can take back.

What is relied on (Africa's Talking's documentation: "Airtime: Sending", "Status Callback", "Validation Callback",
"Find Transaction Status", "Idempotent Requests"; its own libraries for the hosts and headers):

* `POST /version1/airtime/send`, a form with `recipients` as JSON; an amount is the currency, a space and a decimal.
  `Idempotency-Key` is ours. Each recipient is answered for: `Sent` with a request id is on its way, `Failed` without
  one was not taken.
* A duplicate within five minutes is HTTP 200 and a sentence instead of recipients, without a request id. It does not
  say which of the two was paid, so it says nothing.
* `GET /query/transaction/find` knows a payment by their request id only: `Queued`, `Sent`, `Success` or `Failed`, and
  neither phone nor amount. `Failed` with an error message is about the question, not about the payment.
* The status callback tells request id, phone and amount, and is signed by nothing. It is how we learn the request id
  of a payment whose answer was lost. Without one, nothing can be asked, and the payout comes to review.
* The validation callback asks before each payment, `Validated` or `Failed`.
* `GET /version1/user` ("Application Data") tells the account's balance as currency and amount; the same account pays texts.
* It publishes no table of limits; those below are ours, and what an operator refuses is `Failed`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
import structlog

from app.adapters.payments.wire import (
    PHASES,
    Answer,
    NoAnswer,
    Wire,
    inner,
    not_sent,
    text,
    to_major,
    to_minor,
    told,
    unclear,
    unread,
    untold,
    without_answer,
)
from app.payouts.ports import (
    Approval,
    AuthLevel,
    Capabilities,
    Duplicates,
    Instruction,
    Observation,
    ObservedStatus,
    SubmitOutcome,
    SubmitResult,
    WireRequest,
)
from app.payouts.telling import Told

SMALLEST_MAJOR, LARGEST_MAJOR = 5, 50_000
_STATUS_OF: Final = {
    "Success": ObservedStatus.SUCCEEDED,
    "Failed": ObservedStatus.FAILED,
    "Sent": ObservedStatus.PROCESSING,
    "Queued": ObservedStatus.PROCESSING,
}
_NONE: Final = frozenset({"", "None"})
_DUPLICATE: Final = "A duplicate request was received"
_SHORT: Final = "insufficient"

log = structlog.get_logger()


class AfricasTalkingAirtime:
    """A `PaymentProvider`, an `Approver` and a `BalanceTeller`."""

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        currency: str,
        currency_exponent: int,
        api_url: str,
        timeout_seconds: float = 10,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._username, self._api_key = username, api_key
        self._exponent = currency_exponent
        self._wire = Wire(api_url, timeout_seconds, transport)
        self.capabilities = Capabilities(
            currency=currency,
            currency_exponent=currency_exponent,
            minimum_minor=SMALLEST_MAJOR * 10**currency_exponent,
            maximum_minor=LARGEST_MAJOR * 10**currency_exponent,
            reference_pattern="[0-9a-f]{32}",
            duplicates=Duplicates.REFUSED,
            queryable_by_reference=False,
            callbacks=AuthLevel.SECRET,
            not_found_final_after=None,
            timeout=timedelta(seconds=PHASES * timeout_seconds),
            names_payee_in_callbacks=True,
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        self.capabilities.check(instruction)
        amount = f"{instruction.currency} {to_major(instruction.amount_minor, self._exponent)}"
        recipients = [{"phoneNumber": instruction.payee_phone, "amount": amount}]
        return WireRequest(attempt_id.hex, json.dumps(recipients))

    async def submit(self, request: WireRequest) -> SubmitResult:
        answer = await self._wire.call(
            "POST",
            "/version1/airtime/send",
            headers={**self._headers(), "Idempotency-Key": request.reference},
            form={"username": self._username, "recipients": request.body},
        )
        if isinstance(answer, NoAnswer):
            return without_answer(answer)
        if answer.status == httpx.codes.UNAUTHORIZED:
            return not_sent("http_401")
        if not answer.is_success:
            log.error("africastalking_airtime.unknown_answer", status=answer.status)
            return unclear(f"http_{answer.status}")
        return self._taken(request, answer)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:
        if provider_reference is None:
            return unread("no_request_id")
        answer = await self._wire.call(
            "GET",
            "/query/transaction/find",
            headers=self._headers(),
            params={"username": self._username, "transactionId": provider_reference},
        )
        if isinstance(answer, NoAnswer):
            return unread(answer.code)
        if not answer.is_success:
            return unread(f"http_{answer.status}")
        return self._found(request, provider_reference, answer.said)

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - nothing is signed
        return AuthLevel.SECRET

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        said = _fields(raw_body)
        request_id = text(said.get("requestId"))
        if request_id is None or request_id in _NONE:
            raise ValueError("a status callback names the request")
        currency, amount = self._money(said.get("value"))
        return [
            Observation(
                _status(said.get("status")),
                provider_reference=request_id,
                amount_minor=amount,
                currency=currency,
                payee_phone=_phone(said.get("phoneNumber")),
                code=text(said.get("status")),
            )
        ]

    def parse_approval(self, raw_body: bytes) -> list[Approval]:
        """Raises `ValueError` for a body that does not tell phone, amount, currency and the payment's id."""
        said = _fields(raw_body)
        request_id, phone = text(said.get("transactionId")), _phone(said.get("phoneNumber"))
        currency, amount = text(said.get("currencyCode")), to_minor(said.get("amount"), self._exponent)
        if request_id is None or phone is None or currency is None or amount is None:
            raise ValueError("it lacks transactionId, phoneNumber, amount or currencyCode")
        return [Approval(request_id, amount, currency, payee_phone=phone)]

    async def balance(self) -> Told:
        answer = await self._wire.call(
            "GET", "/version1/user", headers=self._headers(), params={"username": self._username}
        )
        if isinstance(answer, NoAnswer) or not answer.is_success:
            return untold(answer)
        written = text(inner(answer.said.get("UserData")).get("balance")) or ""
        currency, _, amount = written.partition(" ")
        return told(to_minor(amount, self._exponent, floored=True), currency, self.capabilities.currency)

    def _headers(self) -> dict[str, str]:
        return {"apiKey": self._api_key, "Accept": "application/json"}

    def _taken(self, request: WireRequest, answer: Answer) -> SubmitResult:
        summary = _sentence(answer.said.get("errorMessage"))
        if summary.startswith(_DUPLICATE):
            return SubmitResult(SubmitOutcome.DUPLICATE, unread("duplicate"))
        (planned,) = json.loads(request.body)
        answers = answer.said.get("responses")
        mine = [
            one
            for one in (answers if isinstance(answers, list) else [])
            if isinstance(one, dict) and one.get("phoneNumber") == planned["phoneNumber"]
        ]
        if len(mine) != 1:
            log.error("africastalking_airtime.no_word_of_recipient", message=summary)
            return unclear(summary or "no_recipient")
        return self._recipient(request, mine[0])

    def _recipient(self, request: WireRequest, said: Mapping[str, Any]) -> SubmitResult:
        word, message = text(said.get("status")), _sentence(said.get("errorMessage"))
        request_id = text(said.get("requestId"))
        if request_id in _NONE:
            request_id = None
        currency, amount = self._money(said.get("amount"))
        seen = Observation(
            ObservedStatus.PROCESSING,
            request.reference,
            request_id,
            amount_minor=amount,
            currency=currency,
            code=word,
        )
        if word in {"Sent", "Queued"} and request_id is not None:
            return SubmitResult(SubmitOutcome.ACCEPTED, seen)
        if message.startswith(_DUPLICATE):
            return SubmitResult(SubmitOutcome.DUPLICATE, unread("duplicate", request_id))
        if word == "Failed" and request_id is None:
            refused = Observation(
                ObservedStatus.FAILED,
                request.reference,
                code=message,
                short_of_float=_SHORT in message.lower(),
            )
            return SubmitResult(SubmitOutcome.REJECTED_FINAL, refused)
        log.error("africastalking_airtime.unknown_status", status=word, message=message)
        return unclear(word or "no_status", request_id)

    def _found(self, request: WireRequest, request_id: str, said: Mapping[str, Any]) -> Observation:
        """Where the answer has the payment itself in `data`, that one's status counts, and it tells more."""
        data = inner(said.get("data"))
        told = data or said
        message = _sentence(said.get("errorMessage"))
        if not data and message not in _NONE:
            return unread(message)
        if text(told.get("transactionId")) not in {None, request_id}:
            return unread("other_transaction")
        currency, amount = self._money(told.get("value"))
        return Observation(
            _status(told.get("status")),
            request.reference,
            request_id,
            amount_minor=amount,
            currency=currency,
            payee_phone=_phone(told.get("destination")),
            code=text(told.get("status")),
            fee_minor=self._fee(told.get("discount")),
        )

    def _fee(self, discount: object) -> int | None:
        """They take less than the airtime's worth for it: a fee below zero."""
        currency, minor = self._money(discount, nearest=True)
        return -minor if minor is not None and currency == self.capabilities.currency else None

    def _money(self, value: object, *, nearest: bool = False) -> tuple[str | None, int | None]:
        """`NGN 500.0000` as currency and minor units."""
        currency, _, amount = (text(value) or "").partition(" ")
        return (currency, to_minor(amount, self._exponent, nearest=nearest)) if amount else (None, None)


def _status(word: object) -> ObservedStatus:
    status = _STATUS_OF.get(word) if isinstance(word, str) else None
    if status is None:
        log.error("africastalking_airtime.unknown_status", status=str(word)[:40])
    return status or ObservedStatus.UNCLEAR


def _sentence(value: object) -> str:
    """What they say for people to read, without a phone that may be in it: it is logged and kept."""
    return re.sub(r"\+?\d{7,}", "(phone)", text(value) or "")


def _phone(value: object) -> str | None:
    """E.164, also where its + was read as a space."""
    digits = (text(value) or "").strip().removeprefix("+")
    return f"+{digits}" if digits.isascii() and digits.isdigit() else None


def _fields(raw_body: bytes) -> dict[str, Any]:
    """A form or JSON: it is documented as both. Raises `ValueError`."""
    if raw_body.lstrip().startswith(b"{"):
        return inner(json.loads(raw_body))
    return dict(parse_qsl(raw_body.decode(), strict_parsing=True))
