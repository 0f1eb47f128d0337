"""Taking what a collector's phone sends: each record once, however often, however late, by whatever way it comes.

Decided here:
- The answer is about one record and its id: `accepted`, `duplicate` (the same again), `conflict` (it was kept aside
  for a person), `refused` (it can never be taken as it is; kept aside where it can be read). After any of them the
  phone may let go of it. There is no fifth: what fails otherwise is not answered, and comes again.
- A stop that was given to somebody else meanwhile is taken and marked `off_route`: the material *was* weighed.
- A correction is a dispute that is answered at once: the difference is booked, the household is told.
- A wrong handover code, or none, is recorded and changes nothing; so is a bag's code that is none of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bags import reading
from app.cases import service as cases
from app.cases.models import Dispute, DisputeStatus
from app.errors import InvalidInput
from app.fieldwork import enrolling
from app.fieldwork.answers import Answer, Rules, Sender, Taken, Why
from app.fieldwork.clocks import corrected
from app.fieldwork.models import FieldRecord, Verdict
from app.fieldwork.records import (
    AtAStop,
    BagCode,
    Correction,
    Enrolment,
    Handover,
    NotCollected,
    Position,
    Record,
    Weighed,
)
from app.households import service as households
from app.households.pinning import SOURCE, drop_pin
from app.kernel.clock import at_local
from app.kernel.place import Location
from app.messaging.post import Post
from app.pickups import handover
from app.pickups.models import Pickup
from app.places import service as places
from app.routing.sheet import route_date
from app.weighing import service as weighing
from app.weighing.models import ConflictReason, Visit, Weighing
from app.weighing.submissions import Missed, Submission, digest, keep_aside

log = structlog.get_logger()


@dataclass(frozen=True)
class _Sent:
    """A record of the kinds that are no visit."""

    id: UUID
    pickup_id: UUID
    collector_id: UUID
    at: datetime
    what: Correction | Handover | Position | BagCode

    def content(self) -> dict[str, Any]:
        return {
            "kind": self.what.kind.value,
            "pickup_id": str(self.pickup_id),
            "collector_id": str(self.collector_id),
            **self.what.content(),
        }


def take(
    session: Session, record: Record, sender: Sender, *, now: datetime, post: Post, rules: Rules
) -> Taken:
    """Take one record, in the caller's unit of work, which should hold nothing else."""
    what = record.what
    if isinstance(what, Enrolment):
        taken = enrolling.take(session, record, what, sender, now=now, post=post, rules=rules)
    else:
        taken = _at_a_stop(session, record, what, sender, now=now, post=post, rules=rules)
    log.info("record.taken", record_id=str(record.id), answer=taken.answer.value, via=sender.via.value)
    return taken


def _at_a_stop(
    session: Session,
    record: Record,
    what: AtAStop,
    sender: Sender,
    *,
    now: datetime,
    post: Post,
    rules: Rules,
) -> Taken:
    """At a pickup, or at a home that was enrolled on the same visit, whose pickup its first weights make."""
    pickup = session.get(Pickup, record.pickup_id, with_for_update=True, populate_existing=True)
    if pickup is None:
        pickup = enrolling.stop_of(session, record.pickup_id, now, make=isinstance(what, Weighed))
    if pickup is None:
        return _nowhere(session, record, sender, now, rules)
    zone = places.zone(session, pickup.zone_id)
    at = corrected(
        record.stamp,
        sent_at=sender.sent_at,
        received_at=now,
        earliest=at_local(pickup.date, time(), zone.timezone) - timedelta(hours=12),
    )
    on_route = (
        enrolling.was_by(session, record.pickup_id, sender.collector_id)
        or route_date(session, sender.collector_id, pickup.id) is not None
    )
    found = replace(record, pickup_id=pickup.id)
    taking = _Taking(session, found, sender, now, post, rules, pickup, at=at, off_route=not on_route)
    taken = taking.visit() if isinstance(what, Weighed | NotCollected) else taking.other(what)
    if taken.answer is not Answer.ACCEPTED:
        enrolling.unmake_stop(session, record.pickup_id)
    return replace(taken, pickup_id=pickup.id)


def _nowhere(session: Session, record: Record, sender: Sender, now: datetime, rules: Rules) -> Taken:
    """There is no such stop. Weights are kept aside all the same: something *was* weighed."""
    if isinstance(record.what, Weighed):
        earliest = now - timedelta(days=rules.limits.late_days)
        at = corrected(record.stamp, sent_at=sender.sent_at, received_at=now, earliest=earliest)
        by, grams = sender.collector_id, record.what.grams
        weighed = Submission(record.id, record.pickup_id, by, grams, at, off_route=True)
        keep_aside(session, weighed, ConflictReason.REFUSED, now)
    return Taken(Answer.REFUSED, Why.UNKNOWN_STOP)


@dataclass(frozen=True)
class _Taking:
    """One record being taken, its pickup's row in our hands."""

    session: Session
    record: Record
    sender: Sender
    now: datetime
    post: Post
    rules: Rules
    pickup: Pickup
    at: datetime
    off_route: bool

    def visit(self) -> Taken:
        record = self.record
        submitted = self._submitted()
        if self.session.get(FieldRecord, record.id) is not None:
            return self._aside(submitted, ConflictReason.OTHER_CONTENT)
        try:
            if isinstance(submitted, Submission):
                outcome = weighing.record(
                    self.session, submitted, self.now, self.post, self.rules.limits, judge=self.rules.judge
                ).outcome
            else:
                outcome = weighing.record_missed(
                    self.session, submitted, self.now, self.post, self.rules.limits
                ).outcome
        except InvalidInput as error:
            keep_aside(self.session, submitted, ConflictReason.REFUSED, self.now)
            return Taken(Answer.REFUSED, _why(error))
        answer = Answer.ACCEPTED if outcome == "recorded" else Answer(outcome)
        return Taken(answer, off_route=self.off_route)

    def _submitted(self) -> Submission | Missed:
        record, what = self.record, self.record.what
        by = self.sender.collector_id
        device_at, via = record.stamp.device_at, self.sender.via
        if isinstance(what, Weighed):
            return Submission(
                record.id, record.pickup_id, by, what.grams, self.at, self.off_route, device_at, via
            )
        assert isinstance(what, NotCollected)
        return Missed(
            record.id, record.pickup_id, by, what.reason, what.note, self.at, self.off_route, device_at, via
        )

    def other(self, what: Correction | Handover | Position | BagCode) -> Taken:
        record = self.record
        sent = _Sent(record.id, record.pickup_id, self.sender.collector_id, self.at, what)
        known = self.session.get(FieldRecord, record.id)
        if known is not None and known.content_digest == digest(sent.content()):
            return Taken(Answer.DUPLICATE, off_route=known.off_route)
        if known is not None or self.session.get(Visit, record.id) is not None:
            return self._aside(sent, ConflictReason.OTHER_CONTENT)
        verdict = None
        if isinstance(what, Correction):
            refused = self._correct(sent, what)
            if refused is not None:
                return refused
        elif isinstance(what, Position):
            self._pin(what)
        elif isinstance(what, BagCode):
            reading.at_the_door(
                self.session,
                reading_id=record.id,
                typed=what.code,
                pickup=self.pickup,
                collector_id=self.sender.collector_id,
                at=self.at,
            )
        elif isinstance(what, Handover):
            verdict = Verdict.RIGHT if self._is_right(what.code) else Verdict.WRONG
        self._keep(sent, verdict)
        return Taken(Answer.ACCEPTED, off_route=self.off_route)

    def _correct(self, sent: _Sent, what: Correction) -> Taken | None:
        """None where it was booked."""
        earlier = self.session.get(Dispute, what.supersedes)
        weighed = self.session.get(Weighing, earlier.weighing_id if earlier else what.supersedes)
        if (
            weighed is None
            or weighed.pickup_id != self.pickup.id
            or weighed.collector_id != self.sender.collector_id
        ):
            keep_aside(self.session, sent, ConflictReason.REFUSED, self.now)
            return Taken(Answer.REFUSED, Why.UNKNOWN_RECORD)
        latest = self.session.scalar(
            select(Dispute.id)
            .where(Dispute.weighing_id == weighed.id, Dispute.status == DisputeStatus.CORRECTED)
            .order_by(Dispute.resolved_at.desc(), Dispute.id.desc())
            .limit(1)
        )
        if (latest or weighed.id) != what.supersedes:
            return self._aside(sent, ConflictReason.NOT_THE_LATEST)
        try:
            weighing.check_day(self.session, self.pickup, self.now, self.rules.limits)
            cases.correct_at_the_door(
                self.session,
                self.record.id,
                weighed,
                grams=what.grams,
                by=f"collector:{self.sender.collector_id}",
                now=self.now,
                post=self.post,
                limits=self.rules.limits,
                judge=self.rules.judge,
            )
        except InvalidInput as error:
            keep_aside(self.session, sent, ConflictReason.REFUSED, self.now)
            return Taken(Answer.REFUSED, _why(error))
        return None

    def _pin(self, what: Position) -> None:
        """Take the place for the household's; one that is too vague or too far off is kept, and moves nothing."""
        zone = places.zone(self.session, self.pickup.zone_id)
        here = Location(what.latitude, what.longitude, SOURCE, what.accuracy_metres)
        try:
            drop_pin(
                self.session,
                self.pickup.household_id,
                here,
                near=Location(zone.latitude, zone.longitude, "zone"),
                now=self.now,
            )
        except InvalidInput:
            log.info("record.place_not_taken", record_id=str(self.record.id))

    def _is_right(self, code: str) -> bool:
        """Any of the household's phones may have been told it."""
        known = households.phones(self.session, self.pickup.household_id)
        return code in {handover.code_of(self.rules.secret, phone.phone, self.pickup.date) for phone in known}

    def _keep(self, sent: _Sent, verdict: Verdict | None) -> None:
        content = sent.content()
        self.session.add(
            FieldRecord(
                id=sent.id,
                kind=sent.what.kind,
                pickup_id=sent.pickup_id,
                collector_id=sent.collector_id,
                content=content,
                content_digest=digest(content),
                verdict=verdict,
                off_route=self.off_route,
                made_at=sent.at,
                device_at=self.record.stamp.device_at,
                via=self.sender.via,
                received_at=self.now,
            )
        )
        self.session.flush()

    def _aside(self, sent: Submission | Missed | _Sent, reason: ConflictReason) -> Taken:
        keep_aside(self.session, sent, reason, self.now)
        return Taken(Answer.CONFLICT, off_route=self.off_route)


def _why(error: InvalidInput) -> Why:
    if error.field == "pickup_id":
        return Why.DAY
    return Why.WEIGHTS if error.field.startswith("grams") else Why.MALFORMED
