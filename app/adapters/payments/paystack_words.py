"""What Paystack's words mean: transfers as its answers, events and lists tell them. Pure; `paystack` names the sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from app.adapters.payments.wire import inner, moment, text
from app.payouts.ports import Approval, CannotPay, Observation, ObservedStatus, WireRequest
from app.payouts.reasons import Because
from app.payouts.telling import StatementFailed, StatementLine, StatementStatus


@dataclass(frozen=True)
class Wallets:
    """How one country's wallets are addressed, and what a transfer there may be."""

    recipient_type: str
    calling_code: str
    trunk_prefix: str
    minimum_minor: int
    maximum_minor: int

    def account_number(self, phone: str) -> str:
        """Raises `CannotPay` for a phone of another country."""
        if not phone.startswith(self.calling_code):
            raise CannotPay(f"pays phones that start {self.calling_code} only", Because.PHONE)
        return self.trunk_prefix + phone.removeprefix(self.calling_code)


WALLETS: Final = {
    "NGN": Wallets("nuban", "+234", "", 10_000, 500_000_000),
    "GHS": Wallets("mobile_money", "+233", "0", 100, 1_000_000),
    "KES": Wallets("mobile_money", "+254", "0", 100, 15_000_000),
}
"""Kenya's limits are those of Paystack's price list; it publishes none for the others, and these are ours."""
_STATUS_OF: Final = {
    "success": ObservedStatus.SUCCEEDED,
    "failed": ObservedStatus.FAILED,
    "rejected": ObservedStatus.FAILED,  # our own approval URL said no
    "reversed": ObservedStatus.REVERSED,
    "pending": ObservedStatus.PROCESSING,
    "processing": ObservedStatus.PROCESSING,
    "received": ObservedStatus.PROCESSING,
    "otp": ObservedStatus.PROCESSING,
}
_STATED: Final = {
    ObservedStatus.SUCCEEDED: StatementStatus.CREDITED,
    ObservedStatus.FAILED: StatementStatus.FAILED,
    ObservedStatus.REVERSED: StatementStatus.FAILED,
}
"""All else has not come to an end."""

log = structlog.get_logger()


def observation(data: Mapping[str, Any], request: WireRequest | None) -> Observation:
    word = data.get("status")
    status = _STATUS_OF.get(word) if isinstance(word, str) else None
    if status is None:
        log.error("paystack.unknown_status", status=str(word)[:40])
    if word == "otp":
        log.error("paystack.waits_for_otp", reference=text(data.get("reference")))
    amount, fee = data.get("amount"), data.get("fee_charged")
    return Observation(
        status or ObservedStatus.UNCLEAR,
        reference=text(data.get("reference")),
        provider_reference=text(data.get("transfer_code")),
        amount_minor=amount if isinstance(amount, int) and not isinstance(amount, bool) else None,
        currency=text(data.get("currency")),
        payee_phone=_payee(data, request),
        code=str(word)[:40],
        fee_minor=fee if isinstance(fee, int) and not isinstance(fee, bool) else None,
    )


def stated(data: Mapping[str, Any], wallets: Wallets) -> StatementLine:
    """One transfer of the list. Raises `StatementFailed` where it does not tell what a statement must."""
    seen = observation(data, None)
    account = text(inner(inner(data.get("recipient")).get("details")).get("account_number"))
    at = moment(data.get("createdAt"))
    if seen.amount_minor is None or seen.currency is None or at is None:
        raise StatementFailed("a transfer without amount, currency or time")
    return StatementLine(
        _STATED.get(seen.status, StatementStatus.PENDING),
        seen.amount_minor,
        seen.currency,
        at,
        seen.reference,
        seen.provider_reference,
        None if account is None else wallets.calling_code + account.removeprefix(wallets.trunk_prefix),
        seen.fee_minor or 0,
    )


def _payee(data: Mapping[str, Any], request: WireRequest | None) -> str | None:
    """The phone that was asked for where its account was paid; any other account as it is."""
    account = text(inner(inner(data.get("recipient")).get("details")).get("account_number"))
    if account is None or request is None:
        return None
    planned = json.loads(request.body)
    asked = planned["recipient"]["account_number"]
    return str(planned["phone"]) if account == asked else account


def approval(transfer: Mapping[str, Any], asked: Mapping[str, Any], wallets: Wallets) -> Approval:
    """`asked` is the body of our own request, which Paystack shows beside the transfer it made of it."""
    reference = text(transfer.get("reference"))
    told = {**asked, **transfer} if asked.get("reference") == reference else transfer
    amount, currency = told.get("amount"), text(told.get("currency"))
    if reference is None or currency is None or not isinstance(amount, int) or isinstance(amount, bool):
        raise ValueError("it lacks reference, amount or currency")
    account = text(inner(inner(transfer.get("recipient")).get("details")).get("account_number"))
    phone = None if account is None else wallets.calling_code + account.removeprefix(wallets.trunk_prefix)
    return Approval(text(transfer.get("transfer_code")) or reference, amount, currency, reference, phone)
