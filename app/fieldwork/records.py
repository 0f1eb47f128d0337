"""The kinds of record that a collector's phone makes, each with an id of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.fieldwork.clocks import Stamp
from app.fieldwork.models import FieldRecordKind
from app.pickups.statuses import MissedReason


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
class Record:
    id: UUID
    pickup_id: UUID
    stamp: Stamp
    what: Weighed | NotCollected | Correction | Handover | Position | BagCode

    @property
    def of_weights(self) -> bool:
        """Once it is taken, what lies on the bike is another than the service thought."""
        return isinstance(self.what, Weighed | Correction)
