"""Joining, changing what is known, pausing and leaving; and who a phone speaks for.

Pickups are not this module's: `app.pickups.service.leave` also calls the open ones off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import lock_phone
from app.errors import InvalidInput, NotFound
from app.households.models import Household, HouseholdPhone, HouseholdStatus
from app.kernel.phone import Phone
from app.kernel.place import Location

COMES_BACK_DAYS = 180
"""Who joins again within that time gets the old household, and its credit, back. Later the number may be a
stranger's: Nigerian networks hand out numbers that lay idle for 180 days (NCC)."""
NAME_MAX = 80
LANDMARK_MAX = 160


def enrol(
    session: Session,
    *,
    phone: str,
    name: str,
    language: str,
    zone_id: UUID,
    landmark: str,
    location: Location | None,
    comes_back: bool = True,
    now: datetime,
) -> Household:
    """A new active household that `phone` speaks for, or the one that left it not long ago if it `comes_back`.

    `phone` may speak for others as well. Raises `InvalidInput`.
    """
    lock_phone(session, phone)
    household = _one_that_left(session, phone, now) if comes_back else None
    if household is None:
        household = Household(joined_at=now)
        session.add(household)
    household.name = _cleaned("name", name, NAME_MAX)
    household.language = language
    household.zone_id = zone_id
    _place(household, landmark, location)
    household.status = HouseholdStatus.ACTIVE
    household.paused_until = None
    household.left_at = None
    household.updated_at = now
    session.flush()
    speaker = session.scalar(
        select(HouseholdPhone).where(
            HouseholdPhone.household_id == household.id, HouseholdPhone.phone == phone
        )
    )
    if speaker is None:
        add_phone(session, household.id, phone=phone, language=language, now=now)
    else:
        speaker.language = language
    return household


def add_phone(
    session: Session, household_id: UUID, *, phone: str, language: str, now: datetime
) -> HouseholdPhone:
    """Let one more phone speak for the household, with receipts and reminders."""
    made = HouseholdPhone(
        household_id=household_id,
        phone=phone,
        language=language,
        gets_receipts=True,
        gets_reminders=True,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def get(session: Session, household_id: UUID) -> Household:
    """Raises `NotFound`."""
    found = session.get(Household, household_id)
    if found is None:
        raise NotFound("There is no such household.")
    return found


def lock(session: Session, household_id: UUID) -> Household:
    """The household as it now stands, held until the transaction ends. Raises `NotFound`."""
    session.flush()
    found = session.get(Household, household_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound("There is no such household.")
    return found


def for_phone(session: Session, phone: str) -> list[Household]:
    """The households that `phone` speaks for and that have not left; the one it joined first, first."""
    return list(
        session.scalars(
            select(Household)
            .join(HouseholdPhone, HouseholdPhone.household_id == Household.id)
            .where(HouseholdPhone.phone == phone, Household.status != HouseholdStatus.LEFT)
            .order_by(HouseholdPhone.created_at, HouseholdPhone.id)
        )
    )


def phones(session: Session, household_id: UUID) -> list[HouseholdPhone]:
    """Its phones, the first one first."""
    return phones_of(session, [household_id])[household_id]


def phones_of(session: Session, household_ids: Sequence[UUID]) -> dict[UUID, list[HouseholdPhone]]:
    """The phones of each household, the first one first, in one query."""
    found: defaultdict[UUID, list[HouseholdPhone]] = defaultdict(list)
    for row in session.scalars(
        select(HouseholdPhone)
        .where(HouseholdPhone.household_id.in_(household_ids))
        .order_by(HouseholdPhone.created_at, HouseholdPhone.id)
    ):
        found[row.household_id].append(row)
    return {household_id: found[household_id] for household_id in household_ids}


def primary_phone(session: Session, household_id: UUID) -> Phone:
    """The phone it joined with, or the oldest still there. Raises `NotFound` where it has none."""
    known = phones(session, household_id)
    if not known:
        raise NotFound("The household has no phone.")
    return Phone(known[0].phone)


def set_language(session: Session, household_id: UUID, language: str, now: datetime) -> Household:
    """Speak `language` with the household and all its phones. Raises `NotFound`."""
    household = get(session, household_id)
    household.language = language
    household.updated_at = now
    session.execute(
        update(HouseholdPhone).where(HouseholdPhone.household_id == household_id).values(language=language)
    )
    session.flush()
    return household


def rename(session: Session, household_id: UUID, name: str, now: datetime) -> Household:
    """Raises `InvalidInput` and `NotFound`."""
    household = lock(session, household_id)
    household.name = _cleaned("name", name, NAME_MAX)
    household.updated_at = now
    session.flush()
    return household


def set_phone_language(session: Session, phone: str, language: str, now: datetime) -> None:
    """Speak `language` with this phone; with its households too, where nobody else speaks for them."""
    session.execute(update(HouseholdPhone).where(HouseholdPhone.phone == phone).values(language=language))
    mine = select(HouseholdPhone.household_id).where(HouseholdPhone.phone == phone)
    others = select(HouseholdPhone.household_id).where(HouseholdPhone.phone != phone)
    session.execute(
        update(Household)
        .where(Household.id.in_(mine), Household.id.not_in(others))
        .values(language=language, updated_at=now)
        .execution_options(synchronize_session=False)
    )


def change_place(
    session: Session,
    household_id: UUID,
    *,
    zone_id: UUID,
    landmark: str,
    location: Location | None,
    now: datetime,
) -> Household:
    """Say where it lives now. In another zone, `app.pickups.service.settle` carries its pickups along.

    Raises `InvalidInput` and `NotFound`.
    """
    household = lock(session, household_id)
    household.zone_id = zone_id
    _place(household, landmark, location)
    household.updated_at = now
    session.flush()
    return household


def pause(session: Session, household_id: UUID, *, until: date | None, now: datetime) -> Household:
    """No pickups before `until`, or until it is resumed. Raises `NotFound`; one that left stays so."""
    household = lock(session, household_id)
    if household.status is not HouseholdStatus.LEFT:
        household.status = HouseholdStatus.PAUSED
        household.paused_until = until
        household.updated_at = now
        session.flush()
    return household


def resume(session: Session, household_id: UUID, *, now: datetime) -> Household:
    """End a pause. Raises `NotFound`; one that left stays so."""
    household = lock(session, household_id)
    if household.status is HouseholdStatus.PAUSED:
        household.status = HouseholdStatus.ACTIVE
        household.paused_until = None
        household.updated_at = now
        session.flush()
    return household


def leave(session: Session, household_id: UUID, now: datetime) -> Household:
    """Leave the service; its history and credit stay. Leaving twice is leaving once. Raises `NotFound`."""
    household = lock(session, household_id)
    if household.status is not HouseholdStatus.LEFT:
        household.status = HouseholdStatus.LEFT
        household.paused_until = None
        household.left_at = now
        household.updated_at = now
        session.flush()
    return household


def location_of(household: Household) -> Location | None:
    """Where it lives, as far as is known."""
    if household.latitude is None or household.longitude is None:
        return None
    return Location(
        household.latitude,
        household.longitude,
        household.location_source or "unknown",
        household.location_uncertainty_metres,
    )


def _one_that_left(session: Session, phone: str, now: datetime) -> Household | None:
    return session.scalar(
        select(Household)
        .join(HouseholdPhone, HouseholdPhone.household_id == Household.id)
        .where(
            HouseholdPhone.phone == phone,
            Household.status == HouseholdStatus.LEFT,
            Household.left_at > now - timedelta(days=COMES_BACK_DAYS),
        )
        .order_by(Household.left_at.desc(), Household.id.desc())
        .limit(1)
        .with_for_update(of=Household, key_share=True)
    )


def _place(household: Household, landmark: str, location: Location | None) -> None:
    household.landmark = _cleaned("landmark", landmark, LANDMARK_MAX)
    household.latitude = location.latitude if location else None
    household.longitude = location.longitude if location else None
    household.location_source = location.source if location else None
    household.location_uncertainty_metres = location.uncertainty_metres if location else None


def _cleaned(field: str, text: str, length_max: int) -> str:
    cleaned = " ".join(text.replace("\x00", "").split())
    if not cleaned:
        raise InvalidInput(field, f"The {field} is empty.")
    if len(cleaned) > length_max:
        raise InvalidInput(field, f"The {field} is longer than {length_max} characters.")
    return cleaned
