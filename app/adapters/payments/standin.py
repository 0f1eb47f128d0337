"""The demo's pretend payment company, spoken to over real HTTP. The pattern for a real adapter.

Its words are mapped through tables; what is not in a table is logged and means "unclear". The other side is
`standin_company`, served by `app.web.simulator.payments`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from app.adapters.payments.wire import PHASES, Answer, NoAnswer, Wire, text, unclear, unread, without_answer
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

SIGNATURE_HEADER: Final = "x-standin-signature"
"""HMAC-SHA256 of the raw body under the account's key, in hexadecimal."""

_STATUS_OF = {
    "processing": ObservedStatus.PROCESSING,
    "succeeded": ObservedStatus.SUCCEEDED,
    "failed": ObservedStatus.FAILED,
    "reversed": ObservedStatus.REVERSED,
}
_OUTCOME_OF = {
    ObservedStatus.PROCESSING: SubmitOutcome.ACCEPTED,
    ObservedStatus.SUCCEEDED: SubmitOutcome.SETTLED,
    ObservedStatus.FAILED: SubmitOutcome.REJECTED_FINAL,
}
_FINAL_REJECTIONS = frozenset({"invalid_phone", "amount_out_of_range", "insufficient_float"})
"""Nothing was taken and nothing will be: only these. A refused key, say, is not among them: it can be mended."""
_BECAUSE = {"invalid_phone": Because.PHONE, "amount_out_of_range": Because.AMOUNT}
_DUPLICATE = "duplicate_reference"
_NOT_FOUND = "not_found"

log = structlog.get_logger()


class Standin:
    """A `PaymentProvider` and a `BalanceTeller`."""

    def __init__(self, *, api_url: str, key: str, currency: str, timeout_seconds: float = 10) -> None:
        self._wire = Wire(api_url, timeout_seconds)
        self._key = key
        self.capabilities = Capabilities(
            currency=currency,
            currency_exponent=2,
            minimum_minor=1_000,
            maximum_minor=5_000_000,
            reference_pattern="[0-9a-f]{32}",
            duplicates=Duplicates.SAME_ANSWER,
            resendable=True,
            queryable_by_reference=True,
            callbacks=AuthLevel.SIGNED,
            not_found_final_after=timedelta(minutes=10),
            timeout=timedelta(seconds=PHASES * timeout_seconds),
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        self.capabilities.check(instruction)
        reference = attempt_id.hex
        body = {
            "reference": reference,
            "phone": instruction.payee_phone,
            "amount_minor": instruction.amount_minor,
            "currency": instruction.currency,
        }
        return WireRequest(reference, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        answer = await self._call("POST", "/v1/airtime", content=request.body)
        if isinstance(answer, NoAnswer):
            return without_answer(answer)
        if answer.status in {httpx.codes.OK, httpx.codes.ACCEPTED}:
            seen = _observation(answer.said)
            if seen.reference != request.reference:
                return unclear("other_reference")
            return SubmitResult(_OUTCOME_OF.get(seen.status, SubmitOutcome.INDETERMINATE), seen)
        return _refusal(request, answer)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:  # noqa: ARG002 - the port's; this company knows our reference
        answer = await self._call("GET", f"/v1/airtime/{request.reference}")
        if isinstance(answer, NoAnswer):
            return unread(answer.code)
        if answer.status == httpx.codes.OK:
            seen = _observation(answer.said)
            return seen if seen.reference == request.reference else unread("other_reference")
        # A 404 of the company's own; one from something on the way says nothing about the payment.
        if answer.status == httpx.codes.NOT_FOUND and answer.said.get("code") == _NOT_FOUND:
            return Observation(ObservedStatus.NOT_FOUND, request.reference, code=_NOT_FOUND)
        return unread(f"http_{answer.status}")

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - the port's; the signature is what counts
        given = headers.get(SIGNATURE_HEADER, "")
        return (
            AuthLevel.SIGNED
            if hmac.compare_digest(given.encode(), signature(self._key, raw_body).encode())
            else AuthLevel.NONE
        )

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        said = json.loads(raw_body)
        if not isinstance(said, dict) or not isinstance(said.get("reference"), str):
            raise ValueError("a callback names a reference")  # noqa: TRY004 - the port promises ValueError
        return [_observation(said)]

    async def balance(self) -> Told:
        """Its answer is null where there is no end to our float."""
        answer = await self._call("GET", "/v1/balance")
        if isinstance(answer, NoAnswer):
            return Told(failure=answer.code)
        if answer.status != httpx.codes.OK or "balance_minor" not in answer.said:
            return Told(failure=f"http_{answer.status}")
        held = answer.said["balance_minor"]
        return Told(held if isinstance(held, int) else None)

    async def _call(self, method: str, path: str, content: str | None = None) -> Answer | NoAnswer:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        return await self._wire.call(method, path, headers=headers, content=content)


def signature(key: str, raw_body: bytes) -> str:
    return hmac.new(key.encode(), raw_body, hashlib.sha256).hexdigest()


def _refusal(request: WireRequest, answer: Answer) -> SubmitResult:
    code = str(answer.said.get("code", ""))[:40]
    if answer.status == httpx.codes.CONFLICT and code == _DUPLICATE:
        return SubmitResult(SubmitOutcome.DUPLICATE, Observation(ObservedStatus.UNCLEAR, code=code))
    if httpx.codes.is_client_error(answer.status) and code in _FINAL_REJECTIONS:
        seen = Observation(ObservedStatus.FAILED, request.reference, code=code, because=_BECAUSE.get(code))
        return SubmitResult(SubmitOutcome.REJECTED_FINAL, seen)
    log.error("standin.unknown_answer", status=answer.status, code=code)
    return unclear(code or f"http_{answer.status}")


def _observation(said: Mapping[str, Any]) -> Observation:
    word = said.get("status")
    status = _STATUS_OF.get(word) if isinstance(word, str) else None
    if status is None:
        log.error("standin.unknown_status", status=str(word)[:40])
    amount = said.get("amount_minor")
    return Observation(
        status or ObservedStatus.UNCLEAR,
        reference=text(said.get("reference")),
        provider_reference=text(said.get("id")),
        amount_minor=amount if isinstance(amount, int) and not isinstance(amount, bool) else None,
        currency=text(said.get("currency")),
        payee_phone=text(said.get("phone")),
        code=text(said.get("code")) or str(word)[:40],
    )
