"""Transfers: everything that was ever booked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.ledger import reading
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, cut, reached
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/transfers", tags=["transfers"])
READER = [Depends(needs("transfers:read"))]


class TransferQuery(ListQuery):
    account_id: UUID | None = None
    household_id: UUID | None = None
    cause_id: UUID | None = Field(None, description="The weighing, dispute or payout that made it.")


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


@router.get("/{transfer_id}", summary="Read a transfer", dependencies=READER)
def read_transfer(transfer_id: UUID, container: Here) -> TransferOut:
    """One transfer with its postings."""
    with container.database.unit_of_work() as session:
        return TransferOut.model_validate(reading.transfer(session, transfer_id))
