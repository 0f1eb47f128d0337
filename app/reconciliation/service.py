"""Comparing a day: gather, feed what is sound, compare, and keep the report.

The same day with the same outcome is the same report. Nothing here moves money, with one exception: where a provider's
own API states what became of an attempt that is open, that is an answer like any other, and goes to the state
machine. What a file says never does: it went through a person's hands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db import lock_name
from app.errors import NotFound
from app.kernel.clock import at_local
from app.kernel.ids import new_id
from app.ledger import totals
from app.payouts.answering import stated
from app.payouts.calling import Office
from app.payouts.models import AttemptResult, Payout, PayoutAttempt
from app.payouts.ports import Observation, ObservedStatus
from app.payouts.telling import StatementLine, StatementStatus
from app.reconciliation.differences import Difference
from app.reconciliation.matching import Attempted, Found, compare, pair
from app.reconciliation.models import Reconciliation, ReconciliationDifference, Source

MARGIN: Final = timedelta(hours=6)
"""So far beyond the day a statement is looked at too: a payment near midnight may stand in the next day."""
_AT_ONCE: Final = 500
"""How many references one query names."""
_WORD_OF: Final = {
    StatementStatus.CREDITED: ObservedStatus.SUCCEEDED,
    StatementStatus.FAILED: ObservedStatus.FAILED,
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Day:
    provider: str
    date: date
    timezone: str

    @property
    def start(self) -> datetime:
        return at_local(self.date, time(), self.timezone)

    @property
    def end(self) -> datetime:
        return at_local(self.date + timedelta(days=1), time(), self.timezone)

    def has(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Statement:
    source: Source
    lines: Sequence[StatementLine]
    """Of the day, and perhaps of the hours around it."""


@dataclass(frozen=True)
class Report:
    head: Reconciliation
    differences: list[ReconciliationDifference]
    first_time: bool
    """False where the day had been compared with the same outcome before."""


def reconcile(
    session: Session, office: Office, day: Day, statement: Statement, *, by: str, now: datetime
) -> Report:
    """Compare, and keep the report; the same outcome again is the report that there is."""
    lock_name(session, f"reconciliation:{day.provider}:{day.date}")
    within = [line for line in statement.lines if day.has(line.at)]
    around = [line for line in statement.lines if not day.has(line.at)]
    attempts = _attempts(session, day, statement.lines)
    if statement.source is Source.API and _feed(session, office, attempts, statement.lines, now):
        attempts = _attempts(session, day, statement.lines)
    found = compare(within, around, attempts, stated=statement.source is not Source.NONE)
    head = Reconciliation(
        id=new_id(),
        provider=day.provider,
        date=day.date,
        revision=1,
        source=statement.source,
        content_digest=_digest(statement.source, within, attempts, found),
        lines=len(within),
        attempts=sum(one.of_the_day for one in attempts),
        paid_minor=sum(line.amount_minor for line in within if line.status is StatementStatus.CREDITED),
        booked_minor=sum(one.booked_minor for one in attempts if one.of_the_day),
        fees_minor=sum(line.fee_minor for line in within),
        made_by=by,
        made_at=now,
        checked_at=now,
    )
    return _kept(session, head, found, now)


def latest(session: Session, provider: str, on: date) -> Reconciliation | None:
    """The last revision of the day's report."""
    return session.scalar(
        select(Reconciliation)
        .where(Reconciliation.provider == provider, Reconciliation.date == on)
        .order_by(Reconciliation.revision.desc())
        .limit(1)
    )


def last_report(session: Session, provider: str) -> Report | None:
    """Of the last day that was compared."""
    head = session.scalar(
        select(Reconciliation)
        .where(Reconciliation.provider == provider)
        .order_by(Reconciliation.date.desc(), Reconciliation.revision.desc())
        .limit(1)
    )
    return None if head is None else report(session, head.id)


def report(session: Session, reconciliation_id: UUID) -> Report:
    """Raises `NotFound`."""
    head = session.get(Reconciliation, reconciliation_id)
    if head is None:
        raise NotFound("There is no such reconciliation.")
    return Report(head, _differences(session, head.id), first_time=False)


def _differences(session: Session, reconciliation_id: UUID) -> list[ReconciliationDifference]:
    query = select(ReconciliationDifference).where(
        ReconciliationDifference.reconciliation_id == reconciliation_id
    )
    return list(session.scalars(query.order_by(ReconciliationDifference.id)))


def _attempts(session: Session, day: Day, lines: Iterable[StatementLine]) -> list[Attempted]:
    """The day's attempts of this provider, and whatever else the statement names."""
    found = dict(
        _found(session, day, PayoutAttempt.created_at >= day.start, PayoutAttempt.created_at < day.end)
    )
    for column, named in (
        (PayoutAttempt.reference, {line.reference for line in lines if line.reference}),
        (
            PayoutAttempt.provider_reference,
            {line.provider_reference for line in lines if line.provider_reference},
        ),
    ):
        every = sorted(named)
        for begin in range(0, len(every), _AT_ONCE):
            found |= _found(session, day, column.in_(every[begin : begin + _AT_ONCE]))
    rows = [found[attempt_id] for attempt_id in sorted(found)]
    booked = _booked(session, [attempt for attempt, _ in rows])
    return [
        Attempted(
            payout_id=payout.id,
            reference=attempt.reference,
            provider_reference=attempt.provider_reference,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            payee_phone=payout.payee_phone,
            result=None if attempt.open else attempt.result,
            booked_minor=booked[attempt.id],
            of_the_day=day.has(attempt.created_at),
        )
        for attempt, payout in rows
    ]


def _found(
    session: Session, day: Day, *which: ColumnElement[bool]
) -> dict[UUID, tuple[PayoutAttempt, Payout]]:
    rows = session.execute(
        select(PayoutAttempt, Payout)
        .join(Payout, Payout.id == PayoutAttempt.payout_id)
        .where(PayoutAttempt.provider == day.provider, *which)
        .execution_options(populate_existing=True)
    )
    return {attempt.id: (attempt, payout) for attempt, payout in rows}


def _booked(session: Session, attempts: Sequence[PayoutAttempt]) -> dict[UUID, int]:
    """What the book has taken off the float for each attempt. A payout is settled by the attempt that paid."""
    keys: dict[str, tuple[UUID, int]] = {}
    for attempt in attempts:
        payout = f"payout:{attempt.payout_id}"
        keys[f"{payout}:late:{attempt.id}"] = (attempt.id, 1)
        keys[f"{payout}:late-reversed:{attempt.id}"] = (attempt.id, -1)
        if attempt.result in {AttemptResult.SUCCEEDED, AttemptResult.REVERSED}:
            keys[f"{payout}:settle"] = (attempt.id, 1)
            keys[f"{payout}:reverse"] = (attempt.id, -1)
    booked = dict.fromkeys((attempt.id for attempt in attempts), 0)
    for key, amount_minor in totals.booked(session, keys).items():
        attempt_id, sign = keys[key]
        booked[attempt_id] += sign * amount_minor
    return booked


def _feed(
    session: Session,
    office: Office,
    attempts: Sequence[Attempted],
    lines: Iterable[StatementLine],
    now: datetime,
) -> bool:
    """Hand the provider's own word on open attempts to the state machine; whether there was any."""
    of_attempt, _ = pair(lines, attempts)
    fed = False
    for attempt in attempts:
        found = of_attempt.get(attempt.reference, [])
        if attempt.result is not None or len(found) != 1 or found[0].status not in _WORD_OF:
            continue
        line = found[0]
        seen = Observation(
            _WORD_OF[line.status],
            attempt.reference,
            line.provider_reference,
            amount_minor=line.amount_minor,
            currency=line.currency,
            payee_phone=line.payee_phone,
            code=line.status.value,
        )
        fed |= stated(session, office, attempt.payout_id, seen, now)
    return fed


def _kept(session: Session, head: Reconciliation, found: Sequence[Found], now: datetime) -> Report:
    before = latest(session, head.provider, head.date)
    if before is not None and before.content_digest == head.content_digest:
        before.checked_at = now
        session.flush()
        return Report(before, _differences(session, before.id), first_time=False)
    head.revision = 1 if before is None else before.revision + 1
    session.add(head)
    session.flush()
    rows = [_row(head.id, one) for one in found]
    session.add_all(rows)
    session.flush()
    for one in found:
        _alarm(head, one)
    log.info("reconciliation.made", provider=head.provider, date=str(head.date), differences=len(rows))
    return Report(head, rows, first_time=True)


def _alarm(head: Reconciliation, one: Found) -> None:
    if one.kind.alarms:
        log.error(
            "reconciliation.alarm",
            difference=one.kind.value,
            provider=head.provider,
            date=str(head.date),
            payout_id=str(one.attempt.payout_id) if one.attempt else None,
            provider_reference=one.line.provider_reference if one.line else None,
            amount_minor=one.line.amount_minor if one.line else None,
        )


def _row(head_id: UUID, one: Found) -> ReconciliationDifference:
    attempt, line = one.attempt, one.line
    return ReconciliationDifference(
        id=new_id(),
        reconciliation_id=head_id,
        kind=one.kind,
        payout_id=attempt.payout_id if attempt else None,
        reference=attempt.reference if attempt else line.reference if line else None,
        provider_reference=line.provider_reference
        if line
        else attempt.provider_reference
        if attempt
        else None,
        statement_minor=line.amount_minor if line else None,
        ours_minor=_ours(one),
        line=line.line if line else None,
    )


def _ours(one: Found) -> int | None:
    if one.attempt is None:
        return None
    by_book = one.kind in {Difference.NOT_IN_BOOK, Difference.BOOKED_WITHOUT_ATTEMPT}
    return one.attempt.booked_minor if by_book else one.attempt.amount_minor


def _digest(
    source: Source, lines: Sequence[StatementLine], attempts: Sequence[Attempted], found: Sequence[Found]
) -> str:
    said = [
        sorted(
            [
                line.status,
                line.amount_minor,
                line.currency,
                str(line.at),
                line.reference,
                line.provider_reference,
            ]
            for line in lines
        ),
        [[str(one.payout_id), one.reference, one.result, one.booked_minor] for one in attempts],
        [
            [one.kind, one.attempt and one.attempt.reference, one.line and one.line.provider_reference]
            for one in found
        ],
        source,
    ]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()
