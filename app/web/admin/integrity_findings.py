"""Findings: what the nightly checks saw, how sure it is, and what a person made of it."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import NotFound
from app.integrity import nightly
from app.integrity.checks.seen import Check
from app.integrity.models import Finding, FindingStatus
from app.integrity.wording import NEXT_STEP, sentence
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/integrity-findings", tags=["integrity-findings"])
Reader = Annotated[Caller, Depends(needs("integrity-findings:read"))]
Writer = Annotated[Caller, Depends(needs("integrity-findings:write"))]

FINDING: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000092",
    "check": "round",
    "collector_id": "0193572a-6b00-7000-8000-000000000011",
    "household_id": None,
    "material": None,
    "first_day": "2026-11-28",
    "last_day": "2026-12-01",
    "p_value": 2.4e-08,
    "certainty": 0.999,
    "says": "62 % of the weights (186 of 300) are whole half kilograms; of the others' 17 %.",
    "next_step": "Show the collector how to read the scale's steps; see whether the scale is broken.",
    "figures": {"hits": 186, "count": 300, "percent": 62, "others_percent": 17},
    "status": "open",
    "word": None,
    "decided_by": None,
    "decided_at": None,
}


class FindingQuery(ListQuery):
    status: FindingStatus | None = None
    check: Check | None = None
    collector_id: UUID | None = None
    household_id: UUID | None = None


class DecisionIn(Input):
    model_config = example(
        outcome="explained", word="The scale shows half kilograms only; a new one is ordered."
    )

    outcome: Literal[FindingStatus.EXPLAINED, FindingStatus.CONFIRMED] = Field(
        description="`explained`: there is an honest reason; `confirmed`: something was wrong."
    )
    word: Line = Field(max_length=nightly.WORD_MAX, description="What was found.")


class FindingOut(Output):
    model_config = example(**FINDING)

    id: UUID
    check: Check
    collector_id: UUID | None
    household_id: UUID | None
    material: str | None
    first_day: dt.date
    last_day: dt.date = Field(description="The newest day on which it stood out; the figures are of then.")
    p_value: float = Field(description="How likely it would be to see this, or more, if all were honest.")
    certainty: float = Field(description="How sure, at most, that makes anybody: 0 to 1.")
    says: str
    next_step: str
    figures: dict[str, Any]
    status: FindingStatus
    word: str | None
    decided_by: str | None
    decided_at: datetime | None


def shown(row: Finding) -> FindingOut:
    fields = {
        name: getattr(row, name) for name in FindingOut.model_fields if name not in {"says", "next_step"}
    }
    return FindingOut(**fields, says=sentence(row.check, row.figures), next_step=NEXT_STEP[row.check])


@router.get("", summary="List findings")
def list_findings(
    asked: Annotated[FindingQuery, Query()], caller: Reader, container: Here
) -> Page[FindingOut]:
    """What stood out, newest first; `status=open` is the pile to work through. What was shown is in the audit trail."""
    query = select(Finding).where(
        *matching(
            (Finding.status, asked.status),
            (Finding.check, asked.check),
            (Finding.collector_id, asked.collector_id),
            (Finding.household_id, asked.household_id),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Finding.id)
        ids = (row.id for row in rows)
        trail.listed(session, caller, "integrity_finding", ids, asked, now=container.clock.now())
    return Page(items=[shown(row) for row in rows], next_cursor=next_cursor)


@router.get("/{finding_id}", summary="Read a finding")
def read_finding(finding_id: UUID, caller: Reader, container: Here) -> FindingOut:
    """One finding. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.get(Finding, finding_id)
        if row is None:
            raise NotFound("There is no such finding.")
        trail.read(session, caller, "integrity_finding", finding_id, now=container.clock.now())
    return shown(row)


@router.post("/{finding_id}/decide", summary="Decide a finding")
def decide_finding(finding_id: UUID, decision: DecisionIn, caller: Writer, container: Here) -> FindingOut:
    """Say what was behind it. A finding is decided once: another try gets 409.

    The same is not brought up again within `WEIGHBACK_INTEGRITY_WINDOW_DAYS`. Credit that was held for it is decided by
    itself, under `/held-credits`.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = nightly.decide(session, finding_id, decision.outcome, decision.word, by=caller.actor, now=now)
    return shown(row)
