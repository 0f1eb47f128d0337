"""Redemptions over a limit of the day: why each was held, and what people decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.errors import NotFound
from app.rewards import holding
from app.rewards.limits import Limit
from app.rewards.models import HoldStatus, RedemptionHold
from app.rewards.rules import RedemptionRules
from app.rewards.telling import Teller
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/redemptions", tags=["redemptions"])
Reader = Annotated[Caller, Depends(needs("redemptions:read"))]
Writer = Annotated[Caller, Depends(needs("redemptions:write"))]

_HOLD: dict[str, Any] = {
    "redemption_id": "0193572a-6b00-7000-8000-000000000018",
    "limit": "phone",
    "status": "waiting",
    "held_at": "2026-12-01T10:00:00Z",
    "first_by": None,
    "first_at": None,
    "decided_by": None,
    "decided_at": None,
    "reason": None,
}


class HoldQuery(ListQuery):
    status: HoldStatus | None = None
    limited_by: Limit | None = None


class HoldDecision(Input):
    model_config = example(reason="Called the household; it is a wedding.")

    reason: Line = Field(max_length=150, description="How you know.")


class HoldOut(Output):
    model_config = example(**_HOLD)

    redemption_id: UUID
    limit: Limit = Field(
        description="Which limit of the day it would have gone over: of the household, of the phone that is paid, of the"
        " collector whose weighings the credit mostly came from, or of the programme."
    )
    status: HoldStatus
    held_at: datetime
    first_by: str | None = Field(description="Who let it go first, where that takes two.")
    first_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@router.get("/holds", summary="List held redemptions")
def list_holds(asked: Annotated[HoldQuery, Query()], caller: Reader, container: Here) -> Page[HoldOut]:
    """What was held, newest first; `status=waiting` is the pile to work through."""
    query = select(RedemptionHold).where(
        *matching((RedemptionHold.status, asked.status), (RedemptionHold.limit, asked.limited_by))
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, RedemptionHold.redemption_id)
        ids = (row.redemption_id for row in rows)
        trail.listed(session, caller, "redemption-hold", ids, asked, now=container.clock.now())
    return Page(items=[HoldOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{redemption_id}/hold", summary="Read why a redemption was held")
def read_hold(redemption_id: UUID, caller: Reader, container: Here) -> HoldOut:
    """Which limit it went over, and what was decided. 404 where it never was held."""
    with container.database.unit_of_work() as session:
        found = holding.found(session, redemption_id)
        if found is None:
            raise NotFound("That redemption was never held.")
        trail.read(session, caller, "redemption", redemption_id, now=container.clock.now())
        return HoldOut.model_validate(found)


@router.post("/{redemption_id}/release", summary="Let a held redemption go")
def release(redemption_id: UUID, decision: HoldDecision, caller: Writer, container: Here) -> HoldOut:
    """It goes its way as if it had never been held, and the household is told.

    Above `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR` it stays `waiting` until another person, with a key of their own,
    says so too. Where it cannot be had just now, for want of float say, it gets 409 and stays held.
    """
    return _decided(redemption_id, decision, caller, container, holding.release)


@router.post("/{redemption_id}/refuse", summary="Refuse a held redemption")
def refuse(redemption_id: UUID, decision: HoldDecision, caller: Writer, container: Here) -> HoldOut:
    """The credit is given back, and the household is told. The reason is for the office alone."""
    return _decided(redemption_id, decision, caller, container, holding.refuse)


def _decided(
    redemption_id: UUID,
    decision: HoldDecision,
    caller: Caller,
    container: Container,
    decide: Callable[[Session, UUID, str, holding.Desk], RedemptionHold],
) -> HoldOut:
    settings, now = container.settings, container.clock.now()
    desk = holding.Desk(
        caller.actor,
        settings.payout_second_person_above_minor,
        RedemptionRules.of(settings),
        Teller.of(settings, container.post),
        container.jobs,
        now,
    )
    with container.database.unit_of_work() as session:
        held = decide(session, redemption_id, decision.reason, desk)
        said = f"hold-{decide.__name__}"
        trail.wrote(session, caller, said, "redemption", redemption_id, now=now, status=held.status)
        return HoldOut.model_validate(held)
