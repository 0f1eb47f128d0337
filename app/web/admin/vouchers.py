"""Vouchers: what households hold for spending at merchants. Their codes are shown by their last digits alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.rewards.vouchers import ending, issuing
from app.rewards.vouchers.codes import tail
from app.rewards.vouchers.models import Voucher, VoucherStatus
from app.rewards.vouchers.rules import VoucherRules
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/vouchers", tags=["vouchers"])
Reader = Annotated[Caller, Depends(needs("vouchers:read"))]
Writer = Annotated[Caller, Depends(needs("vouchers:write"))]


class VoucherQuery(ListQuery):
    household_id: UUID | None = None
    redemption_id: UUID | None = None
    paid_to_id: UUID | None = Field(None, description="The merchant that took it.")
    status: VoucherStatus | None = None


class Cancellation(Input):
    model_config = example(reason="Made for the wrong household.")

    reason: Line = Field(max_length=150, description="Kept in the audit trail.")


class VoucherOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000034",
        digits="7065",
        redemption_id="0193572a-6b00-7000-8000-000000000018",
        household_id="0193572a-6b00-7000-8000-000000000010",
        what="Food",
        amount_minor=50000,
        currency="NGN",
        only_at_id=None,
        status="paid",
        issued_at="2026-12-01T10:00:00Z",
        last_day="2026-12-31",
        closed_at="2026-12-02T09:00:00Z",
        paid_to_id="0193572a-6b00-7000-8000-000000000031",
    )

    id: UUID
    digits: str = Field(
        description="The last four of its code. The whole code is told to the household alone."
    )
    redemption_id: UUID
    household_id: UUID
    what: str
    amount_minor: int
    currency: str
    only_at_id: UUID | None = Field(description="The one merchant that may take it; null = any.")
    status: VoucherStatus
    issued_at: datetime
    last_day: date = Field(description="It can be spent until the end of that day.")
    closed_at: datetime | None
    paid_to_id: UUID | None = Field(description="The merchant that took it.")


@router.get("", summary="List vouchers")
def list_vouchers(
    asked: Annotated[VoucherQuery, Query()], caller: Reader, container: Here
) -> Page[VoucherOut]:
    """Vouchers, newest first. What was shown is kept in the audit trail."""
    query = select(Voucher).where(
        *matching(
            (Voucher.household_id, asked.household_id),
            (Voucher.redemption_id, asked.redemption_id),
            (Voucher.paid_to_id, asked.paid_to_id),
            (Voucher.status, asked.status),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Voucher.id)
        trail.listed(session, caller, "voucher", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[_shown(row) for row in rows], next_cursor=next_cursor)


@router.get("/{voucher_id}", summary="Read a voucher")
def read_voucher(voucher_id: UUID, caller: Reader, container: Here) -> VoucherOut:
    """One voucher. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = issuing.get(session, voucher_id)
        trail.read(session, caller, "voucher", voucher_id, now=container.clock.now())
    return _shown(row)


@router.post("/{voucher_id}/cancel", summary="Take a voucher back")
def cancel_voucher(voucher_id: UUID, given: Cancellation, caller: Writer, container: Here) -> VoucherOut:
    """Give the household its credit back; it is told. Only an open voucher can be taken back: another gets 409."""
    now = container.clock.now()
    ender = ending.Ender(container.post, VoucherRules.of(container.settings))
    with container.database.unit_of_work() as session:
        row = ending.cancel(session, ender, voucher_id, now)
        trail.wrote(session, caller, "cancelled", "voucher", voucher_id, now=now, reason=given.reason)
    return _shown(row)


def _shown(row: Voucher) -> VoucherOut:
    own = {name: getattr(row, name) for name in VoucherOut.model_fields if name != "digits"}
    return VoucherOut(digits=tail(row.code), **own)
