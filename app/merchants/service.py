"""Merchants: taking them on, changing what is known of them, and who speaks for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.phone import Phone
from app.merchants.models import Merchant, MerchantPhone, MerchantSession

MOST_PHONES = 10
NAME_LONGEST = 30
"""So that it fits into texts."""
_CHANGEABLE = frozenset({"name", "zone_id", "language", "payee_phone", "provider", "active"})


def create(
    session: Session,
    *,
    code: str,
    name: str,
    phones: Sequence[Phone],
    zone_id: UUID,
    language: str,
    payee_phone: Phone,
    provider: str | None,
    now: datetime,
) -> Merchant:
    """Take on a merchant, who may honour vouchers at once. Raises `Conflict` where code or a phone is taken."""
    if session.scalar(select(Merchant.id).where(Merchant.code == code)) is not None:
        raise Conflict(f"There is a merchant {code} already.")
    merchant = Merchant(
        code=code,
        name=name,
        zone_id=zone_id,
        language=language,
        payee_phone=payee_phone,
        provider=provider,
        created_at=now,
        updated_at=now,
    )
    session.add(merchant)
    session.flush()
    set_phones(session, merchant, phones, now)
    return merchant


def get(session: Session, merchant_id: UUID) -> Merchant:
    """Raises `NotFound`."""
    merchant = session.get(Merchant, merchant_id)
    if merchant is None:
        raise NotFound("There is no such merchant.")
    return merchant


def lock(session: Session, merchant_id: UUID) -> Merchant:
    """The merchant as it now stands, held until the transaction ends. Raises `NotFound`."""
    session.flush()
    merchant = session.get(Merchant, merchant_id, with_for_update={"key_share": True}, populate_existing=True)
    if merchant is None:
        raise NotFound("There is no such merchant.")
    return merchant


def by_code(session: Session, code: str) -> Merchant:
    """Raises `NotFound`."""
    merchant = session.scalar(select(Merchant).where(Merchant.code == code))
    if merchant is None:
        raise NotFound(f"There is no merchant {code}.")
    return merchant


def codes(session: Session, merchant_ids: Collection[UUID]) -> dict[UUID, str]:
    """The code of each."""
    if not merchant_ids:
        return {}
    query = select(Merchant.id, Merchant.code).where(Merchant.id.in_(merchant_ids))
    return dict(session.execute(query).all())


def names(session: Session, merchant_ids: Collection[UUID]) -> dict[UUID, str]:
    """What each is called."""
    if not merchant_ids:
        return {}
    query = select(Merchant.id, Merchant.name).where(Merchant.id.in_(merchant_ids))
    return dict(session.execute(query).all())


def for_phone(session: Session, phone: str) -> Merchant | None:
    """Whom `phone` speaks for, active or not."""
    return session.scalar(
        select(Merchant)
        .join(MerchantPhone, MerchantPhone.merchant_id == Merchant.id)
        .where(MerchantPhone.phone == phone)
    )


def phones(session: Session, merchant_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The phones of each, the first one first."""
    rows = session.execute(
        select(MerchantPhone.merchant_id, MerchantPhone.phone)
        .where(MerchantPhone.merchant_id.in_(merchant_ids))
        .order_by(MerchantPhone.created_at, MerchantPhone.id)
    )
    found: dict[UUID, list[str]] = {merchant_id: [] for merchant_id in merchant_ids}
    for merchant_id, phone in rows:
        found[merchant_id].append(phone)
    return found


def change(session: Session, merchant_id: UUID, changes: Mapping[str, Any], now: datetime) -> Merchant:
    """Set some of name, zone_id, language, payee_phone, provider and active. Raises `NotFound`.

    Who is no longer active honours no voucher; what is owed to it stays owed.
    """
    merchant = lock(session, merchant_id)
    for name, value in changes.items():
        if name not in _CHANGEABLE:
            raise InvalidInput(name, "This cannot be changed.")
        setattr(merchant, name, value)
    merchant.updated_at = now
    session.flush()
    return merchant


def set_phones(session: Session, merchant: Merchant, wanted: Sequence[Phone], now: datetime) -> None:
    """Let these phones speak for the merchant, and no others; who signed in with another is signed out.

    Raises `Conflict` where one speaks for another merchant, and `InvalidInput`.
    """
    if not wanted or len(wanted) > MOST_PHONES:
        raise InvalidInput("phones", f"a merchant has one to {MOST_PHONES} phones")
    known = {
        row.phone: row
        for row in session.scalars(select(MerchantPhone).where(MerchantPhone.merchant_id == merchant.id))
    }
    gone = [row.id for phone, row in known.items() if phone not in wanted]
    session.execute(delete(MerchantSession).where(MerchantSession.phone_id.in_(gone)))
    session.execute(delete(MerchantPhone).where(MerchantPhone.id.in_(gone)))
    for phone in dict.fromkeys(wanted):
        if phone in known:
            continue
        if for_phone(session, phone) is not None:
            raise Conflict("One of these phones speaks for another merchant already.")
        session.add(MerchantPhone(merchant_id=merchant.id, phone=phone, created_at=now))
        session.flush()
    merchant.updated_at = now
    session.flush()
