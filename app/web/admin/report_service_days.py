"""The report that proposes days of service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.insights.service_days import VISIT_DAYS_LEAST, WEEKS_MAX, Asked
from app.insights.service_days import service_days as propose
from app.kernel.clock import local_date
from app.places import service as places
from app.web.admin.auth import needs
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/reports", tags=["reports"])
READER = [Depends(needs("reports:read"))]


class ServiceDaysQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hub_id: UUID
    weeks: int = Field(12, ge=1, le=WEEKS_MAX, description="How far back to look.")
    bag_kilograms: float = Field(
        8, gt=0, le=1000, allow_inf_nan=False, description="The heaviest bag that a household keeps at home."
    )


class ScheduleOut(Output):
    weekdays: list[int] = Field(description="Monday is 0.")
    interval_weeks: float = Field(description="Between two visits; half a week is two days a week.")
    kilograms_per_stop: float
    kilometres_per_week: float


class ProposalOut(Output):
    zone_id: UUID
    code: str
    visit_days: int = Field(description="In the time looked back on.")
    stops_per_visit: float
    now: ScheduleOut | None = Field(
        description=f"Null where there is too little history: fewer than {VISIT_DAYS_LEAST} days of service."
    )
    proposed: ScheduleOut | None
    saved_kilometres_per_week: float


class ServiceDaysOut(Output):
    model_config = example(
        zones=[
            {
                "zone_id": "0193572a-6b00-7000-8000-000000000002",
                "code": "SUR",
                "visit_days": 24,
                "stops_per_visit": 18.5,
                "now": {
                    "weekdays": [1, 4],
                    "interval_weeks": 0.5,
                    "kilograms_per_stop": 1.9,
                    "kilometres_per_week": 22.4,
                },
                "proposed": {
                    "weekdays": [1],
                    "interval_weeks": 1.0,
                    "kilograms_per_stop": 3.8,
                    "kilometres_per_week": 11.2,
                },
                "saved_kilometres_per_week": 11.2,
            }
        ]
    )

    zones: list[ProposalOut] = Field(description="By code.")


@router.get("/service-days", summary="Propose days of service", dependencies=READER)
def service_days(asked: Annotated[ServiceDaysQuery, Query()], container: Here) -> ServiceDaysOut:
    """For each zone of a hub the weekday and interval that its history speaks for, and what that would save."""
    settings = container.settings
    rules = Asked(asked.weeks, asked.bag_kilograms, settings.route_detour_factor)
    with container.database.snapshot() as session:
        timezone = places.hub_timezone(session, asked.hub_id) or settings.timezone
        today = local_date(container.clock.now(), timezone)
        found = propose(session, asked.hub_id, today, rules)
        return ServiceDaysOut(zones=[ProposalOut.model_validate(one) for one in found])
