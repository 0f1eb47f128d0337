"""Every merchant's phones, in one list. For the demo's phone; whoever needs one merchant asks `service`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.merchants.models import Merchant, MerchantPhone


@dataclass(frozen=True)
class ShopPhone:
    phone: str
    name: str
    code: str


def shop_phones(session: Session) -> list[ShopPhone]:
    """By the shops' names."""
    rows = session.execute(
        select(MerchantPhone.phone, Merchant.name, Merchant.code)
        .join(Merchant, Merchant.id == MerchantPhone.merchant_id)
        .order_by(Merchant.name, MerchantPhone.created_at, MerchantPhone.id)
    )
    return [ShopPhone(*row) for row in rows]
