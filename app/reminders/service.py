"""Reminding households of their pickups: once each, in time or not at all.

The row in `reminders` is unique per pickup, kind and date, and is written in one transaction with the texts.
So a worker may be killed anywhere, run at any time, or run twice at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.db import conflict
from app.households import service as households
from app.households.models import Household, HouseholdStatus
from app.kernel.ids import new_id
from app.messaging.post import Post
from app.pickups import handover
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, PickupStatus
from app.places import service as places
from app.reminders.models import DropReason, Reminder, ReminderKind, ReminderStatus
from app.reminders.moments import Moment, Timing
from app.settings import Settings

TEXTS = {ReminderKind.EVENING_BEFORE: "reminder.evening", ReminderKind.MORNING_OF: "reminder.morning"}
JUST_TOLD = timedelta(hours=1)
"""Who was given the date that shortly before the reminder, by asking for it or because it was moved, has only
just read it."""
BATCH = 200


def write_due(session: Session, now: datetime, post: Post, settings: Settings, *, limit: int = BATCH) -> int:
    """Write the reminders whose moment has come, and record as dropped those whose moment has passed.

    Returns how many rows were written of either, `limit` at most per time zone and moment; call again until
    it is 0. Only active households with an open pickup are reminded, each phone that wants it in its own
    language. A text that the gateway cannot send before the reminder's deadline expires.
    """
    timing = Timing.of(settings)
    zones: defaultdict[str, list[UUID]] = defaultdict(list)
    for zone in places.zones(session):
        zones[zone.timezone].append(zone.id)
    done = 0
    for timezone, zone_ids in zones.items():
        for moment in timing.come(now, timezone):
            past = moment.is_past(now)
            statuses = OPEN | {PickupStatus.MISSED} if past else OPEN
            owed = _owed(moment, zone_ids).where(Pickup.status.in_(statuses)).limit(limit)
            ours = _record(
                session, session.scalars(owed).all(), moment, now, DropReason.LATE if past else None
            )
            if not past:
                _tell(session, ours, moment, now, post, secret=settings.secret_key.get_secret_value())
            done += len(ours)
    return done


def _owed(moment: Moment, zone_ids: Sequence[UUID]) -> Select[Pickup]:
    """Pickups that had this date in good time, and no such reminder yet.

    Rows held by a household's own turn (it may be declining) or by another worker are left for next time.
    """
    there = (
        select(Reminder.id)
        .where(Reminder.pickup_id == Pickup.id, Reminder.kind == moment.kind, Reminder.date == moment.date)
        .exists()
    )
    return (
        select(Pickup)
        .join(Household, Household.id == Pickup.household_id)
        .where(
            Pickup.zone_id.in_(zone_ids),
            Pickup.date == moment.date,
            Pickup.date_set_at <= moment.due_at - JUST_TOLD,
            Household.status == HouseholdStatus.ACTIVE,
            ~there,
        )
        .order_by(Pickup.id)
        .with_for_update(of=Pickup, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _tell(
    session: Session, ours: Sequence[Pickup], moment: Moment, now: datetime, post: Post, *, secret: str
) -> None:
    phones = households.phones_of(session, [pickup.household_id for pickup in ours])
    untold = []
    for pickup in ours:
        texts = [
            post.text(
                session,
                phone=phone.phone,
                language=phone.language,
                key=TEXTS[moment.kind],
                values={
                    "date": pickup.date,
                    "start": pickup.window_start,
                    "end": pickup.window_end,
                    "handover": handover.code_of(secret, phone.phone, pickup.date),
                },
                now=now,
                household_id=pickup.household_id,
                # One text where a phone speaks for two households of a zone.
                dedupe_key=f"{TEXTS[moment.kind]}:{pickup.date}:{pickup.zone_id}:{phone.phone}",
                expires_at=moment.deadline,
            )
            for phone in phones[pickup.household_id]
            if phone.gets_reminders
        ]
        if not any(texts):
            untold.append(pickup.id)
    _say_untold(session, untold, moment)


def _record(
    session: Session,
    pickups: Sequence[Pickup],
    moment: Moment,
    now: datetime,
    reason: DropReason | None = None,
) -> list[Pickup]:
    """Write the rows; the pickups whose row is ours, and not another worker's."""
    if not pickups:
        return []
    status = ReminderStatus.DROPPED if reason else ReminderStatus.WRITTEN
    rows = [
        {
            "id": new_id(),
            "pickup_id": pickup.id,
            "kind": moment.kind,
            "date": moment.date,
            "due_at": moment.due_at,
            "status": status,
            "reason": reason,
            "created_at": now,
        }
        for pickup in pickups
    ]
    insert = conflict.insert(session, Reminder).on_conflict_do_nothing(
        index_elements=[Reminder.pickup_id, Reminder.kind, Reminder.date]
    )
    ours = set(session.scalars(insert.values(rows).returning(Reminder.pickup_id)))
    return [pickup for pickup in pickups if pickup.id in ours]


def _say_untold(session: Session, pickup_ids: Sequence[UUID], moment: Moment) -> None:
    if pickup_ids:
        session.execute(
            update(Reminder)
            .where(
                Reminder.pickup_id.in_(pickup_ids),
                Reminder.kind == moment.kind,
                Reminder.date == moment.date,
            )
            .values(status=ReminderStatus.DROPPED, reason=DropReason.NOBODY_TO_TELL)
        )
