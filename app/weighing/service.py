"""Recording what happened at a door: weighed and credited, or missed and why.

Decided here:
- The rate is that of the pickup's date, in the pickup's zone: a phone with a wrong clock changes nobody's pay.
- A stop weighed by a collector who did not have it on his route is taken, and marked `off_route`: routes change
  while a phone is offline, and the material *was* weighed. It shows that collector nothing (law 11); the office
  can look at the marked ones. Before its date, or long after, it is refused.
- A stop is paid for once. A second visit, or the same id with other content, is kept aside for a person.
- A material without a rate is taken at nothing, with a logged error; the weight is not lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Self
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.kernel.clock import local_date
from app.kernel.money import Money
from app.ledger import service as ledger
from app.messaging.post import Post
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.pickups.statuses import TRANSITIONS, MissedReason, PickupStatus
from app.places import service as places
from app.settings import Settings
from app.weighing import holding
from app.weighing.credit import checked_grams
from app.weighing.doubting import TRUSTING, Brought, Judge
from app.weighing.lines import WeighedLine, lines_of, price
from app.weighing.models import ConflictReason, Visit, VisitOutcome, Weighing, WeighingLine
from app.weighing.rates import MaterialRate, rates_on
from app.weighing.receipt import send_receipt, tell_household
from app.weighing.submissions import Missed, Submission, digest, keep_aside

__all__ = [
    "Limits",
    "MaterialRate",
    "Missed",
    "Recorded",
    "RecordedMiss",
    "Submission",
    "WeighedLine",
    "check_day",
    "latest_for",
    "lines_of",
    "price",
    "rates_on",
    "record",
    "record_missed",
]

NOTE_MAX = 300
Outcome = Literal["recorded", "duplicate", "conflict"]

log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    max_grams: int
    """Per material and stop."""
    late_days: int
    """How long after its date a stop's weights are still taken."""
    currency: str
    """ISO 4217, of the whole book."""
    phone_idle: timedelta = timedelta(days=150)
    """A phone silent for longer is told of no money."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.weighing_max_grams,
            settings.weighing_late_days,
            settings.currency,
            timedelta(days=settings.phone_idle_guard_days),
        )


@dataclass(frozen=True)
class Recorded:
    outcome: Outcome
    weighing: Weighing | None
    """The one that counts; None where the id came first with a word that the stop was missed."""
    credit_minor: int
    balance_minor: int


@dataclass(frozen=True)
class RecordedMiss:
    outcome: Outcome
    pickup: Pickup


def record(
    session: Session,
    submission: Submission,
    now: datetime,
    post: Post,
    limits: Limits,
    *,
    judge: Judge = TRUSTING,
) -> Recorded:
    """Take the weights of a stop, once per `submission.id`: credit, pickup collected, receipt.

    Where `judge` doubts them, the credit is earned but held until a person has looked. Raises `InvalidInput`
    naming the field (`grams.<code>`, `pickup_id`) and `NotFound` for an unknown stop.
    """
    pickup = _locked(session, submission.pickup_id)
    already = _already(session, submission, pickup, now)
    if already is not None:
        outcome, weighing = already
        credit = weighing.credit_minor if weighing else 0
        return Recorded(outcome, weighing, credit, ledger.balance(session, pickup.household_id))
    weighed = checked_grams(submission.grams, limits.max_grams)
    check_day(session, pickup, now, limits)
    lines = price(session, pickup, weighed)
    brought = Brought(submission.id, pickup.household_id, pickup.zone_id, submission.collector_id, lines, now)
    doubt = judge.doubt(session, brought) if brought.credit_minor else None
    visit = _visit(session, submission, now)
    weighing = _credit(session, visit, pickup, lines, limits.currency)
    if doubt is not None:
        holding.hold(session, weighing, weighing.credit_minor, doubt, now)
    pickups.move_to(session, pickup, PickupStatus.COLLECTED, now)
    session.flush()
    balance_minor = ledger.balance(session, pickup.household_id)
    balance = Money(balance_minor, limits.currency)
    send_receipt(
        session,
        post,
        household_id=pickup.household_id,
        visit_id=visit.id,
        lines=lines,
        balance=balance,
        idle=limits.phone_idle,
        now=now,
        held_until=_local_day(session, pickup, doubt.until) if doubt else None,
    )
    log.info("visit.weighed", visit_id=str(visit.id), credit_minor=weighing.credit_minor)
    return Recorded("recorded", weighing, weighing.credit_minor, balance_minor)


def record_missed(
    session: Session, missed: Missed, now: datetime, post: Post, limits: Limits
) -> RecordedMiss:
    """Take the word that a stop gave nothing, once per `missed.id`; the household is told politely.

    A pickup that was declined or called off stays so. Raises `InvalidInput` and `NotFound`.
    """
    if missed.reason is MissedReason.NOT_VISITED:
        raise InvalidInput("reason", "Please choose a reason from the list.")
    if len(missed.note) > NOTE_MAX:
        raise InvalidInput("note", f"Please keep the note within {NOTE_MAX} characters.")
    pickup = _locked(session, missed.pickup_id)
    already = _already(session, missed, pickup, now)
    if already is not None:
        return RecordedMiss(already[0], pickup)
    check_day(session, pickup, now, limits)
    visit = _visit(session, missed, now)
    if PickupStatus.MISSED in TRANSITIONS[pickup.status]:
        pickups.move_to(session, pickup, PickupStatus.MISSED, now, missed.reason)
        tell_household(
            session,
            post,
            pickup.household_id,
            key=f"missed.{missed.reason.value}",
            values={"date": pickup.date},
            dedupe_key=f"missed:{visit.id}",
            idle=limits.phone_idle,
            now=now,
        )
    session.flush()
    log.info("visit.missed", visit_id=str(visit.id), reason=missed.reason.value)
    return RecordedMiss("recorded", pickup)


def latest_for(session: Session, household_id: UUID) -> Weighing | None:
    """The household's last weighing, by when it was weighed."""
    return session.scalar(
        select(Weighing)
        .where(Weighing.household_id == household_id)
        .order_by(Weighing.weighed_at.desc(), Weighing.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Weighed:
    """One weighing, summed up."""

    weighed_at: datetime
    grams: int
    credit_minor: int


def recent_for(session: Session, household_id: UUID, limit: int) -> list[Weighed]:
    """The household's last weighings as they were weighed, the newest first; corrections are the book's."""
    grams = (
        select(func.coalesce(func.sum(WeighingLine.grams), 0))
        .where(WeighingLine.weighing_id == Weighing.id)
        .correlate(Weighing)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Weighing.weighed_at, grams, Weighing.credit_minor)
        .where(Weighing.household_id == household_id)
        .order_by(Weighing.weighed_at.desc(), Weighing.id.desc())
        .limit(limit)
    )
    return [Weighed(*row) for row in rows]


def _local_day(session: Session, pickup: Pickup, moment: datetime) -> date:
    return local_date(moment, places.zone(session, pickup.zone_id).timezone)


def _locked(session: Session, pickup_id: UUID) -> Pickup:
    pickup = session.get(Pickup, pickup_id, with_for_update=True, populate_existing=True)
    if pickup is None:
        raise NotFound("There is no such stop.")
    return pickup


def _already(
    session: Session, submitted: Submission | Missed, pickup: Pickup, now: datetime
) -> tuple[Outcome, Weighing | None] | None:
    """What this id, or this stop, has come to before; None where it is the first word of it."""
    visit = session.get(Visit, submitted.id)
    if visit is not None:
        weighing = session.get(Weighing, visit.id)
        if visit.content_digest == digest(submitted.content()):
            return "duplicate", weighing
        keep_aside(session, submitted, ConflictReason.OTHER_CONTENT, now)
        return "conflict", weighing
    weighing = session.scalar(select(Weighing).where(Weighing.pickup_id == pickup.id))
    # A stop first reported missed may still be weighed; a second report of either kind may not follow.
    if weighing is not None or (isinstance(submitted, Missed) and pickup.status is PickupStatus.MISSED):
        keep_aside(session, submitted, ConflictReason.SECOND_VISIT, now)
        return "conflict", weighing
    return None


def check_day(session: Session, pickup: Pickup, now: datetime, limits: Limits) -> None:
    """Raises `InvalidInput` naming `pickup_id` for a stop that is still to come, or long past."""
    today = _local_day(session, pickup, now)
    if pickup.date > today:
        raise InvalidInput("pickup_id", f"That stop is not due before {pickup.date.isoformat()}.")
    if pickup.date < today - timedelta(days=limits.late_days):
        raise InvalidInput(
            "pickup_id", f"That stop was on {pickup.date.isoformat()}; please ask the office to look at it."
        )


def _visit(session: Session, submitted: Submission | Missed, now: datetime) -> Visit:
    weighed = isinstance(submitted, Submission)
    visit = Visit(
        id=submitted.id,
        pickup_id=submitted.pickup_id,
        collector_id=submitted.collector_id,
        outcome=VisitOutcome.COLLECTED if weighed else VisitOutcome.MISSED,
        content_digest=digest(submitted.content()),
        note=None if isinstance(submitted, Submission) else submitted.note.strip() or None,
        off_route=submitted.off_route,
        visited_at=min(submitted.at, now),  # a phone's clock may run ahead; nothing was weighed in the future
        device_at=submitted.device_at,
        via=submitted.via,
        received_at=now,
    )
    session.add(visit)
    session.flush()
    return visit


def _credit(
    session: Session,
    visit: Visit,
    pickup: Pickup,
    lines: Sequence[WeighedLine],
    currency: str,
) -> Weighing:
    """Book what the lines earn, and keep them."""
    accounts = ledger.household_accounts(session, pickup.household_id, currency=currency)
    amount = sum(line.amount_minor for line in lines)
    transfer_id = None
    if amount:
        expense = ledger.named(session, ledger.PROGRAMME_EXPENSE)
        transfer_id = ledger.transfer(
            session,
            key=f"weighing:{visit.id}",
            kind="weighing",
            postings=[ledger.Posting(expense, accounts.credit_id, amount)],
            reason=f"weighed on {pickup.date.isoformat()}",
            cause=ledger.Cause("weighing", visit.id),
            effective_at=visit.visited_at,
            now=visit.received_at,
        ).id
    weighing = Weighing(
        id=visit.id,
        pickup_id=pickup.id,
        household_id=pickup.household_id,
        collector_id=visit.collector_id,
        weighed_at=visit.visited_at,
        credit_minor=amount,
        transfer_id=transfer_id,
        created_at=visit.received_at,
    )
    session.add(weighing)
    session.flush()
    for line in lines:
        session.add(
            WeighingLine(
                weighing_id=visit.id,
                material_id=line.material_id,
                grams=line.grams,
                rate_minor_per_kilogram=line.rate_minor_per_kilogram,
                amount_minor=line.amount_minor,
            )
        )
    return weighing
