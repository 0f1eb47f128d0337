"""Loads what a home has: credit, what of it is put aside, and the vouchers that it lies in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.flows.snapshot import HeldVoucher, Home, Purse, Saved
from app.ledger import service as ledger
from app.merchants import service as merchants
from app.rewards import goals, holding
from app.rewards.vouchers import codes, issuing
from app.weighing import holding as held_credits


def purse_of(session: Session, home: Home, _now: datetime) -> dict[str, Any]:
    """Nothing is looked for on the hold of a home that has nothing there, and most have not."""
    standing = ledger.standing(session, home.id)
    looked_at_minor = 0
    vouchers: tuple[HeldVoucher, ...] = ()
    if standing.held_minor:
        looked_at_minor += held_credits.waiting_minor(session, home.id)
        looked_at_minor += holding.waiting_minor(session, home.id)
        vouchers = _vouchers(session, home)
    saved = goals.by_name(session, standing.saved_minor)
    return {
        "purse": Purse(standing.credit_minor, standing.held_minor - looked_at_minor, looked_at_minor),
        "goals": tuple(Saved(name, amount_minor) for name, amount_minor in saved),
        "vouchers": vouchers,
    }


def _vouchers(session: Session, home: Home) -> tuple[HeldVoucher, ...]:
    held = issuing.open_of(session, home.id)
    names = merchants.names(session, {one.only_at_id for one in held if one.only_at_id})
    return tuple(
        HeldVoucher(
            codes.spoken(one.code),
            one.amount_minor,
            one.last_day,
            names[one.only_at_id] if one.only_at_id else "",
        )
        for one in held
    )
