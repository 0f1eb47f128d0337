"""What about payouts waits for a person, or has waited too long; docs/money.md says what to do about each."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.payouts import manual
from app.payouts.models import (
    AttemptResult,
    Payout,
    PayoutAttempt,
    PayoutDecision,
    PayoutProof,
)
from app.payouts.seconding import DecisionStatus
from app.payouts.statuses import IN_FLIGHT, PayoutStatus

JOB: Final = "watch_payouts"

log = structlog.get_logger()


class AlarmKind(enum.StrEnum):
    NEEDS_REVIEW = "needs_review"
    CONTRADICTED = "contradicted"
    RECEIVABLE = "receivable"
    UNSENT = "unsent"
    UNCLEAR = "unclear"
    UNPAID_BY_HAND = "unpaid_by_hand"
    SECOND_PERSON = "second_person"


RAISED_AFTER: Final = {
    AlarmKind.NEEDS_REVIEW: timedelta(),
    AlarmKind.CONTRADICTED: timedelta(),
    AlarmKind.RECEIVABLE: timedelta(),
    AlarmKind.UNSENT: timedelta(minutes=30),
    AlarmKind.UNCLEAR: timedelta(hours=1),
    AlarmKind.UNPAID_BY_HAND: timedelta(days=1),
    AlarmKind.SECOND_PERSON: timedelta(hours=4),
}
"""How old what is wrong must be."""
NEXT_STEP: Final = {
    AlarmKind.NEEDS_REVIEW: "Ask the provider what became of it, then resolve it.",
    AlarmKind.CONTRADICTED: "The provider's word contradicts the book: ask it which is true, then close the alarm.",
    AlarmKind.RECEIVABLE: "Get the money back from the provider, then say that it was recovered or written off.",
    AlarmKind.UNSENT: "See whether a worker runs and the provider can be reached.",
    AlarmKind.UNCLEAR: "Ask the provider what became of it; it is asked for you each hour, for three days.",
    AlarmKind.UNPAID_BY_HAND: "Pay it and record the proof, or resolve it as not paid.",
    AlarmKind.SECOND_PERSON: "Somebody with a key of their own must confirm or reject it.",
}


@dataclass(frozen=True)
class Alarm:
    kind: AlarmKind
    payout_id: UUID
    amount_minor: int
    provider: str
    since: datetime


def standing(session: Session, now: datetime, limit: int = 200) -> list[Alarm]:
    """Every alarm that stands, kind by kind, the oldest first; at most `limit` of each kind."""
    return [alarm for kind in AlarmKind for alarm in _of_kind(session, kind, now, limit)]


def watch(session: Session, now: datetime) -> int:
    """Write each kind of alarm that stands into the log, for whoever is paged by it; how many alarms stand."""
    found = standing(session, now)
    for kind, alarms in groupby(found, key=lambda alarm: alarm.kind):
        _report(kind, list(alarms), now)
    return len(found)


def _report(kind: AlarmKind, alarms: Sequence[Alarm], now: datetime) -> None:
    oldest = min(alarm.since for alarm in alarms)
    log.error(
        "payout.alarm_stands",
        kind=kind.value,
        payouts=len(alarms),
        oldest_hours=round((now - oldest) / timedelta(hours=1), 1),
        oldest_payout_id=str(alarms[0].payout_id),
        next_step=NEXT_STEP[kind],
    )


def _of_kind(session: Session, kind: AlarmKind, now: datetime, limit: int) -> Iterator[Alarm]:
    for since, query in _searches(kind):
        due = query.where(since <= now - RAISED_AFTER[kind]).order_by(since, Payout.id).limit(limit)
        for row in session.execute(due.add_columns(since)):
            yield Alarm(kind, *row)


def _searches(kind: AlarmKind) -> Iterator[tuple[InstrumentedAttribute[Any], Select[*tuple[Any, ...]]]]:
    """Since when, and which payouts."""
    payouts: Select[*tuple[Any, ...]] = select(Payout.id, Payout.amount_minor, Payout.provider)
    by_hand = Payout.provider == manual.NAME
    in_flight = Payout.status.in_(IN_FLIGHT)
    late = (PayoutAttempt.payout_id == Payout.id) & (PayoutAttempt.result == AttemptResult.LATE)
    match kind:
        case AlarmKind.NEEDS_REVIEW:
            yield Payout.updated_at, payouts.where(Payout.status == PayoutStatus.NEEDS_REVIEW)
        case AlarmKind.CONTRADICTED:
            yield Payout.alarmed_at, payouts.where(Payout.alarmed_at.is_not(None), ~exists().where(late))
        case AlarmKind.RECEIVABLE:
            yield PayoutAttempt.closed_at, payouts.join(PayoutAttempt, late)
        case AlarmKind.UNSENT:
            yield Payout.created_at, payouts.where(Payout.status == PayoutStatus.RESERVED)
        case AlarmKind.UNCLEAR:
            yield Payout.created_at, payouts.where(in_flight, ~by_hand)
        case AlarmKind.UNPAID_BY_HAND:
            proved = exists().where(
                PayoutProof.payout_id == Payout.id, PayoutProof.status != DecisionStatus.REJECTED
            )
            yield Payout.created_at, payouts.where(in_flight, by_hand, ~proved)
        case AlarmKind.SECOND_PERSON:
            decided = payouts.join(PayoutDecision, PayoutDecision.payout_id == Payout.id)
            yield (
                PayoutDecision.decided_at,
                decided.where(PayoutDecision.status == DecisionStatus.WAITING),
            )
            recorded = payouts.join(PayoutProof, PayoutProof.payout_id == Payout.id)
            yield PayoutProof.recorded_at, recorded.where(PayoutProof.status == DecisionStatus.WAITING)
