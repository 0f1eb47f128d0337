"""Who pays: the first of a payout's candidates that can make the payment, is well, and has float for it.

Asked before each attempt, and only while no earlier attempt may have arrived; so a payout whose fate is unknown
stays with the provider that has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.payouts.floats.standing import without_float
from app.payouts.health import unwell
from app.payouts.models import Payout
from app.payouts.ports import CannotPay, Instruction, PaymentProvider, WireRequest

log = structlog.get_logger()


@dataclass(frozen=True)
class Choice:
    name: str
    provider: PaymentProvider
    request: WireRequest


def choose(
    session: Session,
    providers: Mapping[str, PaymentProvider],
    payout: Payout,
    attempt_id: UUID,
    now: datetime,
) -> Choice | None:
    """Who makes this attempt, and what goes over the wire; None where no candidate is configured.

    A provider in trouble is better than none: whether our float is too small, it says best itself. Raises
    `CannotPay` where no candidate can make this payment at all.
    """
    wish = Instruction(payout.payee_phone, payout.amount_minor, payout.currency)
    possible: list[Choice] = []
    objections: list[CannotPay] = []
    for name in payout.candidates or [payout.provider]:
        provider = providers.get(name)
        if provider is None:
            log.error("payout.provider_not_configured", payout_id=str(payout.id), provider=name)
            continue
        try:
            possible.append(Choice(name, provider, provider.plan(wish, attempt_id)))
        except CannotPay as error:
            objections.append(CannotPay(f"{name}: {error}", error.because))
    if not possible:
        if objections:
            raise CannotPay("; ".join(str(one) for one in objections), objections[0].because)
        return None
    names = [one.name for one in possible]
    troubled = unwell(session, names, now) | without_float(
        session, names, payout.amount_minor, now, but=payout
    )
    return next((one for one in possible if one.name not in troubled), possible[0])
