"""Households, and the phones that speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.errors import InvalidInput
from app.flows.numbers import NumberChange
from app.households import changing, service
from app.households.models import Household, HouseholdPhone, HouseholdStatus
from app.kernel.place import Location
from app.pickups import service as pickups
from app.places import pluscodes
from app.places import service as places
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.household_output import HouseholdOut, shown
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import (
    Day,
    Input,
    Language,
    Latitude,
    Line,
    Longitude,
    Name,
    PhoneText,
    absent,
    as_phone,
    changes,
    check_language,
    example,
    naming,
)
from app.web.deps import Here

router = APIRouter(prefix="/households", tags=["households"])
Reader = Annotated[Caller, Depends(needs("households:read"))]
Writer = Annotated[Caller, Depends(needs("households:write"))]

Landmark = Annotated[Line, Field(max_length=160)]
PlusCode = Annotated[Line, Field(max_length=20)]
_CODE = "A plus code, such as `6FR5G92X+4P`, or `G92X+4P` within the zone."
_ZONE = "0193572a-6b00-7000-8000-000000000002"


class HouseholdQuery(ListQuery):
    zone_id: UUID | None = None
    status: HouseholdStatus | None = None
    phone: str | None = Field(None, max_length=32, description="Households this phone speaks for.")


class Place(Input):
    latitude: Latitude
    longitude: Longitude


class NewHousehold(Input):
    model_config = example(
        phone="+2348000000001",
        name="Mama Ada",
        language="en",
        zone_id=_ZONE,
        landmark="Blue gate opposite the church on Adeniran Street",
        location={"latitude": 6.4969, "longitude": 3.3488},
    )

    phone: PhoneText
    name: Name
    language: Language | None = Field(None, description="The service's first language where left out.")
    zone_id: UUID
    landmark: Landmark
    location: Place | None = None
    plus_code: PlusCode | None = Field(None, description=f"Instead of `location`. {_CODE}")


class HouseholdChange(Input):
    model_config = example(landmark="Green gate, second floor", language="pcm")

    name: Name = absent()
    language: Language = absent()
    zone_id: UUID = absent()
    landmark: Landmark = absent()
    location: Place | None = Field(None, description="Null forgets it.")
    plus_code: PlusCode = absent()


class Pause(Input):
    model_config = example(until="2026-12-24")

    until: Day | None = Field(None, description="The first day on which it wants pickups again, if it said.")


class NewPhone(Input):
    model_config = example(phone="+2348000000002", language="pcm")

    phone: PhoneText
    language: Language | None = None


@router.get("", summary="List households")
def list_households(
    asked: Annotated[HouseholdQuery, Query()], caller: Reader, container: Here
) -> Page[HouseholdOut]:
    """Households, newest first, with phones and balances. What was shown is kept in the audit trail."""
    query = select(Household).where(
        *matching((Household.zone_id, asked.zone_id), (Household.status, asked.status))
    )
    if asked.phone is not None:
        phone = as_phone(asked.phone, container.settings.region, "?phone")
        spoken_for = select(HouseholdPhone.household_id).where(HouseholdPhone.phone == phone)
        query = query.where(Household.id.in_(spoken_for))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Household.id)
        items = shown(session, rows)
        trail.listed(session, caller, "household", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{household_id}", summary="Read a household")
def read_household(household_id: UUID, caller: Reader, container: Here) -> HouseholdOut:
    """One household. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        household = service.get(session, household_id)
        trail.read(session, caller, "household", household_id, now=container.clock.now())
        return shown(session, [household])[0]


@router.post("", status_code=201, summary="Enrol a household")
def create_household(new: NewHousehold, caller: Writer, once: Creation, container: Here) -> HouseholdOut:
    """A new household for a phone, which may speak for others too; or, back again, the one that left lately.

    Send an `Idempotency-Key`, so that asking twice enrols once.
    """
    now, settings = container.clock.now(), container.settings
    phone = as_phone(new.phone, settings.region, "phone")
    language = check_language(new.language or settings.default_language, settings.languages)

    with container.database.unit_of_work() as session:

        def enrol() -> Mapping[str, Any]:
            with naming("zone_id"):
                places.zone(session, new.zone_id)
            household = service.enrol(
                session,
                phone=phone,
                name=new.name,
                language=language,
                zone_id=new.zone_id,
                landmark=new.landmark,
                location=_location(session, new.zone_id, new.location, new.plus_code),
                now=now,
            )
            _schedule(session, container, household.id)
            trail.wrote(session, caller, "created", "household", household.id, now=now)
            return shown(session, [household])[0].model_dump(mode="json")

        return HouseholdOut.model_validate(once.answer(session, now, enrol))


@router.patch("/{household_id}", summary="Change a household")
def change_household(
    household_id: UUID, change: HouseholdChange, caller: Writer, container: Here
) -> HouseholdOut:
    """Set the fields that are sent; the others stay."""
    now = container.clock.now()
    given = changes(change)
    if "language" in given:
        check_language(change.language, container.settings.languages)
    with container.database.unit_of_work() as session:
        if "zone_id" in given:
            with naming("zone_id"):
                places.zone(session, change.zone_id)
        plus_code = given.pop("plus_code", None)
        if "location" in given or plus_code:
            zone_id = change.zone_id or service.get(session, household_id).zone_id
            given["location"] = _location(session, zone_id, change.location, plus_code)
        household = changing.change(session, household_id, **given, now=now)
        if "zone_id" in given:
            _schedule(session, container, household_id)
        trail.wrote(session, caller, "changed", "household", household_id, now=now, fields=sorted(given))
        return shown(session, [household])[0]


@router.post("/{household_id}/phones", status_code=201, summary="Add a phone")
def add_phone(household_id: UUID, new: NewPhone, caller: Writer, container: Here) -> HouseholdOut:
    """Let one more phone speak for the household, where the office has its owner's word; the others are told.

    For some hours it spends nothing without the household's PIN. One that speaks for it already changes nothing.
    """
    now, settings = container.clock.now(), container.settings
    phone = as_phone(new.phone, settings.region, "phone")
    with container.database.unit_of_work() as session:
        household = service.lock(session, household_id)
        language = check_language(new.language or household.language, settings.languages)
        if all(known.phone != phone for known in service.phones(session, household_id)):
            NumberChange.of(settings, container.post).add(
                session, household_id, phone=phone, language=language, now=now
            )
            trail.wrote(session, caller, "phone_added", "household", household_id, now=now)
        return shown(session, [household])[0]


@router.post("/{household_id}/pause", summary="Pause a household")
def pause_household(household_id: UUID, pause: Pause, caller: Writer, container: Here) -> HouseholdOut:
    """No pickups until a day, or until it is resumed; those already planned are called off."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        household = pickups.pause(session, household_id, until=pause.until, now=now)
        trail.wrote(session, caller, "paused", "household", household_id, now=now)
        return shown(session, [household])[0]


@router.post("/{household_id}/resume", summary="Resume a household")
def resume_household(household_id: UUID, caller: Writer, container: Here) -> HouseholdOut:
    """End a pause: what was called off for it stands again."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        household = service.resume(session, household_id, now=now)
        _schedule(session, container, household_id)
        trail.wrote(session, caller, "resumed", "household", household_id, now=now)
        return shown(session, [household])[0]


@router.post("/{household_id}/leave", summary="Let a household leave")
def leave(household_id: UUID, caller: Writer, container: Here) -> HouseholdOut:
    """It gets no pickups any more; history and credit stay. Leaving twice is leaving once."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        household = pickups.leave(session, household_id, now)
        trail.wrote(session, caller, "left", "household", household_id, now=now)
        return shown(session, [household])[0]


def _schedule(session: Session, container: Container, household_id: UUID) -> None:
    timetable = pickups.Timetable.of(container.settings)
    pickups.extend(session, container.clock.now(), container.post, timetable, household_id=household_id)


def _location(session: Session, zone_id: UUID, place: Place | None, plus_code: str | None) -> Location | None:
    if place is not None and plus_code:
        raise InvalidInput("plus_code", "Send `location` or `plus_code`, not both.")
    if place is not None:
        return Location(place.latitude, place.longitude, source="office")
    if not plus_code:
        return None
    zone = places.zone(session, zone_id)
    return pluscodes.read(plus_code, Location(zone.latitude, zone.longitude))
