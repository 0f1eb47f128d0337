"""A household that joins at its door, told by the collector who stands there.

Decided here:
- Whoever stands at the door says yes, and the collector vouches for it: that is logged as given at the door, with who
  wrote it down. The first text says who signed the phone up and how to leave. An opt-out stays: only a text of their
  own ends it, so such a home joins in silence, and its collector is told.
- A phone that speaks for a home already makes none. What is weighed on that visit is credited to that home.
- A home of like name or landmark at the same place, under another phone, is taken, and a case asks the office: two
  families may share a door, and nobody at a door can decide that.
- Who left before is not brought back by somebody else's word: the new home starts with nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import audit
from app.cases import of_collectors as cases
from app.db import lock_phone
from app.errors import InvalidInput
from app.fieldwork import models
from app.fieldwork.answers import Answer, Rules, Sender, Taken, Why
from app.fieldwork.clocks import corrected
from app.fieldwork.records import Enrolment, Record
from app.households import likeness
from app.households import service as households
from app.households.models import Household
from app.households.pinning import SOURCE, WORST_METRES
from app.kernel.clock import local_date
from app.kernel.phone import NotAPhone, Phone, parse_phone
from app.kernel.place import FARTHEST_FROM_ZONE_METRES, Location, distance_metres
from app.messaging import contacts
from app.messaging.post import Post, Value
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.places import pluscodes
from app.places import service as places
from app.places.models import Zone
from app.weighing.models import ConflictReason, Visit
from app.weighing.submissions import digest, keep_aside

MOST_A_DAY: Final = 60
"""Per collector. Each enrolment sends a text to a number that somebody typed; nobody enrols so many by foot."""

log = structlog.get_logger()


@dataclass(frozen=True)
class _Sent:
    id: UUID
    collector_id: UUID
    at: datetime
    what: Enrolment

    def content(self) -> dict[str, Any]:
        return {
            "kind": self.what.kind,
            "collector_id": str(self.collector_id),
            **self.what.content(),
        }


def take(
    session: Session,
    record: Record,
    what: Enrolment,
    sender: Sender,
    *,
    now: datetime,
    post: Post,
    rules: Rules,
) -> Taken:
    """Enrol the household, once per id, in the caller's unit of work."""
    at = corrected(
        record.stamp,
        sent_at=sender.sent_at,
        received_at=now,
        earliest=now - timedelta(days=rules.limits.late_days),
    )
    sent = _Sent(record.id, sender.collector_id, at, what)
    try:
        phone = parse_phone(what.phone, rules.region)
    except NotAPhone:
        return _refused(session, sent, Why.PHONE, now)
    lock_phone(session, phone)
    known = session.get(models.Enrolment, record.id)
    if known is not None and known.content_digest == digest(sent.content()):
        return Taken(Answer.DUPLICATE, known.why)
    if known is not None or _is_another_kinds(session, record.id):
        keep_aside(session, sent, ConflictReason.OTHER_CONTENT, now)
        return Taken(Answer.CONFLICT)
    zone = places.zone_by_code(session, what.zone_code)
    if zone is None or _today(session, sender.collector_id, now) >= MOST_A_DAY:
        return _refused(session, sent, Why.ZONE if zone is None else Why.TOO_MANY, now)
    try:
        with session.begin_nested():
            household_id, why = _enrolled(session, sent, phone, zone, now=now, post=post, rules=rules)
    except InvalidInput:  # an empty name or landmark
        return _refused(session, sent, Why.MALFORMED, now)
    session.add(
        models.Enrolment(
            id=record.id,
            household_id=household_id,
            collector_id=sender.collector_id,
            content_digest=digest(sent.content()),
            why=why,
            made_at=at,
            device_at=record.stamp.device_at,
            via=sender.via,
            received_at=now,
        )
    )
    session.flush()
    return Taken(Answer.DUPLICATE if why is Why.KNOWN_PHONE else Answer.ACCEPTED, why)


def stop_of(session: Session, enrolment_id: UUID, now: datetime, *, make: bool) -> Pickup | None:
    """Where what is weighed on the visit of that enrolment counts, held; with `make`, made where it has none yet."""
    enrolled = session.get(models.Enrolment, enrolment_id, with_for_update=True, populate_existing=True)
    if enrolled is None:
        return None
    if enrolled.pickup_id is None and make:
        household = households.lock(session, enrolled.household_id)
        _, day = zone_and_day(session, enrolled)
        enrolled.pickup_id = pickups.on_the_spot(session, household, day, enrolled.id, now).id
        session.flush()
    if enrolled.pickup_id is None:
        return None
    return session.get(Pickup, enrolled.pickup_id, with_for_update=True, populate_existing=True)


def get(session: Session, enrolment_id: UUID) -> models.Enrolment | None:
    return session.get(models.Enrolment, enrolment_id)


def zone_and_day(session: Session, enrolled: models.Enrolment) -> tuple[UUID, date]:
    """By whose rates what is weighed on the visit of the enrolment counts."""
    household = households.get(session, enrolled.household_id)
    return household.zone_id, local_date(enrolled.made_at, places.zone(session, household.zone_id).timezone)


def unmake_stop(session: Session, enrolment_id: UUID) -> None:
    """Let go of a stop at which nothing came to count: nobody was told of it, and nobody waits there."""
    enrolled = session.get(models.Enrolment, enrolment_id)
    pickup = session.get(Pickup, enrolment_id)
    if enrolled is None or pickup is None or pickup.status is not PickupStatus.SCHEDULED:
        return
    enrolled.pickup_id = None
    session.flush()
    session.delete(pickup)
    session.flush()


def was_by(session: Session, pickup_id: UUID, collector_id: UUID) -> bool:
    """Whether the pickup is the first visit of a home that this collector enrolled."""
    mine = select(models.Enrolment.id).where(
        models.Enrolment.id == pickup_id, models.Enrolment.collector_id == collector_id
    )
    return session.scalar(mine) is not None


def _enrolled(
    session: Session, sent: _Sent, phone: Phone, zone: Zone, *, now: datetime, post: Post, rules: Rules
) -> tuple[UUID, Why | None]:
    """The household, and what its collector should know. Raises `InvalidInput`."""
    homes = households.for_phone(session, phone)
    if homes:
        return next((home for home in homes if home.zone_id == zone.id), homes[0]).id, Why.KNOWN_PHONE
    what = sent.what
    location = _place(what, zone)
    like = likeness.find(session, zone.id, name=what.name, landmark=what.landmark, location=location)
    household = households.enrol(
        session,
        phone=phone,
        name=what.name,
        language=what.language if what.language in rules.languages else rules.languages[0],
        zone_id=zone.id,
        landmark=what.landmark,
        location=location,
        comes_back=False,
        now=now,
    )
    by = f"collector:{sent.collector_id}"
    may_text = contacts.agreed_at_the_door(session, phone, recorded_by=by, now=now)
    audit.record(session, by, "enrolled", "household", household.id, now=now)
    pickups.extend(session, now, post, rules.timetable, household_id=household.id)
    if may_text:
        _welcome(session, household, phone, zone, sent, now=now, post=post, rules=rules)
    if like is not None:
        cases.open_possible_duplicate(
            session, sent.collector_id, local_date(now, zone.timezone), (household.id, like), by=by, now=now
        )
    log.info("household.enrolled_at_the_door", household_id=str(household.id), like=like is not None)
    if not may_text:
        return household.id, Why.OPTED_OUT
    return household.id, Why.SAME_PLACE if like else None


def _welcome(
    session: Session,
    household: Household,
    phone: Phone,
    zone: Zone,
    sent: _Sent,
    *,
    now: datetime,
    post: Post,
    rules: Rules,
) -> None:
    """What they agreed to, how to leave, and when somebody comes next; not in the middle of the night."""
    tomorrow = local_date(now, zone.timezone) + timedelta(days=1)
    first = pickups.upcoming(session, household.id, tomorrow)
    when: dict[str, Value] = (
        {"date": first.date, "start": first.window_start, "end": first.window_end} if first else {}
    )
    post.text(
        session,
        phone=phone,
        language=household.language,
        key="door.welcome" if first else "door.welcome.undated",
        values={"name": household.name, "programme": rules.programme, **when},
        now=now,
        household_id=household.id,
        dedupe_key=f"enrolment:{sent.id}",
        not_before=rules.timetable.hours.opening(now, zone.timezone),
    )


def _place(what: Enrolment, zone: Zone) -> Location | None:
    """Where the phone was, if that is exact and near enough; else the plus code in the landmark, if there is one."""
    centre = Location(zone.latitude, zone.longitude, "zone")
    here = what.position
    found = [
        Location(here.latitude, here.longitude, SOURCE, here.accuracy_metres)
        if here and here.accuracy_metres <= WORST_METRES
        else None,
        pluscodes.in_text(what.landmark, centre),
    ]
    return next(
        (one for one in found if one and distance_metres(one, centre) <= FARTHEST_FROM_ZONE_METRES), None
    )


def _refused(session: Session, sent: _Sent, why: Why, now: datetime) -> Taken:
    keep_aside(session, sent, ConflictReason.REFUSED, now)
    return Taken(Answer.REFUSED, why)


def _is_another_kinds(session: Session, record_id: UUID) -> bool:
    return any(session.get(kind, record_id) is not None for kind in (models.FieldRecord, Visit))


def _today(session: Session, collector_id: UUID, now: datetime) -> int:
    mine = select(func.count()).where(
        models.Enrolment.collector_id == collector_id,
        models.Enrolment.received_at > now - timedelta(days=1),
    )
    return session.scalar(mine) or 0
