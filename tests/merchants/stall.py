"""A shop that can sign in to its page, with vouchers to take; for pages, browsers and pictures."""

from __future__ import annotations

from dataclasses import dataclass

from app.container import Container
from app.kernel.clock import FixedClock
from app.merchants import sign_in
from app.rewards.vouchers.models import Voucher
from app.rewards.vouchers.rules import VoucherRules
from tests.factories.street import a_street
from tests.merchants.market import Market, Shop

PIN = "4711"


@dataclass
class Stall:
    market: Market
    shop: Shop
    vouchers: list[Voucher]


def a_stall(container: Container) -> Stall:
    """Mama Nkechi, and three vouchers of a household nearby; the database must be empty."""
    now = container.clock.now()
    market = Market(
        container.database,
        FixedClock(now),
        a_street(container.database, now),
        rules=VoucherRules.of(container.settings),
    )
    shop, home = market.shop(), market.household()
    with container.database.unit_of_work() as session:
        sign_in.set_pin(session, shop.id, PIN, now)
    return Stall(
        market, shop, [market.voucher(home, amount_minor=amount) for amount in (50_000, 75_000, 20_000)]
    )
