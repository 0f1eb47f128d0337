"""Rewards: what credit can be spent on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.rewards import catalogue, deciding
from app.rewards.eligibility import Eligibility
from app.rewards.models import Reward, RewardKind
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.reward_decisions import desk_of
from app.web.admin.shapes import (
    Code,
    Flag,
    Input,
    Line,
    Output,
    PhoneText,
    Positive,
    Whole,
    absent,
    as_phone,
    changes,
    example,
)
from app.web.deps import Here

router = APIRouter(prefix="/rewards", tags=["rewards"])
READER = [Depends(needs("rewards:read"))]
Writer = Annotated[Caller, Depends(needs("rewards:write"))]

_MOST_DAYS = 3660
RewardName = Annotated[Line, Field(max_length=catalogue.NAME_MAX, description="As the texts say it.")]
Days = Annotated[int, Field(strict=True, ge=0, le=_MOST_DAYS)]
_ELIGIBILITY = {
    "zone_ids": [],
    "hub_ids": ["0193572a-6b00-7000-8000-000000000002"],
    "member_days": 30,
    "minimum_grams": 5000,
    "within_days": 28,
}
_STOCK = "How often it can still be had; null = as often as people like."
_PROVIDER = "Who alone pays it; null = whoever the settings prefer."
_MERCHANT = "Of a voucher: the only one that takes it; null = any merchant."
_PAYEE = "Of a goal: the school's or insurer's mobile money number, which is paid what was saved."
_TAKE_BACK = "Of a goal: whether households may turn what they saved into credit again by themselves."


class RewardQuery(ListQuery):
    code: str | None = None
    kind: RewardKind | None = None
    active: bool | None = None


class EligibilityShape(Input):
    """All conditions hold together; an empty list, and a zero, ask for nothing."""

    zone_ids: list[UUID] = Field([], max_length=200)
    hub_ids: list[UUID] = Field([], max_length=200)
    member_days: Days = Field(0, description="It joined at least so many days ago.")
    minimum_grams: Whole = Field(0, description="It brought at least so much within the `within_days`.")
    within_days: Days = 0

    def value(self) -> Eligibility:
        return Eligibility(**dict(self))


class NewReward(Input):
    model_config = example(
        code="FOOD",
        kind="voucher",
        name="Food voucher",
        minimum_minor=100000,
        maximum_minor=1000000,
        step_minor=10000,
        eligibility=_ELIGIBILITY,
    )

    code: Code
    kind: RewardKind
    name: RewardName
    minimum_minor: Positive
    maximum_minor: Positive = Field(description="As the minimum: there is but one amount, and nobody asks.")
    step_minor: Positive
    stock: Whole | None = Field(None, description=_STOCK)
    eligibility: EligibilityShape | None = Field(None, description="Who may have it; null = everybody.")
    provider: Line | None = Field(None, max_length=32, description=_PROVIDER)
    merchant_id: UUID | None = Field(None, description=_MERCHANT)
    goal_payee_phone: PhoneText | None = Field(None, description=_PAYEE)
    goal_may_take_back: Flag = Field(True, description=_TAKE_BACK)


class RewardChange(Input):
    model_config = example(provider="manual", stock=40)

    name: RewardName = absent()
    minimum_minor: Positive = absent()
    maximum_minor: Positive = absent()
    step_minor: Positive = absent()
    stock: Whole | None = Field(None, description=_STOCK)
    eligibility: EligibilityShape | None = Field(None, description="Who may have it; null = everybody.")
    provider: Line | None = Field(None, max_length=32, description=_PROVIDER)
    merchant_id: UUID | None = Field(None, description=_MERCHANT)
    goal_payee_phone: PhoneText | None = Field(None, description=_PAYEE)
    goal_may_take_back: Flag = absent()
    active: Flag = absent()


class EligibilityOut(Output):
    zone_ids: list[UUID]
    hub_ids: list[UUID]
    member_days: int
    minimum_grams: int
    within_days: int


class WaitingPayeeOut(Output):
    """A goal's payee that somebody has decided on, and a second person has not confirmed yet."""

    payee_phone: str | None = Field(description="null = nobody.")
    decided_by: str
    decided_at: datetime


class RewardOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000009",
        code="AIRTIME",
        kind="airtime",
        name="Airtime",
        minimum_minor=10000,
        maximum_minor=500000,
        step_minor=5000,
        active=True,
        stock=None,
        eligibility=_ELIGIBILITY,
        provider=None,
        merchant_id=None,
        goal_payee_phone=None,
        goal_may_take_back=True,
        waiting_payee=None,
        created_at="2026-11-23T08:00:00Z",
        updated_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    code: str
    kind: RewardKind
    name: str
    minimum_minor: int
    maximum_minor: int
    step_minor: int
    active: bool
    stock: int | None = Field(description=_STOCK)
    eligibility: EligibilityOut | None
    provider: str | None = Field(description=_PROVIDER)
    merchant_id: UUID | None = Field(description=_MERCHANT)
    goal_payee_phone: str | None
    goal_may_take_back: bool
    waiting_payee: WaitingPayeeOut | None = Field(
        None, description="Of a goal: the payee that waits for a second person (`…/decisions/confirm`)."
    )
    created_at: datetime
    updated_at: datetime


@router.get("", summary="List rewards", dependencies=READER)
def list_rewards(asked: Annotated[RewardQuery, Query()], container: Here) -> Page[RewardOut]:
    """Rewards, newest first."""
    query = select(Reward).where(
        *matching((Reward.code, asked.code), (Reward.kind, asked.kind), (Reward.active, asked.active))
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Reward.id)
        return Page(items=_shown(session, rows), next_cursor=next_cursor)


@router.get("/{reward_id}", summary="Read a reward", dependencies=READER)
def read_reward(reward_id: UUID, container: Here) -> RewardOut:
    """One reward."""
    with container.database.unit_of_work() as session:
        return _shown(session, [catalogue.get(session, reward_id)])[0]


@router.post("", status_code=201, summary="Create a reward")
def create_reward(new: NewReward, caller: Writer, once: Creation, container: Here) -> RewardOut:
    """A new reward, on offer at once. Its code and kind never change.

    `airtime` and `mobile_money` are paid out by a provider; `voucher` is honoured by a merchant; a `goal` is saved
    for; a `gift` goes to a neighbour's household and a `pot` to what the community pays for together.
    """
    now, settings = container.clock.now(), container.settings
    with container.database.unit_of_work() as session:

        def create() -> Mapping[str, Any]:
            reward = catalogue.create(
                session,
                _stored(dict(new), settings.region),
                providers=settings.payment_providers,
                currency=settings.currency,
                now=now,
            )
            trail.wrote(session, caller, "created", "reward", reward.id, now=now)
            return RewardOut.model_validate(reward).model_dump(mode="json")

        return RewardOut.model_validate(once.answer(session, now, create))


@router.patch("/{reward_id}", summary="Change a reward")
def change_reward(reward_id: UUID, change: RewardChange, caller: Writer, container: Here) -> RewardOut:
    """Other limits, stock or conditions; or retire it with `active: false`, and put it back.

    What was redeemed before goes on as it was to, and what was saved for a goal that is retired can still come out.

    A goal in which more than `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR` is saved keeps its `goal_payee_phone` until
    another person, with a key of their own, has confirmed the new one (`…/decisions/confirm`). Nothing else waits.
    """
    now, settings, changed = container.clock.now(), container.settings, changes(change)
    with container.database.unit_of_work() as session:
        stored = _stored(changed, settings.region)
        reward = deciding.change(session, reward_id, stored, desk_of(container, caller))
        waits = reward.goal_payee_phone != stored.get("goal_payee_phone", reward.goal_payee_phone)
        trail.wrote(
            session,
            caller,
            "changed",
            "reward",
            reward.id,
            now=now,
            fields=sorted(changed),
            payee_waits=waits,
        )
        return _shown(session, [reward])[0]


def _shown(session: Session, rewards: Sequence[Reward]) -> list[RewardOut]:
    waiting = deciding.waiting_payees(session, [reward.id for reward in rewards])
    shown = [RewardOut.model_validate(reward) for reward in rewards]
    for each in shown:
        if each.id in waiting:
            each.waiting_payee = WaitingPayeeOut.model_validate(waiting[each.id])
    return shown


def _stored(given: dict[str, Any], region: str) -> dict[str, Any]:
    """With the phone in E.164, and the conditions as the feature knows them."""
    if given.get("goal_payee_phone") is not None:
        given["goal_payee_phone"] = as_phone(given["goal_payee_phone"], region, "goal_payee_phone")
    if given.get("eligibility") is not None:
        given["eligibility"] = given["eligibility"].value()
    return given
