"""What about payouts waits for a person, or has waited too long."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from app.access.keys import Caller
from app.payouts import alarms
from app.web.admin.auth import needs
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/payouts/alarms", tags=["payouts"])
Reader = Annotated[Caller, Depends(needs("payouts:read"))]
_ALARM: dict[str, Any] = {
    "kind": "needs_review",
    "payout_id": "0193572a-6b00-7000-8000-000000000021",
    "provider": "standin",
    "amount_minor": 50000,
    "since": "2026-12-01T10:40:00Z",
    "next_step": alarms.NEXT_STEP[alarms.AlarmKind.NEEDS_REVIEW],
}


class AlarmOut(Output):
    model_config = example(**_ALARM)

    kind: alarms.AlarmKind
    payout_id: UUID
    provider: str
    amount_minor: int
    since: datetime
    next_step: str = Field(description="What to do about it.")


class AlarmsOut(Output):
    model_config = example(items=[_ALARM])

    items: list[AlarmOut] = Field(description="Kind by kind, the oldest first; at most 200 of each.")


@router.get("", summary="List payouts' alarms")
def list_alarms(caller: Reader, container: Here) -> AlarmsOut:  # noqa: ARG001 - its scope is what counts
    """Every payout that waits for a person, or has been on its way for too long, with the next step."""
    with container.database.unit_of_work() as session:
        found = alarms.standing(session, container.clock.now())
    return AlarmsOut(
        items=[
            AlarmOut(
                kind=one.kind,
                payout_id=one.payout_id,
                provider=one.provider,
                amount_minor=one.amount_minor,
                since=one.since,
                next_step=alarms.NEXT_STEP[one.kind],
            )
            for one in found
        ]
    )
