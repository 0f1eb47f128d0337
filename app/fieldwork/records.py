"""The kinds of record that a collector's phone makes, each with an id of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.fieldwork.clocks import Stamp
from app.fieldwork.models import FieldRecordKind
from app.pickups.statuses import MissedReason

NAME_LONGEST: Final = 30
"""Of a household that joins at its door, so that every text that greets by name stays within one part."""


@dataclass(frozen=True)
class Weighed:
    grams: Mapping[str, int]
    """By material code."""


@dataclass(frozen=True)
class NotCollected:
    reason: MissedReason
    note: str


@dataclass(frozen=True)
class Correction:
    """What a weighing, or an earlier correction of it, should have said; nothing at all where it was a mistake."""

    supersedes: UUID
    grams: Mapping[str, int]

    kind = FieldRecordKind.CORRECTION

    def content(self) -> dict[str, Any]:
        weighed = {code: grams for code, grams in sorted(self.grams.items()) if grams}
        return {"supersedes": str(self.supersedes), "grams": weighed}


@dataclass(frozen=True)
class Handover:
    code: str

    kind = FieldRecordKind.HANDOVER

    def content(self) -> dict[str, Any]:
        return {"code": self.code}


@dataclass(frozen=True)
class Position:
    latitude: float
    longitude: float
    accuracy_metres: int

    kind = FieldRecordKind.POSITION

    def content(self) -> dict[str, Any]:
        return {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "accuracy_metres": self.accuracy_metres,
        }


@dataclass(frozen=True)
class BagCode:
    """As typed, or as it stands in the link that the bag's QR code is."""

    code: str

    kind = FieldRecordKind.BAG

    def content(self) -> dict[str, Any]:
        return {"code": self.code}


@dataclass(frozen=True)
class Enrolment:
    """A household that joins at its door: it said yes to the collector who stands there."""

    phone: str
    """As typed."""
    name: str
    language: str
    zone_code: str
    landmark: str
    position: Position | None

    kind = "enrolment"

    def content(self) -> dict[str, Any]:
        return {
            "phone": self.phone,
            "name": self.name,
            "language": self.language,
            "zone": self.zone_code,
            "landmark": self.landmark,
            "position": self.position.content() if self.position else None,
        }


AtAStop = Weighed | NotCollected | Correction | Handover | Position | BagCode
What = AtAStop | Enrolment


@dataclass(frozen=True)
class Record:
    id: UUID
    pickup_id: UUID
    """An enrolment names itself; so does what is weighed at that home on the same visit."""
    stamp: Stamp
    what: What

    @property
    def of_weights(self) -> bool:
        """Once it is taken, what lies on the bike is another than the service thought."""
        return isinstance(self.what, Weighed | Correction)
