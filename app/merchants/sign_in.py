"""Signing in to the merchants' page with one of the merchant's phones and its PIN.

In the same three steps as collectors (`app.collectors.sign_in`): the try is counted as failed and committed, the PIN is
compared outside any transaction, then the failure is taken back and a session opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotSignedIn
from app.kernel import pins
from app.kernel.phone import Phone
from app.merchants import service
from app.merchants.models import Merchant, MerchantPhone, MerchantSession
from app.signing_in import sessions, tries
from app.signing_in.tries import Limits

DOOR: Final = "merchant"


@dataclass(frozen=True)
class Try:
    """One counted try, to be judged by `pins.verify`."""

    phone: Phone
    address: str
    phone_id: UUID | None
    pin_hash: str | None


@dataclass(frozen=True)
class SignedIn:
    merchant: Merchant
    phone: str
    renewed: bool
    """The session ends later than it did: the browser's cookie wants to be told."""


def begin(session: Session, *, phone: Phone, address: str, limits: Limits, now: datetime) -> Try:
    """Count one failed try. Commit before going on. Raises `TooManyTries`."""
    tries.count(session, phone=phone, door=DOOR, address=address, limits=limits, now=now)
    known = session.execute(
        select(MerchantPhone.id, Merchant.pin_hash)
        .join(Merchant, Merchant.id == MerchantPhone.merchant_id)
        .where(MerchantPhone.phone == phone)
    ).one_or_none()
    return Try(phone, address, *(known or (None, None)))


def finish(session: Session, attempt: Try, *, lifetime: timedelta, now: datetime) -> str:
    """Open a session for a try whose PIN matched, and return its token, which is kept nowhere else.

    Raises `NotSignedIn` if the PIN or the phone was changed since `begin`.
    """
    pin_hash = session.scalar(
        select(Merchant.pin_hash)
        .join(MerchantPhone, MerchantPhone.merchant_id == Merchant.id)
        .where(MerchantPhone.id == attempt.phone_id)
    )
    if attempt.phone_id is None or pin_hash is None or pin_hash != attempt.pin_hash:
        raise NotSignedIn("sign in")
    tries.take_back(session, phone=attempt.phone, door=DOOR, address=attempt.address, now=now)
    token, token_hash = sessions.new_token()
    session.add(
        MerchantSession(
            token_hash=token_hash, phone_id=attempt.phone_id, created_at=now, expires_at=now + lifetime
        )
    )
    session.flush()
    return token


def session_for(session: Session, token: str, *, lifetime: timedelta, now: datetime) -> SignedIn:
    """Whose token it is; using it keeps it alive for another `lifetime`.

    A merchant that is no longer active may look at what it is owed. Raises `NotSignedIn` for a token that is unknown,
    expired or signed out, or whose phone speaks for the merchant no more.
    """
    row = session.execute(
        select(MerchantSession, MerchantPhone.phone, Merchant)
        .join(MerchantPhone, MerchantPhone.id == MerchantSession.phone_id)
        .join(Merchant, Merchant.id == MerchantPhone.merchant_id)
        .where(sessions.is_open(MerchantSession, token, now))
    ).one_or_none()
    if row is None:
        raise NotSignedIn("sign in")
    signed_in, phone, merchant = row
    return SignedIn(merchant, phone, sessions.keep_alive(session, signed_in, lifetime=lifetime, now=now))


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the token's session; one that has ended already is fine."""
    sessions.end(session, MerchantSession, MerchantSession.token_hash == sessions.hashed(token), now)


def set_pin(session: Session, merchant_id: UUID, pin: str, now: datetime) -> None:
    """Give the merchant a new PIN; whoever was signed in must sign in again, and lockouts end.

    Raises `NotFound`, and `InvalidInput` unless the PIN is four to six digits that are not the first that others would
    try.
    """
    merchant = service.lock(session, merchant_id)
    try:
        digits = pins.check_pin(pin)
    except pins.NotAPin as error:
        raise InvalidInput("pin", str(error)) from error
    if pins.is_weak(digits):
        raise InvalidInput("pin", "that PIN is among the first that others would try")
    merchant.pin_hash = pins.hash_pin(digits)
    merchant.updated_at = now
    mine = select(MerchantPhone.id).where(MerchantPhone.merchant_id == merchant_id)
    sessions.end(session, MerchantSession, MerchantSession.phone_id.in_(mine), now)
    for phone in service.phones(session, [merchant_id])[merchant_id]:
        tries.forgive(session, Phone(phone), DOOR)
    session.flush()


def forget_ended(session: Session, now: datetime) -> int:
    """Delete some of the sessions that ended long ago; how many."""
    return sessions.forget_ended(session, MerchantSession, now)
