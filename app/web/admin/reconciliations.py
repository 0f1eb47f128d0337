"""Reconciliations: a day's payments against a provider's statement and the book."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import InvalidInput
from app.reconciliation import service
from app.reconciliation.differences import Difference
from app.reconciliation.files import Reading, UnreadableStatement, read
from app.reconciliation.models import Reconciliation, ReconciliationDifference, Source
from app.rewards.announcing import office_of
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Day, DayFilter, Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/reconciliations", tags=["reconciliations"])
Reader = Annotated[Caller, Depends(needs("reconciliations:read"))]
Writer = Annotated[Caller, Depends(needs("reconciliations:write"))]
STATEMENT_MAX_CHARACTERS = 4_000_000

_HEAD: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000051",
    "provider": "paystack",
    "date": "2026-12-01",
    "revision": 1,
    "source": "api",
    "lines": 41,
    "attempts": 40,
    "paid_minor": 2_050_000,
    "booked_minor": 2_000_000,
    "fees_minor": 0,
    "made_by": "nightly",
    "made_at": "2026-12-02T03:00:40Z",
    "checked_at": "2026-12-02T03:00:40Z",
}
_DIFFERENCE: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000052",
    "kind": "credit_without_attempt",
    "next_step": Difference.CREDIT_WITHOUT_ATTEMPT.next_step,
    "payout_id": None,
    "reference": None,
    "provider_reference": "TRF_x1",
    "statement_minor": 50_000,
    "ours_minor": None,
    "line": None,
}


class ReconciliationQuery(ListQuery):
    provider: str | None = None
    date: DayFilter | None = None


class NewReconciliation(Input):
    model_config = example(
        provider="africastalking",
        date="2026-12-01",
        csv="Date,Phone Number,Amount,Status,Request ID\n2026-12-01 10:00:03,+2348000000001,NGN 500.0000,Success,ATQid_1\n",
    )

    provider: Line = Field(max_length=32)
    date: Day
    csv: str = Field(
        min_length=1,
        max_length=STATEMENT_MAX_CHARACTERS,
        description="The provider's statement; docs/money.md says which columns are read.",
    )


class DifferenceOut(Output):
    model_config = example(**_DIFFERENCE)

    id: UUID
    kind: Difference
    next_step: str = Field(description="What to do about it.")
    payout_id: UUID | None
    reference: str | None = Field(description="Ours.")
    provider_reference: str | None
    statement_minor: int | None = Field(description="By the statement.")
    ours_minor: int | None = Field(
        description="What was to be paid; of a difference with the book, what it has."
    )
    line: int | None = Field(description="Of the file.")


class ReconciliationOut(Output):
    model_config = example(**_HEAD)

    id: UUID
    provider: str
    date: date
    revision: int = Field(description="Counts up where the day was compared again with another outcome.")
    source: Source
    lines: int
    attempts: int
    paid_minor: int = Field(description="By the statement.")
    booked_minor: int = Field(description="By the book, of the day's attempts.")
    fees_minor: int
    made_by: str
    made_at: datetime
    checked_at: datetime = Field(description="When it was last compared with this outcome.")


class WholeReconciliationOut(ReconciliationOut):
    model_config = example(**_HEAD, differences=[_DIFFERENCE])

    differences: list[DifferenceOut]


@router.get("", summary="List reconciliations")
def list_reconciliations(
    asked: Annotated[ReconciliationQuery, Query()], caller: Reader, container: Here
) -> Page[ReconciliationOut]:
    """Reports, newest first, with every revision."""
    query = select(Reconciliation).where(
        *matching((Reconciliation.provider, asked.provider), (Reconciliation.date, asked.date))
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Reconciliation.id)
        ids = (row.id for row in rows)
        trail.listed(session, caller, "reconciliation", ids, asked, now=container.clock.now())
    return Page(items=[ReconciliationOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{reconciliation_id}", summary="Read a reconciliation")
def read_reconciliation(reconciliation_id: UUID, caller: Reader, container: Here) -> WholeReconciliationOut:
    """One report with every difference, each with its name and what to do next."""
    with container.database.unit_of_work() as session:
        found = service.report(session, reconciliation_id)
        trail.read(session, caller, "reconciliation", reconciliation_id, now=container.clock.now())
        return _whole(found)


@router.post("", status_code=201, summary="Reconcile a day with a statement")
def make_reconciliation(new: NewReconciliation, caller: Writer, container: Here) -> WholeReconciliationOut:
    """Compare a day's payments with the statement that is handed in, and with the book. It moves no money.

    The same statement again is the same report. A row that cannot be read is named by its line, and nothing is compared.
    """
    settings, now = container.settings, container.clock.now()
    if new.provider not in container.payment_providers:
        raise InvalidInput("provider", f"is none of {', '.join(container.payment_providers)}")
    try:
        lines = read(new.csv, Reading.of(settings, new.provider))
    except UnreadableStatement as unreadable:
        raise InvalidInput("csv", str(unreadable)) from unreadable
    office = office_of(settings, container.payment_providers, container.post)
    day = service.Day(new.provider, new.date, settings.timezone)
    statement = service.Statement(Source.FILE, lines)
    with container.database.unit_of_work() as session:
        found = service.reconcile(session, office, day, statement, by=caller.actor, now=now)
        trail.wrote(session, caller, "reconciled", "reconciliation", found.head.id, now=now)
        return _whole(found)


def _whole(found: service.Report) -> WholeReconciliationOut:
    head = ReconciliationOut.model_validate(found.head)
    return WholeReconciliationOut(
        **head.model_dump(), differences=[_difference(one) for one in found.differences]
    )


def _difference(one: ReconciliationDifference) -> DifferenceOut:
    kind = Difference(one.kind)
    return DifferenceOut(
        id=one.id,
        kind=kind,
        next_step=kind.next_step,
        payout_id=one.payout_id,
        reference=one.reference,
        provider_reference=one.provider_reference,
        statement_minor=one.statement_minor,
        ours_minor=one.ours_minor,
        line=one.line,
    )
