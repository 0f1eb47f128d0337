"""The report on how evenly riding is shared among a hub's collectors."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.insights import fairness as insight
from app.rotation.yields import Pay
from app.web.admin.auth import needs
from app.web.admin.shapes import DayFilter, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/reports", tags=["reports"])
READER = [Depends(needs("reports:read"))]
Share01 = Annotated[
    float | None, Field(description="0: all alike; towards 1: one has all. Null: nothing there.")
]


class FairnessQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hub_id: UUID
    first_day: DayFilter
    last_day: DayFilter


class ShareOut(Output):
    collector_id: UUID
    days: int = Field(description="On which something was recorded.")
    stops: int = Field(description="At which something was weighed.")
    grams: int
    earned_minor: int
    metres: int = Field(description="Of the routes as planned, on those days.")
    seconds: int = Field(description="From the first record of each day to the last.")


class GiniOut(Output):
    metres: Share01
    grams: Share01
    seconds: Share01
    earned: Share01


class RotationOut(Output):
    gini_with: Share01
    gini_without: Share01


class FairnessOut(Output):
    model_config = example(
        hub_id="0193572a-6b00-7000-8000-000000000001",
        first_day="2026-11-02",
        last_day="2026-11-29",
        currency="NGN",
        pay_known=True,
        shares=[
            {
                "collector_id": "0193572a-6b00-7000-8000-000000000011",
                "days": 8,
                "stops": 160,
                "grams": 640_000,
                "earned_minor": 4_800_000,
                "metres": 96_000,
                "seconds": 115_200,
            }
        ],
        gini={"metres": 0.04, "grams": 0.08, "seconds": 0.03, "earned": 0.07},
        rotation={"gini_with": 0.06, "gini_without": 0.21},
    )

    hub_id: UUID
    first_day: dt.date
    last_day: dt.date
    currency: str
    pay_known: bool = Field(
        description="False: no pay is set, and the worth of the material stands in for it."
    )
    shares: list[ShareOut]
    gini: GiniOut
    rotation: RotationOut | None = Field(
        description="Earnings by whose turn it was, against each keeping the round that the draw gave them first:"
        " an estimate, for a round may yield less to another. Null where nothing was drawn."
    )


@router.get("/fairness", summary="How evenly riding is shared", dependencies=READER)
def fairness(asked: Annotated[FairnessQuery, Query()], container: Here) -> FairnessOut:
    """Kilometres, kilograms, hours and earnings of each collector of a hub, with their Gini figures."""
    pay = Pay.of(container.settings)
    with container.database.snapshot() as session:
        found = insight.fairness(session, asked.hub_id, asked.first_day, asked.last_day, pay)
    return FairnessOut.model_validate({**vars(found), "currency": container.settings.currency})
