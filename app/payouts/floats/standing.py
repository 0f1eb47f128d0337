"""What is left of our float with each provider, and who can still promise a payment.

Known is, in this order: what the provider itself said within `BELIEVED_FOR`, less all that was sent since; else what
the book has put there less what it took off, less what is on its way; else nothing, and nothing is refused for it.
From either goes what has been promised and not begun (RESERVED).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnExpressionArgument, func, not_, or_, select
from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.ledger import totals
from app.payouts.floats.models import FloatStanding, FloatTopup
from app.payouts.health import short_from
from app.payouts.holds import HOLDING
from app.payouts.models import TOOK_FLOAT, Payout, PayoutAttempt
from app.payouts.statuses import PayoutStatus

BELIEVED_FOR: Final = timedelta(hours=12)
"""So long after it was told, a provider's word on our float is built on."""
SENT_AGAIN_WITHIN: Final = timedelta(days=4)
"""After it was first sent: by then a person decides."""


class Basis(enum.StrEnum):
    """Whose word a float is known by."""

    TOLD = "told"
    BOOKED = "booked"


@dataclass(frozen=True)
class Float:
    provider: str
    booked_minor: int
    """Put there less paid out, by the book."""
    topped_up: bool
    """Whether anybody recorded a top-up: without one, `booked_minor` says only what was paid out."""
    told_minor: int | None
    told_at: datetime | None
    failure: str | None
    promised_minor: int
    """Reserved, and not begun."""
    underway_minor: int
    """On its way and not yet in the word that the float is known by."""
    basis: Basis | None
    short_from_minor: int | None = None
    """The provider itself refused so much for want of float, a short while ago."""

    @property
    def known_minor(self) -> int | None:
        """What can still be promised; None where nobody knows."""
        if self.basis is None:
            return None
        start = self.told_minor if self.basis is Basis.TOLD else self.booked_minor
        return (start or 0) - self.promised_minor - self.underway_minor

    @property
    def most_minor(self) -> int | None:
        """The largest payment that can be promised; None = any."""
        below_short = None if self.short_from_minor is None else self.short_from_minor - 1
        return min((one for one in (self.known_minor, below_short) if one is not None), default=None)


def floats(
    session: Session, providers: Iterable[str], now: datetime, *, but: Payout | None = None
) -> dict[str, Float]:
    """How each of `providers` stands; `but` is a payout that must not count against itself."""
    names = list(dict.fromkeys(providers))
    told = {
        row.provider: row
        for row in session.scalars(
            select(FloatStanding)
            .where(FloatStanding.provider.in_(names))
            .execution_options(populate_existing=True)
        )
    }
    topped_up = set(
        session.scalars(
            select(FloatTopup.provider).where(FloatTopup.provider.in_(names), ~FloatTopup.rounding).distinct()
        )
    )
    booked = totals.standing(session, [ledger.float_code(name) for name in names])
    promised = _promised(session, names, but)
    short = short_from(session, names, now)
    made = {}
    for name in names:
        row = told.get(name)
        basis = _basis(row, topped_up=name in topped_up, now=now)
        made[name] = Float(
            provider=name,
            booked_minor=-booked.get(ledger.float_code(name), 0),
            topped_up=name in topped_up,
            told_minor=row.balance_minor if row else None,
            told_at=row.told_at if row else None,
            failure=row.failure if row else None,
            promised_minor=promised.get(name, 0),
            underway_minor=_underway(session, name, basis, row),
            basis=basis,
            short_from_minor=short.get(name),
        )
    return made


def promisable(session: Session, candidates: Sequence[str], amount_minor: int, now: datetime) -> list[str]:
    """The candidates, in their order, whose float has room for `amount_minor` more; empty: nobody can pay it now.

    Their standings stay locked until the transaction ends, so that two promises cannot share one float.
    """
    session.execute(
        select(FloatStanding.provider)
        .where(FloatStanding.provider.in_(candidates))
        .order_by(FloatStanding.provider)
        .with_for_update()
    )
    known = floats(session, candidates, now)
    return [name for name in candidates if _has(known[name], amount_minor)]


def most_promisable(known: Mapping[str, Float], candidates: Iterable[str]) -> int | None:
    """The largest payment that one of `candidates` can promise; None = any, 0 where there is nobody."""
    most = [known[name].most_minor for name in candidates]
    return None if None in most else max((one for one in most if one is not None), default=0)


def without_float(
    session: Session, names: Sequence[str], amount_minor: int, now: datetime, *, but: Payout
) -> set[str]:
    """Whose float is too small for `but`, which is about to be sent."""
    known = floats(session, names, now, but=but)
    return {name for name in names if not _has(known[name], amount_minor)}


def _has(one: Float, amount_minor: int) -> bool:
    return one.most_minor is None or one.most_minor >= amount_minor


def _basis(row: FloatStanding | None, *, topped_up: bool, now: datetime) -> Basis | None:
    if row is not None and row.balance_minor is not None and row.told_at is not None:
        told_lately = now - row.told_at <= BELIEVED_FOR
    else:
        told_lately = False
    if told_lately:
        return Basis.TOLD
    return Basis.BOOKED if topped_up else None


def _promised(session: Session, names: Sequence[str], but: Payout | None) -> dict[str, int]:
    query = (
        select(Payout.provider, func.sum(Payout.amount_minor))
        .where(Payout.status == PayoutStatus.RESERVED, Payout.provider.in_(names))
        .group_by(Payout.provider)
    )
    if but is not None:
        query = query.where(Payout.id != but.id)
    return {name: int(amount) for name, amount in session.execute(query)}


def _underway(session: Session, name: str, basis: Basis | None, row: FloatStanding | None) -> int:
    """By the book, all that is open. By the provider's word, what was sent since, and what it may not have taken yet."""
    if basis is None:
        return 0
    if basis is Basis.BOOKED or row is None or row.told_at is None:
        return _sum(session, name, PayoutAttempt.open, Payout.status.in_(HOLDING))
    since = func.coalesce(PayoutAttempt.resent_at, PayoutAttempt.created_at) >= row.told_at
    lately = PayoutAttempt.created_at >= row.told_at - SENT_AGAIN_WITHIN
    sent = _sum(session, name, lately, since, or_(PayoutAttempt.open, PayoutAttempt.result.in_(TOOK_FLOAT)))
    unclear = Payout.status.in_([PayoutStatus.SUBMITTING, PayoutStatus.UNKNOWN])
    return sent + _sum(session, name, not_(since), PayoutAttempt.open, unclear)


def _sum(session: Session, name: str, *which: ColumnExpressionArgument[bool]) -> int:
    amount = session.scalar(
        select(func.coalesce(func.sum(Payout.amount_minor), 0))
        .join_from(PayoutAttempt, Payout, Payout.id == PayoutAttempt.payout_id)
        .where(PayoutAttempt.provider == name, *which)
    )
    return int(amount or 0)
