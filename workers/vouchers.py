"""Tells households of vouchers that are about to expire, and gives the credit of those back that have."""

from __future__ import annotations

from app.container import Container
from app.rewards.vouchers.ending import EXPIRE_VOUCHERS, Ender, expire_one, remind_one
from app.rewards.vouchers.rules import VoucherRules

__all__ = ["EXPIRE_VOUCHERS", "expire_vouchers"]

_AT_ONCE = 200


def expire_vouchers(container: Container) -> int:
    """Each voucher in a unit of work of its own."""
    ender = Ender(container.post, VoucherRules.of(container.settings))
    now = container.clock.now()
    done = 0
    for step in (remind_one, expire_one):
        for _ in range(_AT_ONCE):
            with container.database.unit_of_work() as session:
                if not step(session, ender, now):
                    break
            done += 1
    return done
