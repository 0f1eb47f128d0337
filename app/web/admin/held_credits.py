"""Held credits: what was earned and is looked at by a person before it can be spent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import NotFound
from app.integrity import held_credits
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here
from app.weighing.models import Because, HeldCredit, HeldStatus

router = APIRouter(prefix="/held-credits", tags=["held-credits"])
Reader = Annotated[Caller, Depends(needs("held-credits:read"))]
Writer = Annotated[Caller, Depends(needs("held-credits:write"))]
Reason = Annotated[Line, Field(max_length=150, description="How you know. For the office alone.")]


class HeldQuery(ListQuery):
    status: HeldStatus | None = None
    because: Because | None = None
    household_id: UUID | None = None
    weighing_id: UUID | None = None


class ReleaseIn(Input):
    model_config = example(reason="Called the household: a wedding.")

    reason: Reason


class DeclineIn(Input):
    model_config = example(
        reason="The hub's scale showed 2 kg; the collector agrees.", told="it was typed as 60kg, not 6kg"
    )

    reason: Reason
    told: Line = Field(
        max_length=held_credits.TOLD_MAX,
        description="What the household is told, in its own language: it completes `we cannot credit …:`",
    )


class HeldOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000091",
        weighing_id="0193572a-6b00-7000-8000-000000000015",
        household_id="0193572a-6b00-7000-8000-000000000010",
        amount_minor=600_000,
        because="weight",
        certainty=0.97,
        figures={
            "material": "PET",
            "grams": 60_000,
            "home_grams": 2_100,
            "neighbours_grams": 2_400,
            "p_value": 1.1e-05,
        },
        status="waiting",
        held_at="2026-12-01T10:00:00Z",
        due_at="2026-12-06T10:00:00Z",
        first_by=None,
        first_says=None,
        first_at=None,
        decided_by=None,
        decided_at=None,
        reason=None,
    )

    id: UUID
    weighing_id: UUID
    household_id: UUID
    amount_minor: int = Field(description="Of the weighing's credit; corrections count.")
    because: Because = Field(
        description="`weight`: unlikely for the home and its neighbours; `home`, `collector`: there is an open finding."
    )
    certainty: float = Field(
        description="How sure, at most, the service was that something is wrong: 0 to 1."
    )
    figures: dict[str, Any] = Field(description="What it saw.")
    status: HeldStatus
    held_at: datetime
    due_at: datetime = Field(description="Nobody decided until then: it is released by itself.")
    first_by: str | None = Field(description="Who decided first, where that takes two.")
    first_says: HeldStatus | None
    first_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@router.get("", summary="List held credits")
def list_held(asked: Annotated[HeldQuery, Query()], caller: Reader, container: Here) -> Page[HeldOut]:
    """What was held, newest first; `status=waiting` is the pile to work through."""
    query = select(HeldCredit).where(
        *matching(
            (HeldCredit.status, asked.status),
            (HeldCredit.because, asked.because),
            (HeldCredit.household_id, asked.household_id),
            (HeldCredit.weighing_id, asked.weighing_id),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, HeldCredit.id)
        ids = (row.id for row in rows)
        trail.listed(session, caller, "held_credit", ids, asked, now=container.clock.now())
    return Page(items=[HeldOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{held_credit_id}", summary="Read a held credit")
def read_held(held_credit_id: UUID, caller: Reader, container: Here) -> HeldOut:
    """Why it was held, and what was decided."""
    with container.database.unit_of_work() as session:
        row = session.get(HeldCredit, held_credit_id)
        if row is None:
            raise NotFound("There is no such held credit.")
        trail.read(session, caller, "held_credit", held_credit_id, now=container.clock.now())
    return HeldOut.model_validate(row)


@router.post("/{held_credit_id}/release", summary="Release a held credit")
def release(held_credit_id: UUID, decision: ReleaseIn, caller: Writer, container: Here) -> HeldOut:
    """The household can spend it, and is told so.

    Above `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR` it stays `waiting` until another person, with a key of their own,
    says the same.
    """
    now = container.clock.now()
    desk = held_credits.Desk.of(container.settings, caller.actor, container.post, now)
    with container.database.unit_of_work() as session:
        held = held_credits.release(session, held_credit_id, decision.reason, desk)
        trail.wrote(session, caller, "release", "held_credit", held.id, now=now, status=held.status)
        return HeldOut.model_validate(held)


@router.post("/{held_credit_id}/decline", summary="Decline a held credit")
def decline(held_credit_id: UUID, decision: DeclineIn, caller: Writer, container: Here) -> HeldOut:
    """It was not earned: it goes back to the programme. The household is told why, and that it may object with `WRONG`.

    Answering that dispute with the right weights credits what they are worth. Two people above the same amount.
    """
    now = container.clock.now()
    desk = held_credits.Desk.of(container.settings, caller.actor, container.post, now)
    with container.database.unit_of_work() as session:
        held = held_credits.decline(session, held_credit_id, decision.reason, decision.told, desk)
        trail.wrote(session, caller, "decline", "held_credit", held.id, now=now, status=held.status)
        return HeldOut.model_validate(held)
