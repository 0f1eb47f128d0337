"""Transfers: everything that was ever booked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.access.keys import Caller
from app.campaigns import sponsors
from app.errors import InvalidInput
from app.ledger import reading
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, cut, reached
from app.web.admin.shapes import Code, Input, Line, Output, Positive, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/transfers", tags=["transfers"])
READER = [Depends(needs("transfers:read"))]
Writer = Annotated[Caller, Depends(needs("transfers:write"))]


class TransferQuery(ListQuery):
    account_id: UUID | None = None
    household_id: UUID | None = None
    cause_id: UUID | None = Field(None, description="The weighing, dispute or payout that made it.")


class NewTransfer(Input):
    model_config = example(
        sponsor="COLA", direction="in", amount_minor=5000000, reason="Bank transfer of 1 December"
    )

    sponsor: Code = Field(description="Its account in the book is `sponsor:` with this code.")
    direction: sponsors.Direction = Field(description="`in`: it paid us; `out`: we paid it back.")
    amount_minor: Positive
    reason: Line = Field(max_length=200)


class PostingOut(Output):
    position: int
    source_code: str
    destination_code: str
    amount_minor: int


class TransferOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000015",
        key="weighing:0193572a-6b00-7000-8000-000000000014",
        kind="weighing",
        reason="weighed at the door",
        cause_type="weighing",
        cause_id="0193572a-6b00-7000-8000-000000000014",
        effective_at="2026-12-01T09:12:00Z",
        recorded_at="2026-12-01T09:13:00Z",
        postings=[
            {
                "position": 1,
                "source_code": "programme:expense",
                "destination_code": "household:0193572a-6b00-7000-8000-000000000010:credit",
                "amount_minor": 30000,
            }
        ],
    )

    id: UUID
    key: str
    kind: str
    reason: str
    cause_type: str
    cause_id: UUID
    effective_at: datetime
    recorded_at: datetime
    postings: list[PostingOut]


@router.get("", summary="List transfers", dependencies=READER)
def list_transfers(asked: Annotated[TransferQuery, Query()], container: Here) -> Page[TransferOut]:
    """Transfers with their postings, the last booked first. They are never edited or deleted."""
    with container.database.unit_of_work() as session:
        found = reading.transfers(
            session,
            account_id=asked.account_id,
            household_id=asked.household_id,
            cause_id=asked.cause_id,
            before=reached(asked),
            limit=asked.limit + 1,
        )
    shown, next_cursor = cut(found, asked)
    return Page(items=[TransferOut.model_validate(one) for one in shown], next_cursor=next_cursor)


@router.post("", status_code=201, summary="Book a sponsor's payment")
def create_transfer(new: NewTransfer, caller: Writer, once: Creation, container: Here) -> TransferOut:
    """Money that a sponsor of quizzes paid in, or was paid back; the first payment opens its account.

    Needs an `Idempotency-Key`: money must not be booked twice. Mistakes are put right by another transfer.
    """
    if once.key is None:
        raise InvalidInput("Idempotency-Key", "send this header, so that money cannot be booked twice")
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def book() -> Mapping[str, Any]:
            with naming("sponsor"):
                booked = sponsors.move(
                    session,
                    new.sponsor,
                    new.direction,
                    new.amount_minor,
                    reason=new.reason,
                    currency=container.settings.currency,
                    now=now,
                )
            trail.wrote(session, caller, "created", "transfer", booked, now=now, direction=new.direction)
            return TransferOut.model_validate(reading.transfer(session, booked)).model_dump(mode="json")

        return TransferOut.model_validate(once.answer(session, now, book))


@router.get("/{transfer_id}", summary="Read a transfer", dependencies=READER)
def read_transfer(transfer_id: UUID, container: Here) -> TransferOut:
    """One transfer with its postings."""
    with container.database.unit_of_work() as session:
        return TransferOut.model_validate(reading.transfer(session, transfer_id))
