"""Paystack Transfers: to a wallet that has the phone for its account number.

What is relied on (paystack.com/docs: "Single Transfers", "Managing Transfers", "Webhooks", API reference
"Transfers" and "Errors: Transfers"):

* Two calls. `POST /transferrecipient` moves nothing and returns the known recipient when repeated; `POST /transfer`
  pays. So whatever goes wrong before the second call, nothing was paid.
* Amounts are in the minor unit. Wallets: Nigeria `nuban` (the mobile-money banks number their accounts by the
  phone without its leading 0), Ghana and Kenya `mobile_money` (the national number).
* A reference is 16 to 50 characters of a-z 0-9 - _; one that was used gets 400 `duplicate_transfer_reference`.
  To try an unclear transfer again under the same reference is what Paystack asks for, against crediting twice.
* `GET /transfer/verify/{reference}` knows a transfer by our reference. Paystack states no time after which one
  that it does not know never arrived; a day is beyond any request's life.
* `otp` waits for a code that only a person can give: for transfers by a program, turn the OTP off.
* `GET /transfer` with `from` and `to` lists our transfers page by page: the statement.
* `GET /balance` lists what our account holds in each currency, in the minor unit.
* Webhooks are signed: `x-paystack-signature` is the HMAC-SHA512 of the raw body under the secret key.
* Where an approval URL is set, each transfer is asked about first (`transferrequest.approval-required`): 200 lets
  it pass, 400 makes it `rejected`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from app.adapters.payments.paystack_words import WALLETS, approval, observation, stated
from app.adapters.payments.wire import (
    PHASES,
    Answer,
    NoAnswer,
    Wire,
    inner,
    not_sent,
    text,
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
from app.payouts.reasons import Because
from app.payouts.telling import StatementFailed, StatementLine, Told

SIGNATURE_HEADER: Final = "x-paystack-signature"
APPROVAL_EVENT: Final = "transferrequest.approval-required"


_EVENTS: Final = {
    "transfer.success": ObservedStatus.SUCCEEDED,
    "transfer.failed": ObservedStatus.FAILED,
    "transfer.reversed": ObservedStatus.REVERSED,
}
_OUTCOME_OF: Final = {
    ObservedStatus.PROCESSING: SubmitOutcome.ACCEPTED,
    ObservedStatus.SUCCEEDED: SubmitOutcome.SETTLED,
    ObservedStatus.FAILED: SubmitOutcome.REJECTED_FINAL,
}
_PAGE, _MOST_PAGES = 100, 500
_DUPLICATE: Final = "duplicate_transfer_reference"
_SHORT: Final = "insufficient_balance"
_SHORT_MESSAGE: Final = "your balance is not enough"

log = structlog.get_logger()


class Paystack:
    """A `PaymentProvider`, an `Approver`, a `BalanceTeller` and a `StatementTeller`."""

    def __init__(
        self,
        *,
        secret_key: str,
        currency: str,
        bank_code: str,
        programme_name: str,
        api_url: str,
        timeout_seconds: float = 10,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises `ValueError` for a currency that Paystack has no wallets in."""
        if currency not in WALLETS:
            raise ValueError(f"Paystack pays wallets in {', '.join(WALLETS)}, not in {currency}")
        self._key = secret_key
        self._wallets = WALLETS[currency]
        self._bank_code = bank_code
        self._programme_name = programme_name
        self._wire = Wire(api_url, timeout_seconds, transport)
        self.capabilities = Capabilities(
            currency=currency,
            currency_exponent=2,
            minimum_minor=self._wallets.minimum_minor,
            maximum_minor=self._wallets.maximum_minor,
            reference_pattern="[a-z0-9_-]{16,50}",
            duplicates=Duplicates.REFUSED,
            resendable=True,
            queryable_by_reference=True,
            callbacks=AuthLevel.SIGNED,
            not_found_final_after=timedelta(days=1),
            timeout=timedelta(seconds=2 * PHASES * timeout_seconds),
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        self.capabilities.check(instruction)
        reference = attempt_id.hex
        body = {
            "phone": instruction.payee_phone,
            "recipient": {
                "type": self._wallets.recipient_type,
                "name": f"{self._programme_name} household",
                "account_number": self._wallets.account_number(instruction.payee_phone),
                "bank_code": self._bank_code,
                "currency": instruction.currency,
            },
            "transfer": {
                "source": "balance",
                "amount": instruction.amount_minor,
                "currency": instruction.currency,
                "reference": reference,
                "reason": self._programme_name,
            },
        }
        return WireRequest(reference, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        planned = json.loads(request.body)
        recipient = await self._call("POST", "/transferrecipient", json=planned["recipient"])
        code = _recipient_code(recipient)
        if code is None:
            return _no_recipient(request, recipient)
        transfer = {**planned["transfer"], "recipient": code}
        answer = await self._call("POST", "/transfer", json=transfer)
        if isinstance(answer, NoAnswer):
            return without_answer(answer)
        if answer.is_success and answer.said.get("status") is True:
            seen = observation(inner(answer.said.get("data")), request)
            if seen.reference != request.reference:
                return unclear("other_reference")
            return SubmitResult(_OUTCOME_OF.get(seen.status, SubmitOutcome.INDETERMINATE), seen)
        return _refusal(request, answer)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:  # noqa: ARG002 - the port's; ours is known there
        answer = await self._call("GET", f"/transfer/verify/{request.reference}")
        if isinstance(answer, NoAnswer):
            return unread(answer.code)
        if answer.is_success and answer.said.get("status") is True:
            seen = observation(inner(answer.said.get("data")), request)
            return seen if seen.reference == request.reference else unread("other_reference")
        # A 404 of Paystack's own: its envelope says so; one from something on the way says nothing.
        message = str(answer.said.get("message", "")).lower()
        if (
            answer.status == httpx.codes.NOT_FOUND
            and answer.said.get("status") is False
            and "not found" in message
        ):
            return Observation(ObservedStatus.NOT_FOUND, request.reference, code="transfer_not_found")
        return unread(f"http_{answer.status}")

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - the port's; the signature is what counts
        given = headers.get(SIGNATURE_HEADER, "")
        right = hmac.compare_digest(given.encode(), signature(self._key, raw_body).encode())
        return AuthLevel.SIGNED if right else AuthLevel.NONE

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        event, data = _event(raw_body)
        if event not in _EVENTS:
            return []  # of charges, say: one address takes all of an account's events
        reference = text(data.get("reference"))
        if reference is None:
            raise ValueError("a transfer's event names its reference")
        seen = observation(data, None)
        if seen.status is not _EVENTS[event]:
            log.error("paystack.event_contradicts_status", paystack_event=event, status=seen.code)
            return [unread(f"{event}:{seen.code}", seen.provider_reference)]
        return [seen]

    def parse_approval(self, raw_body: bytes) -> list[Approval]:
        """Raises `ValueError` for a body that is no such request, or does not tell all that must match."""
        event, data = _event(raw_body)
        if event != APPROVAL_EVENT:
            raise ValueError("that asks for no approval")
        transfers = data.get("transfers")
        if not isinstance(transfers, list) or not transfers:
            raise ValueError("it names no transfer")
        asked = inner(inner(data.get("details")).get("body"))
        return [approval(inner(transfer), asked, self._wallets) for transfer in transfers]

    async def balance(self) -> Told:
        answer = await self._call("GET", "/balance")
        if isinstance(answer, NoAnswer) or not answer.is_success:
            return untold(answer)
        listed = answer.said.get("data")
        currency = self.capabilities.currency
        held = [inner(one) for one in listed] if isinstance(listed, list) else []
        amounts = [one.get("balance") for one in held if one.get("currency") == currency]
        amount = amounts[0] if len(amounts) == 1 else None
        return told(amount if isinstance(amount, int) else None, currency, currency)

    async def statement(self, since: datetime, until: datetime) -> list[StatementLine]:
        lines: list[StatementLine] = []
        period = {"from": since.isoformat(), "to": until.isoformat(), "perPage": str(_PAGE)}
        for page in range(1, _MOST_PAGES + 1):
            answer = await self._call("GET", "/transfer", params={**period, "page": str(page)})
            if isinstance(answer, NoAnswer) or not answer.is_success:
                raise StatementFailed(untold(answer).failure)
            listed = answer.said.get("data")
            if not isinstance(listed, list):
                raise StatementFailed("no_list")
            lines += [stated(inner(one), self._wallets) for one in listed]
            pages = inner(answer.said.get("meta")).get("pageCount")
            if len(listed) < _PAGE or pages == page:
                return lines
        raise StatementFailed("too_many_pages")

    async def _call(
        self, method: str, path: str, json: object = None, params: Mapping[str, str] | None = None
    ) -> Answer | NoAnswer:
        headers = {"Authorization": f"Bearer {self._key}"}
        return await self._wire.call(method, path, headers=headers, json=json, params=params)


def signature(key: str, raw_body: bytes) -> str:
    return hmac.new(key.encode(), raw_body, hashlib.sha512).hexdigest()


def _recipient_code(answer: Answer | NoAnswer) -> str | None:
    if isinstance(answer, NoAnswer) or not answer.is_success:
        return None
    return text(inner(answer.said.get("data")).get("recipient_code"))


def _no_recipient(request: WireRequest, answer: Answer | NoAnswer) -> SubmitResult:
    """Nothing was paid. An account that does not exist will not exist later; anything else may be mended."""
    if isinstance(answer, NoAnswer):
        return not_sent(f"recipient:{answer.code}")
    code = text(answer.said.get("code")) or f"http_{answer.status}"
    if answer.is_refusal and answer.said.get("status") is False:
        seen = Observation(
            ObservedStatus.FAILED, request.reference, code=f"recipient:{code}", because=Because.PHONE
        )
        return SubmitResult(SubmitOutcome.REJECTED_FINAL, seen)
    return not_sent(f"recipient:{code}")


def _refusal(request: WireRequest, answer: Answer) -> SubmitResult:
    code = text(answer.said.get("code")) or f"http_{answer.status}"
    if answer.status == httpx.codes.UNAUTHORIZED:
        return not_sent(code)
    if answer.is_refusal and code == _DUPLICATE:
        return SubmitResult(SubmitOutcome.DUPLICATE, unread(code))
    message = str(answer.said.get("message", "")).lower()
    if answer.is_refusal and (code == _SHORT or message.startswith(_SHORT_MESSAGE)):
        seen = Observation(ObservedStatus.FAILED, request.reference, code=_SHORT, short_of_float=True)
        return SubmitResult(SubmitOutcome.REJECTED_FINAL, seen)
    log.error("paystack.unknown_answer", status=answer.status, code=code)
    return unclear(code)


def _event(raw_body: bytes) -> tuple[str, dict[str, Any]]:
    said = json.loads(raw_body)
    if not isinstance(said, dict) or not isinstance(said.get("event"), str):
        raise ValueError("a callback names its event")  # noqa: TRY004 - the port promises ValueError
    return said["event"], inner(said.get("data"))
