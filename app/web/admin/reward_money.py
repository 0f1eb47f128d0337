"""Money beside a reward: what sponsors add to it, and what a community pot pays for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import InvalidInput
from app.rewards import catalogue, deciding, sponsoring
from app.rewards.models import Bonus
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.campaign_input import Moment
from app.web.admin.paging import ListQuery, Page, fetch
from app.web.admin.reward_decisions import RewardDecisionOut, desk_of
from app.web.admin.shapes import Code, Flag, Input, Line, Output, Positive, absent, changes, example
from app.web.deps import Here

router = APIRouter(prefix="/rewards/{reward_id}", tags=["rewards"])
READER = [Depends(needs("rewards:read"))]
Writer = Annotated[Caller, Depends(needs("rewards:write"))]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
_BUDGET = "To all households together, at most."


class NewBonus(Input):
    model_config = example(
        sponsor="COLA",
        sponsor_name="Lagos Cola",
        percent=10,
        budget_minor=5000000,
        ends_at="2026-12-24T20:00:00+01:00",
    )

    sponsor: Code = Field(description="Its account in the book is `sponsor:` with this code.")
    sponsor_name: Line = Field(max_length=20, description="As the texts say it.")
    percent: Percent = Field(description="On top of what is redeemed, rounded down to whole currency units.")
    budget_minor: Positive = Field(description=_BUDGET)
    starts_at: Moment | None = Field(None, description="Now where left out.")
    ends_at: Moment


class BonusChange(Input):
    model_config = example(budget_minor=8000000)

    budget_minor: Positive = absent()
    ends_at: Moment = absent()
    active: Flag = absent()


class BonusOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000031",
        reward_id="0193572a-6b00-7000-8000-000000000009",
        sponsor="COLA",
        sponsor_name="Lagos Cola",
        percent=10,
        budget_minor=5000000,
        used_minor=125000,
        starts_at="2026-12-01T08:00:00Z",
        ends_at="2026-12-24T19:00:00Z",
        active=True,
        created_at="2026-12-01T08:00:00Z",
        updated_at="2026-12-01T08:00:00Z",
    )

    id: UUID
    reward_id: UUID
    sponsor: str
    sponsor_name: str
    percent: int
    budget_minor: int = Field(description=_BUDGET)
    used_minor: int = Field(
        description="What of it stands promised or paid; what is given back is free again."
    )
    starts_at: datetime
    ends_at: datetime
    active: bool
    created_at: datetime
    updated_at: datetime


class NewPotPayment(Input):
    model_config = example(amount_minor=2500000, reason="Roof of the clinic, receipt 0417 of Ade & Sons")

    amount_minor: Positive
    reason: Line = Field(
        max_length=200, description="What for, to whom, and the receipt. It stands in the book."
    )


@router.get("/bonuses", summary="List a reward's bonuses", dependencies=READER)
def list_bonuses(reward_id: UUID, asked: Annotated[ListQuery, Query()], container: Here) -> Page[BonusOut]:
    """What sponsors add or added to it, newest first."""
    with container.database.unit_of_work() as session:
        catalogue.get(session, reward_id)
        rows, next_cursor = fetch(session, select(Bonus).where(Bonus.reward_id == reward_id), asked, Bonus.id)
    return Page(items=[BonusOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/bonuses", status_code=201, summary="Create a bonus")
def create_bonus(reward_id: UUID, new: NewBonus, caller: Writer, once: Creation, container: Here) -> BonusOut:
    """What a sponsor adds to each redemption, out of its account, never above the budget or what it has paid in.

    Where several bonuses run at once, each redemption gets the one that adds most.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def create() -> Mapping[str, Any]:
            bonus = sponsoring.create(session, reward_id, dict(new), now)
            trail.wrote(session, caller, "created", "bonus", bonus.id, now=now)
            return BonusOut.model_validate(bonus).model_dump(mode="json")

        return BonusOut.model_validate(once.answer(session, now, create))


@router.patch("/bonuses/{bonus_id}", summary="Change a bonus")
def change_bonus(
    reward_id: UUID, bonus_id: UUID, change: BonusChange, caller: Writer, container: Here
) -> BonusOut:
    """Another budget or end, or an end at once with `active: false`. What was promised before is paid."""
    now, changed = container.clock.now(), changes(change)
    with container.database.unit_of_work() as session:
        bonus = sponsoring.change(session, reward_id, bonus_id, changed, now)
        trail.wrote(session, caller, "changed", "bonus", bonus.id, now=now, fields=sorted(changed))
        return BonusOut.model_validate(bonus)


@router.post("/pot-payments", status_code=201, summary="Pay out of a pot")
def create_pot_payment(
    reward_id: UUID, new: NewPotPayment, caller: Writer, once: Creation, container: Here
) -> RewardDecisionOut:
    """Book what is paid by hand out of a community pot. Needs an `Idempotency-Key`: it must not count twice.

    Where it takes what has left all pots today on one person's word above `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR`, it
    is `waiting`, and nothing is booked, until another person, with a key of their own, has confirmed it
    (`…/decisions/confirm`): pay it after that.

    What a pot holds: `GET /accounts?kind=community_pot`.
    """
    if once.key is None:
        raise InvalidInput("Idempotency-Key", "send this header, so that money cannot be booked twice")
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def book() -> Mapping[str, Any]:
            desk = desk_of(container, caller)
            decision = deciding.pay_pot(session, reward_id, new.amount_minor, new.reason, desk)
            trail.wrote(
                session, caller, "pot-paid", "reward", reward_id, now=now, decision_status=decision.status
            )
            return RewardDecisionOut.model_validate(decision).model_dump(mode="json")

        return RewardDecisionOut.model_validate(once.answer(session, now, book))
