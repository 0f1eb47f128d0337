"""Disputes: a household says that a weighing was wrong, and a person answers.

A correction is a new entry of the difference, never an edit. It is priced at the rates of the weighing's own day.
Decided here: where a correction takes credit back that the household has spent already, what is still there is
taken and the rest is the programme's loss. No balance goes below zero, and nobody who asked in good faith is left
with a debt. `Dispute.difference_minor` is what was booked, `corrected_credit_minor` what was right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import Dispute, DisputeStatus
from app.errors import Conflict, InvalidInput, NotFound
from app.households import service as households
from app.kernel.clock import local_date
from app.kernel.grams import Grams
from app.kernel.ids import new_id
from app.kernel.money import Money
from app.ledger import service as ledger
from app.messaging.post import Post, Value
from app.pickups.models import Pickup
from app.places import service as places
from app.weighing import holding
from app.weighing import service as weighing
from app.weighing.credit import checked_grams
from app.weighing.doubting import TRUSTING, Brought, Doubt, Judge
from app.weighing.guard import guarded
from app.weighing.models import Weighing

SAID_MAX = 480
_A_MOMENT = timedelta(microseconds=1)
_AT_THE_DOOR = "Corrected by the collector."

log = structlog.get_logger()


def open_dispute(
    session: Session, household_id: UUID, said: str, now: datetime, *, phone: str | None = None
) -> Dispute:
    """Dispute the household's latest weighing; again, while that is open, is the same dispute, with the new words added.

    Where credit of an earlier one was declined since, that is what it is about.

    `phone` is who asked, and gets the answer; without it, the household's first. Raises `NotFound` where nothing
    was weighed yet.
    """
    about = in_question(session, household_id)
    if about is None:
        raise NotFound("Nothing has been weighed for that household yet.")
    session.get_one(Weighing, about.id, with_for_update=True)  # two asking at once open one
    known = open_for(session, about.id)
    said = said.replace("\x00", "")
    if known is not None:
        if said not in known.said:
            known.said = f"{known.said}; {said}"[:SAID_MAX]
        return known
    dispute = Dispute(
        id=new_id(),
        household_id=household_id,
        weighing_id=about.id,
        phone=phone or households.primary_phone(session, household_id),
        said=said[:SAID_MAX],
        status=DisputeStatus.OPEN,
        difference_minor=0,
        opened_at=now,
    )
    session.add(dispute)
    session.flush()
    log.info("dispute.opened", dispute_id=str(dispute.id), weighing_id=str(about.id))
    return dispute


def in_question(session: Session, household_id: UUID) -> Weighing | None:
    """What `WRONG` is about: the last weighing, or an earlier one whose credit was declined since."""
    latest = weighing.latest_for(session, household_id)
    if latest is None:
        return None
    declined_id = holding.declined_since(session, household_id, latest.created_at)
    return session.get_one(Weighing, declined_id) if declined_id is not None else latest


def open_for(session: Session, weighing_id: UUID) -> Dispute | None:
    """The open dispute about a weighing."""
    return session.scalar(
        select(Dispute).where(Dispute.weighing_id == weighing_id, Dispute.status == DisputeStatus.OPEN)
    )


def standing_grams(session: Session, weighing_id: UUID) -> dict[str, int]:
    """The grams that now count, by material code: the last correction's, or the first ones."""
    corrected = session.scalar(
        select(Dispute.corrected_grams)
        .where(Dispute.weighing_id == weighing_id, Dispute.status == DisputeStatus.CORRECTED)
        .order_by(Dispute.resolved_at.desc(), Dispute.id.desc())
        .limit(1)
    )
    if corrected is not None:
        return dict(corrected)
    return {line.code: line.grams for line in weighing.lines_of(session, weighing_id)}


def resolve(
    session: Session,
    dispute_id: UUID,
    *,
    grams: Mapping[str, int] | None,
    decision: str,
    by: str,
    now: datetime,
    post: Post,
    limits: weighing.Limits,
) -> Dispute:
    """Answer a dispute: with `grams` (by material code; all of them) it is corrected, without it is upheld.

    The household is told. Raises `NotFound`, `InvalidInput` naming the field, and `Conflict` where it has been
    answered already.
    """
    dispute = session.get(Dispute, dispute_id, with_for_update=True, populate_existing=True)
    if dispute is None:
        raise NotFound("There is no such dispute.")
    if dispute.status is not DisputeStatus.OPEN:
        raise Conflict(f"That dispute has been answered: {dispute.status.value}.")
    if not decision.strip():
        raise InvalidInput("decision", "Please say why, in a few words.")
    dispute.resolved_by = by
    dispute.resolution = decision.strip()[:300]
    dispute.resolved_at = now
    disputed = session.get_one(Weighing, dispute.weighing_id)
    if grams is None:
        dispute.status = DisputeStatus.UPHELD
    else:
        _correct(session, dispute, disputed, grams, limits)
    session.flush()
    _tell(session, dispute, disputed, post, limits)
    log.info("dispute.resolved", dispute_id=str(dispute.id), status=dispute.status.value)
    return dispute


def correct_at_the_door(
    session: Session,
    correction_id: UUID,
    weighed: Weighing,
    *,
    grams: Mapping[str, int],
    by: str,
    now: datetime,
    post: Post,
    limits: weighing.Limits,
    judge: Judge = TRUSTING,
) -> Dispute:
    """Correct a weighing at once, by whoever weighed it; the household is told of the difference.

    What it adds is held where `judge` doubts the new weights. `correction_id` was made on the collector's phone.
    Raises `InvalidInput` naming `grams.<code>`.
    """
    session.get_one(Weighing, weighed.id, with_for_update=True)
    known = households.phones(session, weighed.household_id)
    last = session.scalar(
        select(func.max(Dispute.resolved_at)).where(
            Dispute.weighing_id == weighed.id, Dispute.status == DisputeStatus.CORRECTED
        )
    )
    if last is not None:
        now = max(now, last + _A_MOMENT)  # two may come in one batch: which one stands must stay certain
    corrected = Dispute(
        id=correction_id,
        household_id=weighed.household_id,
        weighing_id=weighed.id,
        phone=known[0].phone if known else "",
        said=_AT_THE_DOOR,
        status=DisputeStatus.OPEN,
        difference_minor=0,
        resolved_by=by,
        resolution=_AT_THE_DOOR,
        opened_at=now,
        resolved_at=now,
    )
    doubt = _correct(session, corrected, weighed, grams, limits, judge=judge)
    session.add(corrected)
    session.flush()
    _tell(session, corrected, weighed, post, limits, doubt=doubt)
    log.info("weighing.corrected", correction_id=str(correction_id), weighing_id=str(weighed.id))
    return corrected


def _correct(
    session: Session,
    dispute: Dispute,
    disputed: Weighing,
    grams: Mapping[str, int],
    limits: weighing.Limits,
    *,
    judge: Judge = TRUSTING,
) -> Doubt | None:
    """Book the difference between what is right and what has been booked so far; why its gain is held, if it is."""
    assert dispute.resolved_at is not None
    now = dispute.resolved_at
    # Nothing at all is a fair correction, unlike a fair weighing.
    weighed = checked_grams(grams, limits.max_grams) if any(grams.values()) else {}
    pickup = session.get_one(Pickup, disputed.pickup_id)
    lines = weighing.price(session, pickup, weighed)
    right = sum(line.amount_minor for line in lines)
    held = holding.waiting(session, disputed.id)
    if held is not None:
        holding.open_for_correction(session, held, dispute.id, now)
    available = ledger.available_for_update(session, dispute.household_id)
    difference = max(right - _booked(session, disputed), -available)
    dispute.status = DisputeStatus.CORRECTED
    dispute.corrected_grams = dict(weighed)
    dispute.corrected_credit_minor = right
    dispute.difference_minor = difference
    if difference:
        dispute.transfer_id = _book(session, dispute, disputed, difference, limits.currency)
    if held is not None:
        holding.close_again(session, held, difference, dispute.id, now)
    if held is not None or difference <= 0:
        return None
    brought = Brought(disputed.id, disputed.household_id, pickup.zone_id, disputed.collector_id, lines, now)
    doubt = judge.doubt(session, brought)
    if doubt is not None:
        holding.hold(session, disputed, difference, doubt, now)
    return doubt


def _booked(session: Session, disputed: Weighing) -> int:
    """What a weighing has earned so far, corrections and declined credit counted."""
    differences = select(func.coalesce(func.sum(Dispute.difference_minor), 0)).where(
        Dispute.weighing_id == disputed.id
    )
    corrected = int(session.scalar(differences) or 0)
    return disputed.credit_minor + corrected - holding.declined_minor(session, disputed.id)


def _book(session: Session, dispute: Dispute, disputed: Weighing, difference: int, currency: str) -> UUID:
    credit = ledger.household_accounts(session, dispute.household_id, currency=currency).credit_id
    expense = ledger.named(session, ledger.PROGRAMME_EXPENSE)
    way = (expense, credit) if difference > 0 else (credit, expense)
    assert dispute.resolved_at is not None
    return ledger.transfer(
        session,
        key=f"dispute:{dispute.id}",
        kind="correction",
        postings=[ledger.Posting(*way, abs(difference))],
        reason="weighing corrected",
        cause=ledger.Cause("dispute", dispute.id),
        effective_at=disputed.weighed_at,
        now=dispute.resolved_at,
    ).id


def _tell(
    session: Session,
    dispute: Dispute,
    disputed: Weighing,
    post: Post,
    limits: weighing.Limits,
    *,
    doubt: Doubt | None = None,
) -> None:
    assert dispute.resolved_at is not None
    zone = places.zone(session, session.get_one(Pickup, disputed.pickup_id).zone_id)
    key = "dispute.upheld"
    if dispute.status is DisputeStatus.CORRECTED:
        difference = dispute.difference_minor
        key = "dispute.raised" if difference > 0 else "dispute.lowered" if difference < 0 else "dispute.same"
    values: dict[str, Value] = {
        "date": local_date(disputed.weighed_at, zone.timezone),
        "weight": Grams(sum(standing_grams(session, disputed.id).values())),
        "balance": Money(ledger.balance(session, dispute.household_id), limits.currency),
    }
    if dispute.difference_minor:
        values["amount"] = Money(abs(dispute.difference_minor), limits.currency)
    if doubt is not None:
        key = "dispute.raised.held"
        values["day"] = local_date(doubt.until, zone.timezone)
    known = households.phones(session, dispute.household_id)
    to = next((phone for phone in known if phone.phone == dispute.phone), known[0] if known else None)
    if to is None:
        return
    if guarded(session, [to], dispute.resolved_at, limits.phone_idle):
        key, values = "guard.news", {}
    post.text(
        session,
        phone=to.phone,
        language=to.language,
        key=key,
        values=values,
        now=dispute.resolved_at,
        household_id=dispute.household_id,
        dedupe_key=f"dispute:{dispute.id}",
    )
