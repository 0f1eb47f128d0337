"""How the API shows a household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from app.households import service
from app.households.models import Household, HouseholdStatus
from app.ledger import service as ledger
from app.messaging import contacts
from app.places import pluscodes
from app.web.admin.shapes import Output, example


class PhoneOut(Output):
    phone: str
    language: str
    gets_receipts: bool
    gets_reminders: bool
    opted_out_at: datetime | None = Field(description="Since when it is sent nothing; see `consent-events`.")


class HouseholdOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000010",
        name="Mama Ada",
        language="en",
        zone_id="0193572a-6b00-7000-8000-000000000002",
        landmark="Blue gate opposite the church on Adeniran Street",
        latitude=6.4969,
        longitude=3.3488,
        location_source="office",
        location_uncertainty_metres=None,
        plus_code="6FR5F8WX+QG",
        status="active",
        paused_until=None,
        joined_at="2026-11-23T08:00:00Z",
        left_at=None,
        updated_at="2026-11-23T08:00:00Z",
        phones=[
            {
                "phone": "+2348000000001",
                "language": "en",
                "gets_receipts": True,
                "gets_reminders": True,
                "opted_out_at": None,
            }
        ],
        balance_minor=125000,
    )

    id: UUID
    name: str
    language: str
    zone_id: UUID
    landmark: str
    latitude: float | None
    longitude: float | None
    location_source: str | None = Field(
        description="Whom that is from: `office`, `import`, `plus_code`, or `pin`, dropped at the door."
    )
    location_uncertainty_metres: int | None = Field(description="How far off it may be, where that is known.")
    plus_code: str | None = Field(description="Of the coordinates.")
    status: HouseholdStatus
    paused_until: dt.date | None
    joined_at: datetime
    left_at: datetime | None
    updated_at: datetime
    phones: list[PhoneOut] = Field(description="The one it joined with first.")
    balance_minor: int = Field(description="What it can spend, in minor units.")


def shown(session: Session, rows: Sequence[Household]) -> list[HouseholdOut]:
    """With phones and balances, in the order of `rows`."""
    ids = [row.id for row in rows]
    phones, balances = service.phones_of(session, ids), ledger.balances(session, ids)
    silent = contacts.opted_out_since(session, (each.phone for those in phones.values() for each in those))
    return [
        HouseholdOut(
            **{name: getattr(row, name) for name in HouseholdOut.model_fields if hasattr(row, name)},
            plus_code=_plus_code(row),
            phones=[
                PhoneOut(
                    phone=each.phone,
                    language=each.language,
                    gets_receipts=each.gets_receipts,
                    gets_reminders=each.gets_reminders,
                    opted_out_at=silent.get(each.phone),
                )
                for each in phones[row.id]
            ],
            balance_minor=balances[row.id],
        )
        for row in rows
    ]


def _plus_code(row: Household) -> str | None:
    place = service.location_of(row)
    return pluscodes.of(place) if place else None
