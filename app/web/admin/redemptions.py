"""Redemptions: what households spent credit on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.errors import InvalidInput, NotFound
from app.households import service as households
from app.kernel.ids import new_id
from app.rewards import goals, service
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay
from app.rewards.telling import Teller
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, PhoneText, Positive, as_phone, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/redemptions", tags=["redemptions"])
Reader = Annotated[Caller, Depends(needs("redemptions:read"))]
Writer = Annotated[Caller, Depends(needs("redemptions:write"))]


class RedemptionQuery(ListQuery):
    household_id: UUID | None = None
    reward_id: UUID | None = None
    way: RedemptionWay | None = None
    status: RedemptionStatus | None = None


class NewRedemption(Input):
    model_config = example(
        household_id="0193572a-6b00-7000-8000-000000000010",
        reward_code="AIRTIME",
        amount_minor=50000,
        payee_phone="+2348000000001",
    )

    household_id: UUID
    reward_code: Line = Field(max_length=20)
    way: RedemptionWay = Field(
        RedemptionWay.SPEND,
        description="Of a goal: `spend` puts aside, `release` pays its payee out of what is saved, `take_back` turns"
        " that into credit again, even where the household may not by itself.",
    )
    amount_minor: Positive
    payee_phone: PhoneText | None = Field(
        None,
        description="Who is paid, for a gift the neighbour; the phone that the household joined with where left out.",
    )


class RedemptionOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000018",
        household_id="0193572a-6b00-7000-8000-000000000010",
        reward_id="0193572a-6b00-7000-8000-000000000009",
        way="spend",
        amount_minor=50000,
        bonus_minor=5000,
        payee_phone="+2348000000001",
        beneficiary_id=None,
        status="paid",
        created_at="2026-12-01T10:00:00Z",
        updated_at="2026-12-01T10:00:20Z",
    )

    id: UUID
    household_id: UUID
    reward_id: UUID
    way: RedemptionWay
    amount_minor: int = Field(description="Of the household's own.")
    bonus_minor: int = Field(description="On top, from a sponsor.")
    payee_phone: str
    beneficiary_id: UUID | None = Field(description="The household that a gift went to.")
    status: RedemptionStatus
    created_at: datetime
    updated_at: datetime


@router.get("", summary="List redemptions")
def list_redemptions(
    asked: Annotated[RedemptionQuery, Query()], caller: Reader, container: Here
) -> Page[RedemptionOut]:
    """Redemptions, newest first. What was shown is kept in the audit trail."""
    query = select(Redemption).where(
        *matching(
            (Redemption.household_id, asked.household_id),
            (Redemption.reward_id, asked.reward_id),
            (Redemption.way, asked.way),
            (Redemption.status, asked.status),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Redemption.id)
        trail.listed(
            session, caller, "redemption", (row.id for row in rows), asked, now=container.clock.now()
        )
    return Page(items=[RedemptionOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{redemption_id}", summary="Read a redemption")
def read_redemption(redemption_id: UUID, caller: Reader, container: Here) -> RedemptionOut:
    """One redemption. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.get(Redemption, redemption_id)
        if row is None:
            raise NotFound("There is no such redemption.")
        trail.read(session, caller, "redemption", redemption_id, now=container.clock.now())
    return RedemptionOut.model_validate(row)


@router.post("", status_code=201, summary="Redeem for a household")
def create_redemption(new: NewRedemption, caller: Writer, once: Creation, container: Here) -> RedemptionOut:
    """Spend credit for a household, or let out what it saved. Needs an `Idempotency-Key`: money must not go twice for
    one wish.
    """
    if once.key is None:
        raise InvalidInput("Idempotency-Key", "send this header, so that money cannot go twice")
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def redeem() -> Mapping[str, Any]:
            redemption = _redeemed(session, new, container, now)
            if redemption.status is RedemptionStatus.HELD:
                Teller.of(container.settings, container.post).tell(session, redemption, "redeem.held", now)
            trail.wrote(session, caller, "created", "redemption", redemption.id, now=now)
            return RedemptionOut.model_validate(redemption).model_dump(mode="json")

        return RedemptionOut.model_validate(once.answer(session, now, redeem))


def _redeemed(session: Session, new: NewRedemption, container: Container, now: datetime) -> Redemption:
    """Raises `InvalidInput` for a household or a reward that is not there."""
    settings, key = container.settings, f"api:{new_id()}"
    with naming("household_id"):
        households.get(session, new.household_id)
        phone = (
            as_phone(new.payee_phone, settings.region, "payee_phone")
            if new.payee_phone
            else households.primary_phone(session, new.household_id)
        )
    wish: dict[str, Any] = {
        "key": key,
        "household_id": new.household_id,
        "reward_code": new.reward_code,
        "amount_minor": new.amount_minor,
        "now": now,
    }
    rules = service.RedemptionRules.of(settings)
    with naming("reward_code"):
        if new.way is RedemptionWay.RELEASE:
            return goals.pay_out(session, **wish, rules=rules, jobs=container.jobs)
        if new.way is RedemptionWay.TAKE_BACK:
            return goals.take_back(session, **wish, phone=phone, by_office=True)
        return service.redeem(
            session, **wish, payee_phone=phone, rules=rules, post=container.post, jobs=container.jobs
        )
