"""What merchants are owed: their statements, and paying them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import InvalidInput
from app.kernel.clock import at_local, local_date
from app.merchants import service, spreadsheet, statements
from app.merchants.models import MerchantSettlement, SettlementStatus
from app.merchants.settling import SettlementRules, everybody, settle
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Day, DayFilter, Input, Output, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/merchants", tags=["merchants"])
Reader = Annotated[Caller, Depends(needs("merchants:read"))]
Writer = Annotated[Caller, Depends(needs("merchants:write"))]

_MERCHANT = "0193572a-6b00-7000-8000-000000000031"
_SETTLEMENT = "0193572a-6b00-7000-8000-000000000033"


class SettlementQuery(ListQuery):
    merchant_id: UUID | None = None
    status: SettlementStatus | None = None


class NewSettlementRun(Input):
    model_config = example(as_of="2026-12-04", merchant_id=None)

    as_of: Day | None = Field(
        default=None, description="Pay what was owed at the end of that day; null = all that is owed now."
    )
    merchant_id: UUID | None = Field(default=None, description="Only this one; null = everybody.")


class SettlementOut(Output):
    model_config = example(
        id=_SETTLEMENT,
        merchant_id=_MERCHANT,
        amount_minor=150000,
        currency="NGN",
        owed_until="2026-12-04T09:00:00Z",
        status="paid",
        created_at="2026-12-04T09:00:00Z",
        updated_at="2026-12-04T09:00:20Z",
    )

    id: UUID
    merchant_id: UUID
    amount_minor: int
    currency: str
    owed_until: datetime = Field(description="It pays what had come to be owed by then.")
    status: SettlementStatus
    created_at: datetime
    updated_at: datetime


class OutcomeOut(Output):
    merchant_id: UUID
    code: str
    amount_minor: int = Field(description="What is paid, or what would have been.")
    settlement_id: UUID | None = Field(
        description="Look its payout up with `GET /payouts?settlement_id=`; null where none was made."
    )
    why_not: str | None


class RunOut(Output):
    model_config = example(
        items=[
            {
                "merchant_id": _MERCHANT,
                "code": "NKECHI",
                "amount_minor": 150000,
                "settlement_id": _SETTLEMENT,
                "why_not": None,
            }
        ]
    )

    items: list[OutcomeOut]


class StatementQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: DayFilter | None = Field(
        None, alias="from", description="The first day; the first of the month if left out."
    )
    last: DayFilter | None = Field(None, alias="to", description="The last day; today if left out.")
    format: Literal["json", "csv"] = "json"


class StatementLineOut(Output):
    at: datetime
    what: str = Field(description="`voucher`, `settlement`, `returned` or `correction`.")
    detail: str
    amount_minor: int = Field(description="Negative where less is owed afterwards.")


class StatementOut(Output):
    model_config = example(
        merchant_id=_MERCHANT,
        first="2026-12-01",
        last="2026-12-31",
        opening_minor=0,
        lines=[
            {
                "at": "2026-12-01T10:00:00Z",
                "what": "voucher",
                "detail": "voucher 7065",
                "amount_minor": 50000,
            }
        ],
        closing_minor=50000,
    )

    merchant_id: UUID
    first: date
    last: date
    opening_minor: int
    lines: list[StatementLineOut]
    closing_minor: int


@router.get("/settlements", summary="List settlements")
def list_settlements(
    asked: Annotated[SettlementQuery, Query()], caller: Reader, container: Here
) -> Page[SettlementOut]:
    """What was paid to merchants, or is on its way, newest first."""
    query = select(MerchantSettlement).where(
        *matching(
            (MerchantSettlement.merchant_id, asked.merchant_id), (MerchantSettlement.status, asked.status)
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, MerchantSettlement.id)
        trail.listed(
            session, caller, "settlement", (row.id for row in rows), asked, now=container.clock.now()
        )
    return Page(items=[SettlementOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/settlements", status_code=201, summary="Settle merchants")
def create_settlements(run: NewSettlementRun, caller: Writer, once: Creation, container: Here) -> RunOut:
    """Pay merchants what they are owed, each by one payout. One whose settlement is on its way gets no second one."""
    now, rules = container.clock.now(), SettlementRules.of(container.settings)
    until = at_local(run.as_of + timedelta(days=1), datetime.min.time(), rules.timezone) if run.as_of else now
    with container.database.unit_of_work() as session:

        def settle_all() -> Mapping[str, Any]:
            if run.merchant_id is not None:
                with naming("merchant_id"):
                    service.get(session, run.merchant_id)
            chosen = [run.merchant_id] if run.merchant_id else everybody(session)
            outcomes = [
                settle(session, one, rules=rules, jobs=container.jobs, owed_until=until, now=now)
                for one in chosen
            ]
            for outcome in outcomes:
                if outcome.settlement_id is not None:
                    trail.wrote(
                        session,
                        caller,
                        "created",
                        "settlement",
                        outcome.settlement_id,
                        now=now,
                        amount_minor=outcome.amount_minor,
                    )
            return RunOut(items=[OutcomeOut.model_validate(one) for one in outcomes]).model_dump(mode="json")

        return RunOut.model_validate(once.answer(session, now, settle_all))


@router.get(
    "/{merchant_id}/statement",
    summary="Read a merchant's statement",
    response_model=StatementOut,
    responses={
        200: {
            "content": {"text/csv": {"schema": {"type": "string"}, "example": ",".join(spreadsheet.COLUMNS)}}
        }
    },
)
def read_statement(
    merchant_id: UUID, asked: Annotated[StatementQuery, Query()], caller: Reader, container: Here
) -> Response | StatementOut:
    """What it was owed and paid over some days, in local time; `format=csv` for spreadsheets."""
    settings, now = container.settings, container.clock.now()
    last = asked.last or local_date(now, settings.timezone)
    first = asked.first or last.replace(day=1)
    if last < first:
        raise InvalidInput("?to", "is before ?from")
    with container.database.unit_of_work() as session:
        merchant = service.get(session, merchant_id)
        made = statements.between(session, merchant, first, last, settings.timezone)
        trail.read(session, caller, "merchant", merchant_id, now=now)
    if asked.format == "csv":
        text = spreadsheet.as_csv(made, first, last, currency=settings.currency, timezone=settings.timezone)
        name = f"{merchant.code}-{first}-{last}.csv"
        return Response(
            text,
            media_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )
    return StatementOut(
        merchant_id=merchant_id,
        first=first,
        last=last,
        opening_minor=made.opening_minor,
        lines=[
            StatementLineOut(
                at=entry.effective_at,
                what=spreadsheet.what(entry.kind),
                detail=entry.reason,
                amount_minor=entry.amount_minor,
            )
            for entry in made.entries
        ],
        closing_minor=made.closing_minor,
    )
