"""Made-up households for the demo: the same ones every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from app.demo.lagos import AREAS, DOORS, FIRST_NAMES, LAST_NAMES, Area
from app.kernel.phone import Phone
from app.kernel.place import Location

HOUSEHOLDS: Final = 200
FIRST_PHONE: Final = 2_348_000_000_100
SCATTER_DEGREES: Final = 0.0011
"""About 120 metres: near the landmark, not on it."""
UNCERTAINTY_METRES: Final = 60
SPEAKS_FIRST_LANGUAGE: Final = 0.65


@dataclass(frozen=True)
class Neighbour:
    name: str
    phone: Phone
    language: str
    area: Area
    landmark: str
    location: Location


def neighbours(random: Random, languages: Sequence[str]) -> list[Neighbour]:
    """`HOUSEHOLDS` people, as many in each area, no two of one name."""
    names = random.sample([f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES], HOUSEHOLDS)
    return [_neighbour(random, number, name, languages) for number, name in enumerate(names)]


def _neighbour(random: Random, number: int, name: str, languages: Sequence[str]) -> Neighbour:
    area = AREAS[number % len(AREAS)]
    spot = random.choice(area.spots)
    house = random.randint(1, 96)
    others = languages[1:]
    language = (
        languages[0] if not others or random.random() < SPEAKS_FIRST_LANGUAGE else random.choice(others)
    )
    return Neighbour(
        name=name,
        phone=Phone(f"+{FIRST_PHONE + number}"),
        language=language,
        area=area,
        landmark=f"{house} {random.choice(area.streets)}, {random.choice(DOORS)}, near {spot.name}",
        location=Location(
            latitude=round(spot.latitude + random.uniform(-SCATTER_DEGREES, SCATTER_DEGREES), 6),
            longitude=round(spot.longitude + random.uniform(-SCATTER_DEGREES, SCATTER_DEGREES), 6),
            source="survey",
            uncertainty_metres=UNCERTAINTY_METRES,
        ),
    )
