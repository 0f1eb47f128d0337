"""What people decide about payouts, and the second person's word on it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.payouts import deciding, service
from app.payouts.manual import Desk
from app.payouts.models import Payout, PayoutDecision, Verdict
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.payout_desk import desk_of
from app.web.admin.payouts import WholePayoutOut, whole
from app.web.admin.shapes import Flag, Input, Line, example
from app.web.deps import Here

router = APIRouter(prefix="/payouts/{payout_id}", tags=["payouts"])
Writer = Annotated[Caller, Depends(needs("payouts:write"))]


class Outcome(enum.StrEnum):
    """What became of money that was paid too late."""

    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"


class Resolution(Input):
    model_config = example(paid=True, reason="The provider's dashboard shows it as delivered.")

    paid: Flag = Field(description="Whether the money arrived; false gives the credit back.")
    reason: Line = Field(max_length=150, description="How you know.")


class Recovery(Input):
    model_config = example(outcome="recovered", reason="Credited to our float on 3 December.")

    outcome: Outcome
    reason: Line = Field(max_length=150, description="How you know.")


class Because(Input):
    model_config = example(reason="The dashboard shows another payment.")

    reason: Line = Field(max_length=150)


@router.post("/resolve", summary="Resolve a payout in review")
def resolve_payout(payout_id: UUID, asked: Resolution, caller: Writer, container: Here) -> WholePayoutOut:
    """Say what became of a payout that nobody could find out by itself; the household is told.

    Above `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR` the decision waits until another person, with a key of their own,
    has confirmed it. Only a payout in `needs_review` takes a decision, and only one at a time: another try gets 409.
    """
    verdict = Verdict.PAID if asked.paid else Verdict.NOT_PAID
    return _done(
        payout_id,
        caller,
        container,
        "resolved",
        lambda session, desk: deciding.decide(session, payout_id, verdict, asked.reason, desk),
    )


@router.post("/receivable", summary="Settle what was paid too late")
def settle_receivable(payout_id: UUID, asked: Recovery, caller: Writer, container: Here) -> WholePayoutOut:
    """Say that money paid after its credit had been given back was recovered, or is written off.

    Above `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR` it waits until another person has confirmed it. A provider that
    takes the payment back by itself needs no such word. A payout of which nothing is owed gets 409.
    """
    verdict = Verdict(asked.outcome.value)
    return _done(
        payout_id,
        caller,
        container,
        "receivable-settled",
        lambda session, desk: deciding.decide(session, payout_id, verdict, asked.reason, desk),
    )


@router.post("/decisions/confirm", summary="Confirm a decision about a payout")
def confirm_decision(payout_id: UUID, caller: Writer, container: Here) -> WholePayoutOut:
    """The second person's word, with a key of their own: the decision is carried out."""
    return _done(
        payout_id,
        caller,
        container,
        "decision-confirmed",
        lambda session, desk: deciding.confirm(session, payout_id, desk),
    )


@router.post("/decisions/reject", summary="Reject a decision about a payout")
def reject_decision(payout_id: UUID, asked: Because, caller: Writer, container: Here) -> WholePayoutOut:
    """Strike a decision that waits for the second person; the payout waits for another one."""
    return _done(
        payout_id,
        caller,
        container,
        "decision-rejected",
        lambda session, desk: deciding.reject(session, payout_id, asked.reason, desk),
    )


@router.post("/alarm/close", summary="Close a payout's alarm")
def close_alarm(payout_id: UUID, asked: Because, caller: Writer, container: Here) -> WholePayoutOut:
    """Say that you have seen to a provider's contradiction; the reason is kept. Without an alarm it gets 409."""
    return _done(
        payout_id,
        caller,
        container,
        "alarm-closed",
        lambda session, desk: deciding.close_alarm(session, payout_id, asked.reason, desk),
    )


def _done(
    payout_id: UUID,
    caller: Caller,
    container: Container,
    did: str,
    act: Callable[[Session, Desk], PayoutDecision | Payout],
) -> WholePayoutOut:
    with container.database.unit_of_work() as session:
        act(session, desk_of(container, caller))
        payout = service.get(session, payout_id)
        now = container.clock.now()
        trail.wrote(session, caller, did, "payout", payout_id, now=now, status=payout.status)
        return whole(session, payout)
