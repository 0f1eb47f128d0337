"""What Reloadly's words mean: top-ups as its answers, callbacks and reports tell them. Pure; `reloadly` names the sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog

from app.adapters.payments.wire import moment, text, to_minor
from app.payouts.ports import Capabilities, Observation, ObservedStatus
from app.payouts.telling import StatementFailed, StatementLine, StatementStatus

_STATUS_OF: Final = {
    "PROCESSING": ObservedStatus.PROCESSING,
    "SUCCESSFUL": ObservedStatus.SUCCEEDED,
    "FAILED": ObservedStatus.FAILED,
    "REFUNDED": ObservedStatus.REVERSED,
}
_STATED: Final = {
    ObservedStatus.SUCCEEDED: StatementStatus.CREDITED,
    ObservedStatus.FAILED: StatementStatus.FAILED,
    ObservedStatus.REVERSED: StatementStatus.FAILED,
}
"""All else has not come to an end."""

log = structlog.get_logger()


def observation(said: Mapping[str, Any], ours: Capabilities) -> Observation:
    word, transaction_id = said.get("status"), said.get("transactionId")
    status = _STATUS_OF.get(word) if isinstance(word, str) else None
    if status is None:
        log.error("reloadly.unknown_status", status=str(word)[:40])
    phone = (text(said.get("recipientPhone")) or "").removeprefix("+")
    delivered = status is ObservedStatus.SUCCEEDED
    return Observation(
        status or ObservedStatus.UNCLEAR,
        reference=text(said.get("customIdentifier")),
        provider_reference=str(transaction_id) if isinstance(transaction_id, int) else None,
        amount_minor=to_minor(said.get("deliveredAmount"), ours.currency_exponent) if delivered else None,
        currency=text(said.get("deliveredAmountCurrencyCode")) if delivered else None,
        payee_phone=f"+{phone}" if phone else None,
        code=str(word)[:40],
        fee_minor=_fee(said, ours),
    )


def _fee(said: Mapping[str, Any], ours: Capabilities) -> int | None:
    """They take less than the airtime's worth for it, by the operator's discount: a fee below zero."""
    minor = to_minor(said.get("discount"), ours.currency_exponent, nearest=True)
    same = said.get("discountCurrencyCode") == ours.currency
    return -minor if minor is not None and same else None


def stated(said: Mapping[str, Any], ours: Capabilities) -> StatementLine:
    """One top-up of the report. Raises `StatementFailed` where it does not tell what a statement must."""
    seen = observation(said, ours)
    amount = to_minor(said.get("deliveredAmount"), ours.currency_exponent)
    currency, at = text(said.get("deliveredAmountCurrencyCode")), moment(said.get("transactionDate"))
    if amount is None or currency is None or at is None:
        raise StatementFailed("a top-up without amount, currency or time")
    return StatementLine(
        _STATED.get(seen.status, StatementStatus.PENDING),
        amount,
        currency,
        at,
        seen.reference,
        seen.provider_reference,
        seen.payee_phone,
        seen.fee_minor or 0,
    )
