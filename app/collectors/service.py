"""Collectors: taking them on, and giving them a PIN."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors import sessions, sign_in
from app.collectors.models import BOX_LITRES, LOAD_GRAMS, Collector, CollectorRole
from app.errors import Conflict, InvalidInput, NotFound
from app.kernel import pins
from app.kernel.phone import Phone


def create(
    session: Session,
    *,
    name: str,
    phone: Phone,
    language: str,
    hub_id: UUID,
    capacity_grams: int = LOAD_GRAMS,
    capacity_litres: int = BOX_LITRES,
    role: CollectorRole = CollectorRole.RIDER,
    now: datetime,
) -> Collector:
    """Take on a collector, who cannot sign in before `set_pin`. Raises `Conflict` if the phone is taken."""
    if session.scalar(select(Collector.id).where(Collector.phone == phone)) is not None:
        raise Conflict("a collector with this phone exists already")
    collector = Collector(
        name=name,
        phone=phone,
        language=language,
        hub_id=hub_id,
        capacity_grams=capacity_grams,
        capacity_litres=capacity_litres,
        role=role,
        created_at=now,
        updated_at=now,
    )
    session.add(collector)
    session.flush()
    return collector


def get(session: Session, collector_id: UUID) -> Collector:
    """Raises `NotFound`."""
    collector = session.get(Collector, collector_id)
    if collector is None:
        raise NotFound("no such collector")
    return collector


def set_pin(session: Session, collector_id: UUID, pin: str, now: datetime) -> None:
    """Give the collector a new PIN; whoever was signed in must sign in again, and lockouts end.

    Raises `NotFound`, and `InvalidInput` unless the PIN is four to six digits.
    """
    collector = get(session, collector_id)
    try:
        collector.pin_hash = pins.hash_pin(pins.check_pin(pin))
    except pins.NotAPin as error:
        raise InvalidInput("pin", str(error)) from error
    collector.updated_at = now
    sessions.revoke_all(session, collector_id, now)
    sign_in.forgive(session, Phone(collector.phone))
    session.flush()
