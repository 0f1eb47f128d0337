"""What a flow can have done. The flow decides, `app.flows.commands` does it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.grams import Grams
from app.kernel.place import Location


@dataclass(frozen=True)
class Enrol:
    name: str
    language: str
    zone_code: str
    landmark: str
    location: Location | None


@dataclass(frozen=True)
class RequestPickup:
    household_id: UUID


@dataclass(frozen=True)
class SkipPickup:
    household_id: UUID


@dataclass(frozen=True)
class ConfirmPickup:
    household_id: UUID


@dataclass(frozen=True)
class Redeem:
    household_id: UUID
    reward_code: str
    reward_name: str
    amount_minor: int
    payee_phone: str


@dataclass(frozen=True)
class OpenDispute:
    household_id: UUID
    said: str
    weight: Grams | None = None
    """The one they named, if they did."""


@dataclass(frozen=True)
class SetLanguage:
    language: str


@dataclass(frozen=True)
class Leave:
    household_id: UUID


Action = Enrol | RequestPickup | SkipPickup | ConfirmPickup | Redeem | OpenDispute | SetLanguage | Leave
