"""Who speaks for whom, in one list. For the demo's phone; whoever needs one household asks `service`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.households.models import Household, HouseholdPhone, HouseholdStatus


@dataclass(frozen=True)
class Speaker:
    phone: str
    name: str
    zone_id: UUID
    household_id: UUID


def speakers(session: Session) -> list[Speaker]:
    """Every phone with the household that has not left, by name. Reads them all: a small town, not a country."""
    rows = session.execute(
        select(HouseholdPhone.phone, Household.name, Household.zone_id, Household.id)
        .join(Household, Household.id == HouseholdPhone.household_id)
        .where(Household.status != HouseholdStatus.LEFT)
        .order_by(Household.name, HouseholdPhone.phone)
    )
    return [Speaker(*row) for row in rows]
