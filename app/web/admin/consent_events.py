"""Consent events: who agreed to be texted, and who took it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field, StrictBool, field_validator
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import NotFound
from app.households.models import HouseholdPhone
from app.messaging import contacts
from app.messaging.models import ConsentEvent
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, PhoneText, as_phone, example
from app.web.deps import Here

router = APIRouter(prefix="/consent-events", tags=["consent-events"])
Reader = Annotated[Caller, Depends(needs("consent-events:read"))]
Writer = Annotated[Caller, Depends(needs("consent-events:write"))]

How = Literal["call", "door", "letter", "other"]


class ConsentQuery(ListQuery):
    phone: str | None = Field(None, max_length=32)
    household_id: UUID | None = Field(None, description="Of the phones that speak for it now.")
    agreed: bool | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="This moment no longer counts.")


class NewOptOut(Input):
    model_config = example(
        phone="+2348000000001", agreed=False, how="door", reason="Asked collector Tunde for no more texts."
    )

    phone: PhoneText
    agreed: StrictBool = Field(
        False,
        description="Only false: that somebody agrees must rest on a text of their own (`START`, `JOIN`).",
    )
    how: How = Field(description="How the person asked.")
    reason: Line = Field(max_length=200, description="What was said, and to whom.")

    @field_validator("agreed")
    @classmethod
    def _only_out(cls, value: bool) -> bool:
        if value:
            raise ValueError("nobody can agree for somebody else: they text START or JOIN themselves")
        return value


class ConsentEventOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000031",
        phone="+2348000000001",
        agreed=False,
        source="office:door",
        inbox_message_id=None,
        recorded_by="dispatch board 0193572a-6b00-7000-8000-000000000006",
        reason="Asked collector Tunde for no more texts.",
        occurred_at="2026-12-01T10:00:00Z",
    )

    id: UUID
    phone: str
    agreed: bool
    source: str = Field(
        description="`text`; `ussd`; `GATEWAY:WORD`, a word the gateway acted on itself; `gateway:NAME`, the "
        "gateway said so when we sent; `office:HOW`, written down by an admin; `door`, said to the collector who "
        "enrolled them."
    )
    inbox_message_id: UUID | None = Field(description="The text that said it; see `messages`.")
    recorded_by: str | None
    reason: str | None
    occurred_at: datetime


@router.get("", summary="List consent events")
def list_consent_events(
    asked: Annotated[ConsentQuery, Query()], caller: Reader, container: Here
) -> Page[ConsentEventOut]:
    """Every agreement and every opt-out, newest first. What was shown is kept in the audit trail."""
    query = select(ConsentEvent).where(*matching((ConsentEvent.agreed, asked.agreed)))
    if asked.phone is not None:
        phone = as_phone(asked.phone, container.settings.region, "?phone")
        query = query.where(ConsentEvent.phone == phone)
    if asked.household_id is not None:
        of_household = select(HouseholdPhone.phone).where(HouseholdPhone.household_id == asked.household_id)
        query = query.where(ConsentEvent.phone.in_(of_household))
    if asked.since is not None:
        query = query.where(ConsentEvent.occurred_at >= asked.since)
    if asked.until is not None:
        query = query.where(ConsentEvent.occurred_at < asked.until)
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, ConsentEvent.id)
        shown = (row.id for row in rows)
        trail.listed(session, caller, "consent-event", shown, asked, now=container.clock.now())
    return Page(items=[ConsentEventOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{event_id}", summary="Read a consent event")
def read_consent_event(event_id: UUID, caller: Reader, container: Here) -> ConsentEventOut:
    """One event. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.get(ConsentEvent, event_id)
        if row is None:
            raise NotFound("There is no such consent event.")
        trail.read(session, caller, "consent-event", event_id, now=container.clock.now())
        return ConsentEventOut.model_validate(row)


@router.post("", status_code=201, summary="Write down an opt-out")
def create_consent_event(new: NewOptOut, caller: Writer, container: Here) -> ConsentEventOut:
    """Send a phone nothing more, because its person asked for that on a call or at the door.

    It holds at once, also for what is queued; nobody is texted about it. Its person comes back with `START` or
    `JOIN`: an agreement can only be texted, so there is none to write down here. 409 where the phone has opted
    out already.
    """
    now = container.clock.now()
    phone = as_phone(new.phone, container.settings.region, "phone")
    with container.database.unit_of_work() as session:
        event = contacts.opt_out_for(
            session, phone, how=new.how, recorded_by=caller.actor, reason=new.reason, now=now
        )
        trail.wrote(session, caller, "opted-out", "consent-event", event.id, now=now, how=new.how)
        return ConsentEventOut.model_validate(event)
