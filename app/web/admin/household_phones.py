"""The phones of one household: which there are, which may be strangers', and what the office does about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.errors import NotFound
from app.flows.numbers import NumberChange
from app.households import invitations, phones, service
from app.households.models import HouseholdPhone
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.shapes import Flag, Input, Line, Output, absent, changes, example
from app.web.deps import Here
from app.weighing.guard import guarded

router = APIRouter(prefix="/households/{household_id}", tags=["households"])
Reader = Annotated[Caller, Depends(needs("households:read"))]
Writer = Annotated[Caller, Depends(needs("households:write"))]

_ID = "0193572a-6b00-7000-8000-000000000020"
_PHONE = {
    "id": _ID,
    "phone": "+2348000000001",
    "language": "en",
    "gets_receipts": True,
    "gets_reminders": True,
    "gets_approach": False,
    "guarded": False,
    "confirmed_at": None,
    "spends_from": None,
    "replaced_by": None,
    "ends_at": None,
    "created_at": "2026-11-23T08:00:00Z",
}
_CLAIM = {
    "id": _ID,
    "phone": "+2348000000002",
    "replaces": "+2348000000001",
    "created_at": "2026-11-23T08:00:00Z",
    "expires_at": "2026-12-23T08:00:00Z",
}


class Because(Input):
    model_config = example(reason="Came to the hub with the phone and her Identity card.")

    reason: Line = Field(max_length=200, description="How the office made certain. Kept in the audit trail.")


class TextsChange(Input):
    model_config = example(gets_receipts=False)

    gets_receipts: Flag = absent()
    gets_reminders: Flag = absent()
    gets_approach: Flag = absent()


class HouseholdPhoneOut(Output):
    model_config = example(**_PHONE)

    id: UUID
    phone: str
    language: str
    gets_receipts: bool
    gets_reminders: bool
    gets_approach: bool = Field(description="Whether it is told when the collector is a few stops away.")
    guarded: bool = Field(description="Silent for so long that it may be a stranger's by now.")
    confirmed_at: datetime | None = Field(description="When it was last made certain to be theirs.")
    spends_from: datetime | None = Field(description="Before, it spends nothing without the household's PIN.")
    replaced_by: str | None = Field(description="The phone that takes its place on `ends_at`.")
    ends_at: datetime | None
    created_at: datetime


class ClaimOut(Output):
    model_config = example(**_CLAIM)

    id: UUID
    phone: str = Field(description="The new number.")
    replaces: str | None = Field(description="The phone that is said to be lost.")
    created_at: datetime
    expires_at: datetime


class HouseholdPhones(Output):
    model_config = example(items=[_PHONE])

    items: list[HouseholdPhoneOut] = Field(description="The one it joined with first; five at most.")


class NumberClaims(Output):
    model_config = example(items=[_CLAIM])

    items: list[ClaimOut] = Field(description="Those that are open; the oldest first.")


@router.get("/phones", summary="List a household's phones")
def list_phones(household_id: UUID, caller: Reader, container: Here) -> HouseholdPhones:
    """All of them. The read is kept in the audit trail."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        service.get(session, household_id)
        trail.read(session, caller, "household", household_id, now=now)
        return HouseholdPhones(items=_shown(session, container, service.phones(session, household_id), now))


@router.patch("/phones/{phone_id}", summary="Choose what a phone is told")
def change_phone(
    household_id: UUID, phone_id: UUID, change: TextsChange, caller: Writer, container: Here
) -> HouseholdPhoneOut:
    """Set the fields that are sent; at least one phone of a household gets the receipts."""
    now, given = container.clock.now(), changes(change)
    with container.database.unit_of_work() as session:
        line = phones.by_id(session, household_id, phone_id)
        line = phones.set_texts(
            session,
            household_id,
            line.phone,
            receipts=given.get("gets_receipts", line.gets_receipts),
            reminders=given.get("gets_reminders", line.gets_reminders),
            approach=given.get("gets_approach"),
        )
        trail.wrote(
            session, caller, "phone_changed", "household", household_id, now=now, phone_id=str(phone_id)
        )
        return _shown(session, container, [line], now)[0]


@router.delete("/phones/{phone_id}", status_code=204, summary="Remove a phone")
def remove_phone(household_id: UUID, phone_id: UUID, caller: Writer, container: Here) -> Response:
    """It no longer speaks for the household; it and the others are told. The last one stays."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        line = phones.by_id(session, household_id, phone_id)
        NumberChange.of(container.settings, container.post).remove(
            session, household_id, line.phone, by="", now=now
        )
        trail.wrote(
            session, caller, "phone_removed", "household", household_id, now=now, phone_id=str(phone_id)
        )
    return Response(status_code=204)


@router.post("/phones/{phone_id}/verify", summary="Verify a guarded phone")
def verify_phone(
    household_id: UUID, phone_id: UUID, because: Because, caller: Writer, container: Here
) -> HouseholdPhoneOut:
    """The office made certain that the phone is still the household's; it is told so, and may spend again."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        line = phones.by_id(session, household_id, phone_id)
        NumberChange.of(container.settings, container.post).confirm(session, household_id, line.phone, now)
        trail.wrote(
            session,
            caller,
            "phone_verified",
            "household",
            household_id,
            now=now,
            phone_id=str(phone_id),
            reason=because.reason,
        )
        return _shown(session, container, [line], now)[0]


@router.get("/number-claims", summary="List claims to a household's number")
def list_claims(household_id: UUID, caller: Reader, container: Here) -> NumberClaims:
    """New phones that say they take the place of a lost one. The collector at the door, or the office, agrees."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        service.get(session, household_id)
        trail.read(session, caller, "household", household_id, now=now)
        claims = invitations.open_claims(session, household_id, now)
        return NumberClaims(items=[ClaimOut.model_validate(claim) for claim in claims])


@router.post("/number-claims/{claim_id}/accept", summary="Accept a claim to a household's number")
def accept_claim(
    household_id: UUID, claim_id: UUID, because: Because, caller: Writer, container: Here
) -> HouseholdPhoneOut:
    """The new phone speaks for the household, and spends once it has cooled off; the old one is told."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        if all(claim.id != claim_id for claim in invitations.open_claims(session, household_id, now)):
            raise NotFound("The household has no such open claim.")
        line = NumberChange.of(container.settings, container.post).accept(session, claim_id, now)
        trail.wrote(
            session,
            caller,
            "number_changed",
            "household",
            household_id,
            now=now,
            claim_id=str(claim_id),
            reason=because.reason,
        )
        return _shown(session, container, [line], now)[0]


@router.post("/forget-pin", status_code=204, summary="Clear a household's PIN")
def forget_pin(household_id: UUID, because: Because, caller: Writer, container: Here) -> Response:
    """For who forgot it. Its phones are told and may choose a new one; nobody can read the old one."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        NumberChange.of(container.settings, container.post).clear_pin(session, household_id, now)
        trail.wrote(session, caller, "pin_cleared", "household", household_id, now=now, reason=because.reason)
    return Response(status_code=204)


def _shown(
    session: Session, container: Container, rows: Sequence[HouseholdPhone], now: datetime
) -> list[HouseholdPhoneOut]:
    doubted = guarded(session, rows, now, timedelta(days=container.settings.phone_idle_guard_days))
    return [
        HouseholdPhoneOut(
            **{name: getattr(row, name) for name in HouseholdPhoneOut.model_fields if name != "guarded"},
            guarded=row.id in doubted,
        )
        for row in rows
    ]
