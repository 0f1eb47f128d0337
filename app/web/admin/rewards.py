"""Rewards: what credit can be spent on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import NotFound
from app.rewards import service
from app.rewards.models import Reward, RewardKind
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Flag, Input, Line, Output, absent, changes, example
from app.web.deps import Here

router = APIRouter(prefix="/rewards", tags=["rewards"])
READER = [Depends(needs("rewards:read"))]
Writer = Annotated[Caller, Depends(needs("rewards:write"))]


class RewardQuery(ListQuery):
    code: str | None = None
    active: bool | None = None


class RewardChange(Input):
    model_config = example(provider="manual")

    active: Flag = absent()
    provider: Line | None = Field(
        default=None, max_length=32, description="Who alone pays it; null = whoever the settings prefer."
    )


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
        provider=None,
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
    provider: str | None = Field(
        description="The only one who can pay it; null = whoever the settings prefer."
    )
    created_at: datetime
    updated_at: datetime


@router.get("", summary="List rewards", dependencies=READER)
def list_rewards(asked: Annotated[RewardQuery, Query()], container: Here) -> Page[RewardOut]:
    """Rewards, newest first."""
    query = select(Reward).where(*matching((Reward.code, asked.code), (Reward.active, asked.active)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Reward.id)
    return Page(items=[RewardOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{reward_id}", summary="Read a reward", dependencies=READER)
def read_reward(reward_id: UUID, container: Here) -> RewardOut:
    """One reward."""
    with container.database.unit_of_work() as session:
        row = session.get(Reward, reward_id)
        if row is None:
            raise NotFound("There is no such reward.")
        return RewardOut.model_validate(row)


@router.patch("/{reward_id}", summary="Change a reward")
def change_reward(reward_id: UUID, change: RewardChange, caller: Writer, container: Here) -> RewardOut:
    """Take it off the offer or put it back, or say who alone pays it. What was redeemed before is paid as it was to be."""
    now, changed = container.clock.now(), changes(change)
    with container.database.unit_of_work() as session:
        reward = service.change(session, reward_id, changed, container.settings.payment_providers)
        reward.updated_at = now
        trail.wrote(session, caller, "changed", "reward", reward.id, now=now, fields=sorted(changed))
        return RewardOut.model_validate(reward)
