"""Payouts: money on its way to a phone, each attempt, and everything a provider ever said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.errors import NotFound
from app.payouts import service
from app.payouts.models import Payout, PayoutAttempt, PayoutObservation
from app.payouts.statuses import PayoutStatus
from app.rewards.announcing import Announcer
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Flag, Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/payouts", tags=["payouts"])
Reader = Annotated[Caller, Depends(needs("payouts:read"))]
Writer = Annotated[Caller, Depends(needs("payouts:write"))]

_EXAMPLE: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000021",
    "redemption_id": "0193572a-6b00-7000-8000-000000000018",
    "household_id": "0193572a-6b00-7000-8000-000000000010",
    "settlement_id": None,
    "provider": "standin",
    "payee_phone": "+2348000000001",
    "amount_minor": 50000,
    "currency": "NGN",
    "status": "needs_review",
    "review_reason": None,
    "created_at": "2026-12-01T10:00:00Z",
    "updated_at": "2026-12-01T10:40:00Z",
}


class PayoutQuery(ListQuery):
    household_id: UUID | None = None
    redemption_id: UUID | None = None
    settlement_id: UUID | None = None
    provider: str | None = None
    status: PayoutStatus | None = None


class Decision(Input):
    model_config = example(paid=True, reason="The provider's dashboard shows it as delivered.")

    paid: Flag = Field(description="Whether the money arrived; false gives the credit back.")
    reason: Line = Field(max_length=150, description="How you know.")


class ObservationOut(Output):
    source: str = Field(description="`submit`, `query`, `callback`, `statement` or `operator`.")
    auth_level: str = Field(description="How sure we are who said it.")
    outcome: str
    detail: dict[str, Any] = Field(description="What was said, without personal data.")
    observed_at: datetime


class AttemptOut(Output):
    id: UUID
    reference: str = Field(description="Ours; unique at the provider.")
    provider_reference: str | None
    open: bool
    created_at: datetime
    closed_at: datetime | None
    observations: list[ObservationOut] = Field(description="In the order in which they came.")


class PayoutOut(Output):
    model_config = example(**_EXAMPLE)

    id: UUID
    redemption_id: UUID | None = Field(description="What the household asked for; null for a settlement.")
    household_id: UUID | None
    settlement_id: UUID | None = Field(description="The merchant's settlement that it pays; null otherwise.")
    provider: str
    payee_phone: str
    amount_minor: int
    currency: str
    status: PayoutStatus
    review_reason: str | None
    created_at: datetime
    updated_at: datetime


class WholePayoutOut(PayoutOut):
    model_config = example(
        **_EXAMPLE,
        attempts=[
            {
                "id": "0193572a-6b00-7000-8000-000000000022",
                "reference": "0193572a6b0070008000000000000022",
                "provider_reference": None,
                "open": True,
                "created_at": "2026-12-01T10:00:01Z",
                "closed_at": None,
                "observations": [
                    {
                        "source": "submit",
                        "auth_level": "none",
                        "outcome": "unknown",
                        "detail": {"code": "timeout"},
                        "observed_at": "2026-12-01T10:00:11Z",
                    }
                ],
            }
        ],
    )

    attempts: list[AttemptOut] = Field(description="In the order in which they were made.")


@router.get("", summary="List payouts")
def list_payouts(asked: Annotated[PayoutQuery, Query()], caller: Reader, container: Here) -> Page[PayoutOut]:
    """Payouts, newest first; `status=needs_review` is the pile to work through."""
    query = select(Payout).where(
        *matching(
            (Payout.household_id, asked.household_id),
            (Payout.redemption_id, asked.redemption_id),
            (Payout.settlement_id, asked.settlement_id),
            (Payout.provider, asked.provider),
            (Payout.status, asked.status),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Payout.id)
        trail.listed(session, caller, "payout", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[PayoutOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{payout_id}", summary="Read a payout")
def read_payout(payout_id: UUID, caller: Reader, container: Here) -> WholePayoutOut:
    """One payout with every attempt and everything that was said of each."""
    with container.database.unit_of_work() as session:
        row = session.get(Payout, payout_id)
        if row is None:
            raise NotFound("There is no such payout.")
        trail.read(session, caller, "payout", payout_id, now=container.clock.now())
        return _whole(session, row)


@router.post("/{payout_id}/resolve", summary="Resolve a payout in review")
def resolve_payout(payout_id: UUID, decision: Decision, caller: Writer, container: Here) -> WholePayoutOut:
    """Say what became of a payout that nobody could find out by itself; the household is told.

    Only a payout in `needs_review` takes a decision, and only one: another try gets 409.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = service.decide(
            session,
            payout_id,
            paid=decision.paid,
            by=caller.name,
            reason=decision.reason,
            heard=Announcer.of(container.settings, container.post),
            now=now,
        )
        trail.wrote(session, caller, "resolved", "payout", payout_id, now=now, status=row.status)
        return _whole(session, row)


def _whole(session: Session, payout: Payout) -> WholePayoutOut:
    attempts = session.scalars(
        select(PayoutAttempt).where(PayoutAttempt.payout_id == payout.id).order_by(PayoutAttempt.id)
    ).all()
    observations = session.scalars(
        select(PayoutObservation)
        .where(PayoutObservation.attempt_id.in_([attempt.id for attempt in attempts]))
        .order_by(PayoutObservation.id)
    ).all()
    return WholePayoutOut(
        **PayoutOut.model_validate(payout).model_dump(),
        attempts=[_attempt(attempt, observations) for attempt in attempts],
    )


def _attempt(attempt: PayoutAttempt, observations: Sequence[PayoutObservation]) -> AttemptOut:
    return AttemptOut(
        id=attempt.id,
        reference=attempt.reference,
        provider_reference=attempt.provider_reference,
        open=attempt.open,
        created_at=attempt.created_at,
        closed_at=attempt.closed_at,
        observations=[
            ObservationOut.model_validate(one) for one in observations if one.attempt_id == attempt.id
        ],
    )
