"""The phones of one household: one less, one for another, what each is told, and what each may do.

A phone that is new in a household could be anybody's who held the old one for a minute. So the others are
told at once, and for some hours (the cooling) it spends nothing without the household's PIN, and changes no
phones. A phone whose place is taken stays until the cooling is over, so that it can object.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.households import service
from app.households.models import HouseholdPhone

MOST_PHONES: Final = 5
_MOST_ENDED: Final = 200


def of(session: Session, household_id: UUID, phone: str) -> HouseholdPhone:
    """The household's line about `phone`, held until the transaction ends. Raises `NotFound`."""
    found = session.scalar(
        select(HouseholdPhone)
        .where(HouseholdPhone.household_id == household_id, HouseholdPhone.phone == phone)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("That phone does not speak for the household.")
    return found


def by_id(session: Session, household_id: UUID, phone_id: UUID) -> HouseholdPhone:
    """Raises `NotFound`."""
    found = session.get(HouseholdPhone, phone_id)
    if found is None or found.household_id != household_id:
        raise NotFound("The household has no such phone.")
    return found


def cooling_until(phone: HouseholdPhone, now: datetime) -> datetime | None:
    """Until when it neither spends without the PIN nor changes phones; None where it may."""
    if phone.ends_at is not None:
        return max(phone.ends_at, now)
    return phone.spends_from if phone.spends_from is not None and phone.spends_from > now else None


def add(
    session: Session, household_id: UUID, *, phone: str, language: str, cooling: timedelta, now: datetime
) -> HouseholdPhone:
    """One more phone for the household; one it has already is left as it is.

    Raises `NotFound`, and `Refused` where it has as many as it may.
    """
    service.lock(session, household_id)
    known = service.phones(session, household_id)
    there = next((one for one in known if one.phone == phone), None)
    if there is not None:
        return there
    if sum(one.ends_at is None for one in known) >= MOST_PHONES:
        raise Refused(f"A household has at most {MOST_PHONES} phones.")
    made = service.add_phone(session, household_id, phone=phone, language=language, now=now)
    made.spends_from = now + cooling
    session.flush()
    return made


def replace(
    session: Session,
    household_id: UUID,
    *,
    old: str,
    new: str,
    language: str,
    cooling: timedelta,
    now: datetime,
) -> HouseholdPhone:
    """Let `new` take the place of `old` once the cooling is over. Raises `NotFound` and `Refused`."""
    service.lock(session, household_id)
    leaving = of(session, household_id, old)
    leaving.replaced_by, leaving.ends_at = new, now + cooling
    session.flush()
    made = add(session, household_id, phone=new, language=language, cooling=cooling, now=now)
    made.gets_receipts, made.gets_reminders = leaving.gets_receipts, leaving.gets_reminders
    made.gets_approach = leaving.gets_approach
    session.flush()
    return made


def remove(session: Session, household_id: UUID, phone: str) -> None:
    """Let `phone` no longer speak for the household; one whose place it was to take stays after all.

    Raises `NotFound`, and `Refused` for the last one.
    """
    service.lock(session, household_id)
    leaving = of(session, household_id, phone)
    others = [one for one in service.phones(session, household_id) if one.phone != phone]
    for one in others:
        if one.replaced_by == phone:
            one.replaced_by = one.ends_at = None
    if all(one.ends_at is not None for one in others):
        raise Refused("That is the household's last phone.")
    if leaving.gets_receipts and not any(one.gets_receipts for one in others if one.ends_at is None):
        next(one for one in others if one.ends_at is None).gets_receipts = True
    session.delete(leaving)
    session.flush()


def set_texts(
    session: Session,
    household_id: UUID,
    phone: str,
    *,
    receipts: bool,
    reminders: bool,
    approach: bool | None = None,
) -> HouseholdPhone:
    """Choose what `phone` is told; without `approach`, that stays as it is.

    Raises `NotFound`, and `Refused` where nobody would see the household's weights any more.
    """
    service.lock(session, household_id)
    chosen = of(session, household_id, phone)
    others = [one for one in service.phones(session, household_id) if one.phone != phone]
    if not receipts and not any(one.gets_receipts for one in others):
        raise Refused("At least one phone gets the receipts.")
    chosen.gets_receipts, chosen.gets_reminders = receipts, reminders
    chosen.gets_approach = chosen.gets_approach if approach is None else approach
    session.flush()
    return chosen


def confirm(session: Session, household_id: UUID, phone: str, now: datetime) -> HouseholdPhone:
    """Somebody made certain that `phone` is still the household's. Raises `NotFound`."""
    line = of(session, household_id, phone)
    line.confirmed_at = now
    session.flush()
    return line


def end_replaced(session: Session, now: datetime) -> int:
    """Take away the phones whose place has been taken; how many, at most some hundred at once."""
    ended = (
        select(HouseholdPhone.id)
        .where(HouseholdPhone.ends_at <= now)
        .limit(_MOST_ENDED)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(ended).all()
    session.execute(delete(HouseholdPhone).where(HouseholdPhone.id.in_(ids)))
    return len(ids)
