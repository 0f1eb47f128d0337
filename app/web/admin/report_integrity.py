"""The report on what did not fit on a day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.keys import Caller
from app.integrity import reporting
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.integrity_findings import FINDING, FindingOut, shown
from app.web.admin.shapes import DayFilter, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/reports", tags=["reports"])
Reader = Annotated[Caller, Depends(needs("reports:read"))]


class IntegrityQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    date: DayFilter | None = Field(default=None, description="The newest day looked at, if left out.")


class IntegrityOut(Output):
    model_config = example(
        date="2026-12-01",
        looked=True,
        tests=412,
        false_findings_percent=5,
        findings=[FINDING],
        open_before=1,
        held_credits_waiting=2,
        held_minor=1_300_000,
        currency="NGN",
    )

    date: dt.date | None = Field(description="Null where no day was ever looked at.")
    looked: bool = Field(description="False: the nightly look at that day has not been.")
    tests: int = Field(description="How many questions were put to the day's figures.")
    false_findings_percent: int = Field(
        description="Of what is found, so much is chance on average (Benjamini and Hochberg)."
    )
    findings: list[FindingOut] = Field(description="What stood out on that day, the surest first.")
    open_before: int = Field(description="Findings of other days that still wait for a person.")
    held_credits_waiting: int
    held_minor: int = Field(description="What they come to.")
    currency: str


@router.get("/integrity", summary="What did not fit")
def integrity(asked: Annotated[IntegrityQuery, Query()], caller: Reader, container: Here) -> IntegrityOut:
    """A day's findings about collectors, homes and materials: what was found, how sure it is, what to do next."""
    with container.database.unit_of_work() as session:
        found = reporting.report(session, asked.date)
        for one in found.findings:
            trail.read(session, caller, "integrity_finding", one.id, now=container.clock.now())
    return IntegrityOut(
        date=found.day,
        looked=found.run is not None,
        tests=found.run.tests if found.run else 0,
        false_findings_percent=container.settings.integrity_false_findings_percent,
        findings=[shown(one) for one in found.findings],
        open_before=found.open_before,
        held_credits_waiting=found.held_count,
        held_minor=found.held_minor,
        currency=container.settings.currency,
    )
