"""What the checks look at, and what they answer. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.kernel.place import Location

Figures = Mapping[str, float | int | str]
"""What a sentence about a test says."""


class Check(enum.StrEnum):
    WEIGHT = "weight"
    """A weight that is unlikely for this home and its neighbours."""
    HEAVY = "heavy"
    """A collector whose weights are too often among the heaviest."""
    ROUND = "round"
    SAME = "same"
    """One weight again and again."""
    DIGITS = "digits"
    """One digit repeated: 2.2 kg, 333 g."""
    HASTE = "haste"
    """Two doors within seconds."""
    TRAVEL = "travel"
    """Faster between two doors than a bike."""
    PLACE = "place"
    """Weighed far from where that home was found before."""
    HOURS = "hours"
    """Outside the collector's shift."""
    HUB = "hub"
    """Less arrives at the hub than was paid for."""
    SILENT = "silent"
    """A home at which nobody ever answers."""
    GHOST = "ghost"
    """A home that earns, and of which nobody was ever heard."""


@dataclass(frozen=True)
class Subject:
    """What a test is about: a collector or a home, where it matters one material."""

    collector_id: UUID | None = None
    household_id: UUID | None = None
    material: str | None = None
    """Its code."""

    @property
    def key(self) -> str:
        """Names it in one line, the same every day."""
        parts = (self.collector_id, self.household_id, self.material)
        return "/".join(str(part or "-") for part in parts)


@dataclass(frozen=True)
class Test:
    """One question put to the figures."""

    check: Check
    subject: Subject
    p_value: float
    """How likely it would be to see this, or more of it, if all were honest."""
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Weight:
    """One line of a weighing, as it stands now: corrections count."""

    weighing_id: UUID
    collector_id: UUID
    household_id: UUID
    zone_id: UUID
    material: str
    grams: int
    day: date


@dataclass(frozen=True)
class Door:
    """A visit."""

    visit_id: UUID
    collector_id: UUID
    household_id: UUID
    at: datetime
    day: date
    on_the_spot: bool
    """Recorded by the phone at the door; a plain form may have been typed hours later."""
    on_shift: bool | None = None
    """None where nobody knows."""
    weighed: bool = True
    answered: bool = True
    """Somebody was there, whether or not there was anything to weigh."""
    coded: bool = False
    """With the right handover code of the day."""
    place: Location | None = None


@dataclass(frozen=True)
class Load:
    """What the doors and the hub say of one collector's day and material, in grams."""

    collector_id: UUID
    material: str
    day: date
    stops_grams: int
    hub_grams: int
    allowed_grams: int
