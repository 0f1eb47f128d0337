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
from app.payouts import deciding
from app.payouts.models import (
    AttemptResult,
    Payout,
    PayoutAttempt,
    PayoutObservation,
    Verdict,
)
from app.payouts.seconding import DecisionStatus
from app.payouts.statuses import PayoutStatus
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/payouts", tags=["payouts"])
Reader = Annotated[Caller, Depends(needs("payouts:read"))]

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
    "alarmed_at": None,
    "created_at": "2026-12-01T10:00:00Z",
    "updated_at": "2026-12-01T10:40:00Z",
}


class PayoutQuery(ListQuery):
    household_id: UUID | None = None
    redemption_id: UUID | None = None
    settlement_id: UUID | None = None
    provider: str | None = None
    status: PayoutStatus | None = None


class ObservationOut(Output):
    source: str = Field(description="`submit`, `query`, `callback`, `statement` or `operator`.")
    auth_level: str = Field(description="How sure we are who said it.")
    outcome: str
    detail: dict[str, Any] = Field(description="What was said, without personal data.")
    exchange: list[dict[str, Any]] | None = Field(
        description="Every request and answer as it went over the wire, without keys, names and phone numbers."
    )
    observed_at: datetime


class AttemptOut(Output):
    id: UUID
    reference: str = Field(description="Ours; unique at the provider.")
    provider_reference: str | None
    provider: str
    open: bool
    result: AttemptResult | None = Field(description="What came of it, once it is closed.")
    fee_minor: int | None = Field(
        description="What the provider kept beside the amount; below zero for a discount."
    )
    created_at: datetime
    resent_at: datetime | None = Field(
        description="When it went out once more, under the same reference, because it never arrived."
    )
    closed_at: datetime | None
    observations: list[ObservationOut] = Field(description="In the order in which they came.")


class DecisionOut(Output):
    verdict: Verdict
    reason: str
    status: DecisionStatus = Field(description="`waiting` for the second person, `accepted` or `rejected`.")
    decided_by: str
    decided_at: datetime
    seconded_by: str | None = Field(description="The second person, or whoever rejected it.")
    seconded_at: datetime | None
    rejected_because: str | None


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
    alarmed_at: datetime | None = Field(
        description="Since when a provider's word contradicts the book and nobody has seen to it."
    )
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
                "provider": "standin",
                "open": True,
                "result": None,
                "fee_minor": None,
                "created_at": "2026-12-01T10:00:01Z",
                "resent_at": None,
                "closed_at": None,
                "observations": [
                    {
                        "source": "submit",
                        "auth_level": "none",
                        "outcome": "unknown",
                        "detail": {"code": "timeout"},
                        "exchange": [
                            {
                                "method": "POST",
                                "path": "/v1/airtime",
                                "asked": '{"phone": "***********001", "amount_minor": 50000}',
                                "status": None,
                                "answered": "ReadTimeout",
                            }
                        ],
                        "observed_at": "2026-12-01T10:00:11Z",
                    }
                ],
            }
        ],
        decisions=[],
    )

    attempts: list[AttemptOut] = Field(description="In the order in which they were made.")
    decisions: list[DecisionOut] = Field(description="What people decided, in order.")


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
        return whole(session, row)


def whole(session: Session, payout: Payout) -> WholePayoutOut:
    """With every attempt, word and decision."""
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
        decisions=[DecisionOut.model_validate(one) for one in deciding.decisions(session, payout.id)],
    )


def _attempt(attempt: PayoutAttempt, observations: Sequence[PayoutObservation]) -> AttemptOut:
    return AttemptOut(
        id=attempt.id,
        reference=attempt.reference,
        provider_reference=attempt.provider_reference,
        provider=attempt.provider,
        open=attempt.open,
        result=attempt.result,
        fee_minor=attempt.fee_minor,
        created_at=attempt.created_at,
        resent_at=attempt.resent_at,
        closed_at=attempt.closed_at,
        observations=[
            ObservationOut.model_validate(one) for one in observations if one.attempt_id == attempt.id
        ],
    )
