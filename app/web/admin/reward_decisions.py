"""Decisions about where a goal pays to and what leaves a pot, and the second person's word on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.payouts.seconding import DecisionStatus
from app.rewards import catalogue, deciding
from app.rewards.deciding import Desk
from app.rewards.models import Matter, RewardDecision
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/rewards/{reward_id}/decisions", tags=["rewards"])
READER = [Depends(needs("rewards:read"))]
Writer = Annotated[Caller, Depends(needs("rewards:write"))]


class DecisionQuery(ListQuery):
    status: DecisionStatus | None = None


class Rejection(Input):
    model_config = example(reason="The school says that this is not its number.")

    reason: Line = Field(max_length=150)


class RewardDecisionOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000032",
        reward_id="0193572a-6b00-7000-8000-000000000009",
        matter="pot_payment",
        amount_minor=2500000,
        payee_phone=None,
        reason="Roof of the clinic, receipt 0417 of Ade & Sons",
        transfer_id=None,
        status="waiting",
        decided_by="key:office",
        decided_at="2026-12-01T10:00:00Z",
        seconded_by=None,
        seconded_at=None,
        rejected_because=None,
    )

    id: UUID
    reward_id: UUID
    matter: Matter
    amount_minor: int = Field(description="What leaves the pot; of a goal, what was saved in it.")
    payee_phone: str | None = Field(description="Of a goal: the new payee; null = nobody.")
    reason: str | None = Field(description="Of a pot's payment.")
    transfer_id: UUID | None = Field(description="Of a pot's payment, once it is booked.")
    status: DecisionStatus = Field(description="`waiting` for the second person, `accepted` or `rejected`.")
    decided_by: str
    decided_at: datetime
    seconded_by: str | None = Field(description="The second person, or whoever rejected it.")
    seconded_at: datetime | None
    rejected_because: str | None


@router.get("", summary="List decisions about a reward", dependencies=READER)
def list_reward_decisions(
    reward_id: UUID, asked: Annotated[DecisionQuery, Query()], container: Here
) -> Page[RewardDecisionOut]:
    """What was decided about where its money goes, and what waits for a second person; newest first."""
    query = select(RewardDecision).where(
        RewardDecision.reward_id == reward_id, *matching((RewardDecision.status, asked.status))
    )
    with container.database.unit_of_work() as session:
        catalogue.get(session, reward_id)
        rows, next_cursor = fetch(session, query, asked, RewardDecision.id)
    return Page(items=[RewardDecisionOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/confirm", summary="Confirm a decision about a reward")
def confirm_reward_decision(reward_id: UUID, caller: Writer, container: Here) -> RewardDecisionOut:
    """The second person's word, with a key of their own: the payee changes, or the pot's payment is booked."""
    return _done(
        reward_id,
        caller,
        container,
        "decision-confirmed",
        lambda session, desk: deciding.confirm(session, reward_id, desk),
    )


@router.post("/reject", summary="Reject a decision about a reward")
def reject_reward_decision(
    reward_id: UUID, asked: Rejection, caller: Writer, container: Here
) -> RewardDecisionOut:
    """Strike the decision that waits for the second person; nothing changes."""
    return _done(
        reward_id,
        caller,
        container,
        "decision-rejected",
        lambda session, desk: deciding.reject(session, reward_id, asked.reason, desk),
    )


def desk_of(container: Container, caller: Caller) -> Desk:
    """Who decides, by which rule."""
    settings = container.settings
    return Desk(
        caller.actor,
        settings.payout_second_person_above_minor,
        settings.payment_providers,
        settings.currency,
        settings.timezone,
        container.clock.now(),
    )


def _done(
    reward_id: UUID,
    caller: Caller,
    container: Container,
    did: str,
    act: Callable[[Session, Desk], RewardDecision],
) -> RewardDecisionOut:
    desk = desk_of(container, caller)
    with container.database.unit_of_work() as session:
        decision = act(session, desk)
        trail.wrote(session, caller, did, "reward", reward_id, now=desk.now, matter=decision.matter)
        return RewardDecisionOut.model_validate(decision)
