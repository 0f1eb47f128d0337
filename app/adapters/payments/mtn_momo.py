"""MTN MoMo Disbursement: mobile money to the phone's wallet.

What is relied on (momodeveloper.mtn.com: "Disbursement" API, "Callback", "Common Error Codes"):

* A token by Basic authentication, good for `expires_in` seconds; a refused one is a 401.
* `POST /disbursement/v1_0/transfer` under our own `X-Reference-Id`, a version 4 UUID. 202 means queued, nothing more.
  The same id again is 409 `RESOURCE_ALREADY_EXIST`: an id that any earlier request had is never taken.
* `GET …/transfer/{id}` is PENDING, SUCCESSFUL or FAILED with a reason. 404 `RESOURCE_NOT_FOUND`: no such transfer was
  taken; an hour is beyond any request's life.
* The callback, a POST or a PUT, is sent once at best and signed by nothing: it only has us ask.
* `GET /disbursement/v1_0/account/balance` tells what our account holds.
* `X-Target-Environment` names the country; each has one currency, and the sandbox has euros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from app.adapters.payments.tokens import Tokens
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
from app.payouts.reasons import Because
from app.payouts.telling import Told

SANDBOX: Final = "sandbox"
CURRENCY_OF: Final = {
    SANDBOX: "EUR",
    "mtnbenin": "XOF",
    "mtncameroon": "XAF",
    "mtncongo": "XAF",
    "mtnghana": "GHS",
    "mtnguineaconakry": "GNF",
    "mtnivorycoast": "XOF",
    "mtnliberia": "LRD",
    "mtnrwanda": "RWF",
    "mtnsouthafrica": "ZAR",
    "mtnswaziland": "SZL",
    "mtnuganda": "UGX",
    "mtnzambia": "ZMW",
}
"""By target environment."""
LARGEST_MAJOR: Final = 5_000_000
"""Ours: MTN's own limits differ by wallet and are told as reasons."""
_STATUS_OF: Final = {
    "PENDING": ObservedStatus.PROCESSING,
    "SUCCESSFUL": ObservedStatus.SUCCEEDED,
    "FAILED": ObservedStatus.FAILED,
}
_SHORT: Final = "NOT_ENOUGH_FUNDS"
_REASONS: Final = frozenset(
    {
        _SHORT,
        "EXPIRED",
        "INTERNAL_PROCESSING_ERROR",
        "INVALID_CURRENCY",
        "NOT_ALLOWED",
        "NOT_ALLOWED_TARGET_ENVIRONMENT",
        "PAYEE_NOT_ALLOWED_TO_RECEIVE",
        "PAYEE_NOT_FOUND",
        "PAYER_LIMIT_REACHED",
        "PAYER_NOT_FOUND",
        "TRANSACTION_CANCELED",
    }
)
"""Why a transfer FAILED for good. COULD_NOT_PERFORM_TRANSACTION (a time-out) and SERVICE_UNAVAILABLE are not here."""
_BECAUSE: Final = {
    "PAYEE_NOT_ALLOWED_TO_RECEIVE": Because.PHONE,
    "PAYEE_NOT_FOUND": Because.PHONE,
    "PAYER_LIMIT_REACHED": Because.AMOUNT,
}
"""All else is ours or theirs to mend."""
_DUPLICATE: Final = "RESOURCE_ALREADY_EXIST"
_NOT_FOUND: Final = "RESOURCE_NOT_FOUND"

log = structlog.get_logger()


class MtnMomo:
    """A `PaymentProvider` and a `BalanceTeller`."""

    def __init__(
        self,
        *,
        api_user: str,
        api_key: str,
        subscription_key: str,
        target_environment: str,
        currency: str,
        currency_exponent: int,
        callback_url: str,
        programme_name: str,
        api_url: str,
        timeout_seconds: float = 10,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises `ValueError` for an environment that is not known or has another currency."""
        wire_currency = CURRENCY_OF.get(target_environment)
        if wire_currency is None:
            raise ValueError(f"MTN's target environments are {', '.join(CURRENCY_OF)}")
        if target_environment != SANDBOX and wire_currency != currency:
            raise ValueError(f"{target_environment} pays in {wire_currency}, not in {currency}")
        self._currency, self._wire_currency = currency, wire_currency
        self._exponent = currency_exponent
        self._credentials = (api_user, api_key)
        self._headers = {
            "Ocp-Apim-Subscription-Key": subscription_key,
            "X-Target-Environment": target_environment,
        }
        self._callback_url = callback_url
        # Its gateway turns away bodies with apostrophes and the like.
        self._note = "".join(one for one in programme_name if one.isalnum() or one == " ")
        self._wire = Wire(api_url, timeout_seconds, transport)
        self._tokens = Tokens(self._fetch_token)
        self.capabilities = Capabilities(
            currency=currency,
            currency_exponent=currency_exponent,
            minimum_minor=10**currency_exponent,
            maximum_minor=LARGEST_MAJOR * 10**currency_exponent,
            reference_pattern="[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
            duplicates=Duplicates.REFUSED,
            resendable=True,
            queryable_by_reference=True,
            callbacks=AuthLevel.SECRET,
            not_found_final_after=timedelta(hours=1),
            timeout=timedelta(seconds=2 * PHASES * timeout_seconds),
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        self.capabilities.check(instruction)
        reference = str(as_version_4(attempt_id))
        body = {
            "amount": _plain(to_major(instruction.amount_minor, self._exponent)),
            "currency": self._wire_currency,
            "externalId": reference,
            "payee": {"partyIdType": "MSISDN", "partyId": instruction.payee_phone.removeprefix("+")},
            "payerMessage": self._note,
            "payeeNote": self._note,
        }
        return WireRequest(reference, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        token = await self._tokens.get()
        if isinstance(token, NoAnswer):
            return without_answer(token)
        headers = {"X-Reference-Id": request.reference, "X-Callback-Url": self._callback_url}
        answer = await self._call("POST", "/disbursement/v1_0/transfer", token, headers, request.body)
        if isinstance(answer, NoAnswer):
            return without_answer(answer)
        code = text(answer.said.get("code")) or f"http_{answer.status}"
        if answer.status == httpx.codes.ACCEPTED:
            return SubmitResult(
                SubmitOutcome.ACCEPTED,
                Observation(ObservedStatus.PROCESSING, request.reference, code="accepted"),
            )
        if answer.status == httpx.codes.UNAUTHORIZED:
            self._tokens.drop()
            return not_sent(code)
        if answer.status == httpx.codes.CONFLICT and code == _DUPLICATE:
            return SubmitResult(SubmitOutcome.DUPLICATE, unread(code))
        # Also what it refused: whether there is such a transfer, it says when asked.
        log.error("mtn_momo.not_accepted", status=answer.status, code=code)
        return unclear(code)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:  # noqa: ARG002 - the port's; ours is known there
        token = await self._tokens.get()
        if isinstance(token, NoAnswer):
            return unread(token.code)
        answer = await self._call("GET", f"/disbursement/v1_0/transfer/{request.reference}", token)
        if isinstance(answer, NoAnswer):
            return unread(answer.code)
        if answer.status == httpx.codes.UNAUTHORIZED:
            self._tokens.drop()
        if answer.is_success:
            seen = self._observation(answer.said)
            return seen if seen.reference == request.reference else unread("other_reference")
        code = text(answer.said.get("code")) or f"http_{answer.status}"
        if answer.status == httpx.codes.NOT_FOUND and code == _NOT_FOUND:
            return Observation(ObservedStatus.NOT_FOUND, request.reference, code=code)
        return unread(code)

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - nothing is signed
        return AuthLevel.SECRET

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        said = json.loads(raw_body)
        if not isinstance(said, dict) or not isinstance(said.get("externalId"), str):
            raise ValueError("a callback names the transfer")  # noqa: TRY004 - the port promises ValueError
        return [self._observation(said)]

    async def balance(self) -> Told:
        token = await self._tokens.get()
        if isinstance(token, NoAnswer):
            return untold(token)
        answer = await self._call("GET", "/disbursement/v1_0/account/balance", token)
        if isinstance(answer, Answer) and answer.status == httpx.codes.UNAUTHORIZED:
            self._tokens.drop()
        if isinstance(answer, NoAnswer) or not answer.is_success:
            return untold(answer)
        available = to_minor(answer.said.get("availableBalance"), self._exponent, floored=True)
        return told(available, text(answer.said.get("currency")), self._wire_currency)

    async def _fetch_token(self) -> Answer | NoAnswer:
        return await self._wire.call(
            "POST", "/disbursement/token/", headers=self._headers, auth=self._credentials
        )

    async def _call(
        self,
        method: str,
        path: str,
        token: str,
        headers: Mapping[str, str] | None = None,
        content: str | None = None,
    ) -> Answer | NoAnswer:
        given = {**self._headers, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return await self._wire.call(method, path, headers={**given, **(headers or {})}, content=content)

    def _observation(self, said: Mapping[str, Any]) -> Observation:
        word = said.get("status")
        status = _STATUS_OF.get(word) if isinstance(word, str) else None
        if status is None:
            log.error("mtn_momo.unknown_status", status=str(word)[:40])
        reason = _reason(said)
        if status is ObservedStatus.FAILED and reason not in _REASONS:
            log.error("mtn_momo.unknown_reason", reason=reason)
            status = None
        currency, party = text(said.get("currency")), text(inner(said.get("payee")).get("partyId"))
        return Observation(
            status or ObservedStatus.UNCLEAR,
            reference=text(said.get("externalId")),
            provider_reference=text(said.get("financialTransactionId")),
            amount_minor=to_minor(said.get("amount"), self._exponent),
            currency=self._currency if currency == self._wire_currency else currency,
            payee_phone=f"+{party}" if party else None,
            code=reason or str(word)[:40],
            short_of_float=reason == _SHORT,
            because=_BECAUSE.get(reason or ""),
        )


def as_version_4(attempt_id: UUID) -> UUID:
    """A version 4 UUID that `attempt_id` alone decides: MTN refuses others."""
    return UUID(bytes=hashlib.sha256(attempt_id.bytes).digest()[:16], version=4)


def _plain(amount: str) -> str:
    """`500` for `500.00`, as its examples write it."""
    number = Decimal(amount)
    return str(int(number)) if number == number.to_integral_value() else amount


def _reason(said: Mapping[str, Any]) -> str | None:
    """Written as a text or as an object with a code, by the country's version."""
    reason = said.get("reason")
    return text(inner(reason).get("code")) or text(reason)
