"""How fast a zone really is: learnt from the times between one recorded stop and the next.

The time from one record to the next is taken as the stop's own time plus the way's, as `TravelTimes` has it, times a
pace: 1.2 is a fifth slower than expected. Both are estimated together for each zone, as Huber's M-estimate (Annals
of Mathematical Statistics 35, 1964; k = 1.345) by iteratively reweighted least squares, so that a puncture or a chat
counts little, with a normal prior around 1 and around the stop time of the settings (ridge regression; Gelman et al.,
Bayesian Data Analysis, 3rd ed., section 14.8), so that a handful of stops moves little. The scale of the errors is
1.4826 times the median absolute residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.households import service as households
from app.households.models import Household
from app.kernel.clock import local_date
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.routing.models import ZonePace
from app.routing.ports import TravelTimes
from app.routing.ways import IntArray, Points, Ways
from app.weighing.models import Visit

REMEMBERED: Final = timedelta(days=60)
LONGEST_GAP_SECONDS: Final = 3600
"""Between two records; more is a rest, the hub, or a phone that was put away."""
SHORTEST_GAP_SECONDS: Final = 20
"""Less is two forms filled in at one door."""
VAGUE_METRES: Final = 200
"""Ways from or to places less exact than that teach nothing."""
PACE_PRIOR_DEVIATION: Final = 0.4
STOP_PRIOR_DEVIATION_SECONDS: Final = 120
PACE_LEAST, PACE_MOST = 0.4, 4.0
"""Beyond that the data are wrong, not the street."""
_HUBER: Final = 1.345
_MEDIAN_TO_DEVIATION: Final = 1.4826
_LEAST_DEVIATION_SECONDS: Final = 30
_ROUNDS: Final = 30
_SETTLED: Final = 1e-6


@dataclass(frozen=True)
class Pace:
    factor: float
    """Of the expected time of a way."""
    stop_seconds: float
    pairs: int
    """Pairs of stops that it was learnt from."""


@dataclass(frozen=True)
class Paces:
    """What has been learnt, by zone; a zone of which nothing is known goes as expected."""

    by_zone: Mapping[UUID, Pace]

    @classmethod
    def load(cls, session: Session) -> Self:
        """In one query."""
        rows = session.scalars(select(ZonePace))
        return cls({row.zone_id: Pace(row.factor, row.stop_seconds, row.pairs) for row in rows})

    def stop_seconds(self, zone_id: UUID, usual_seconds: int) -> int:
        found = self.by_zone.get(zone_id)
        return round(found.stop_seconds) if found else usual_seconds

    def on(self, ways: Ways, zone_ids: Sequence[UUID | None]) -> Ways:
        """`ways` at the pace of the zones in which the points lie; None for a point in no zone, as the hub.

        A way between two zones goes at the mean of their paces, one from or to the hub at the stop's.
        """
        if not any(zone_id in self.by_zone for zone_id in zone_ids):
            return ways
        factors = np.array([self._factor(zone_id) for zone_id in zone_ids])
        return PacedWays(ways, factors)

    def _factor(self, zone_id: UUID | None) -> float:
        if zone_id is None:
            return float("nan")
        found = self.by_zone.get(zone_id)
        return found.factor if found else 1.0


NO_PACES: Final = Paces({})


class PacedWays:
    """Ways whose seconds are multiplied, the metres left as they are."""

    def __init__(self, ways: Ways, factors: npt.NDArray[np.float64]) -> None:
        self._ways = ways
        self._factors = factors

    @property
    def size(self) -> int:
        return self._ways.size

    def seconds(self, starts: Points, ends: Points) -> IntArray:
        here = self._factors[np.asarray(starts, int)][:, None]
        there = self._factors[np.asarray(ends, int)][None, :]
        mean = np.where(np.isnan(here), there, np.where(np.isnan(there), here, (here + there) / 2))
        paced: IntArray = np.rint(self._ways.seconds(starts, ends) * np.nan_to_num(mean, nan=1.0)).astype(
            np.int64
        )
        return paced

    def metres(self, starts: Points, ends: Points) -> IntArray:
        return self._ways.metres(starts, ends)


def estimate(expected: Sequence[float], took: Sequence[float], usual_stop_seconds: float) -> Pace:
    """From the expected seconds of ways, and the seconds from record to record; see the module's text."""
    ways, gaps = np.asarray(expected, dtype=float), np.asarray(took, dtype=float)
    columns = np.stack((ways, np.ones_like(ways)), axis=1)
    prior = np.array([1.0, usual_stop_seconds])
    precision = np.diag([PACE_PRIOR_DEVIATION**-2, STOP_PRIOR_DEVIATION_SECONDS**-2])
    found = prior
    for _ in range(_ROUNDS if len(gaps) else 0):
        residuals = gaps - columns @ found
        deviation = max(_MEDIAN_TO_DEVIATION * float(np.median(np.abs(residuals))), _LEAST_DEVIATION_SECONDS)
        far = np.abs(residuals) / (_HUBER * deviation)
        weights = np.where(far > 1, 1 / np.maximum(far, 1), 1) / deviation**2
        better = np.linalg.solve(
            columns.T @ (weights[:, None] * columns) + precision,
            columns.T @ (weights * gaps) + precision @ prior,
        )
        settled = np.allclose(better, found, rtol=_SETTLED)
        found = better
        if settled:
            break
    factor = float(np.clip(found[0], PACE_LEAST, PACE_MOST))
    return Pace(factor, max(0.0, float(found[1])), len(gaps))


def learn(
    session: Session, travel_times: TravelTimes, today: date, usual_stop_seconds: float, now: datetime
) -> int:
    """Estimate every zone's pace anew from the last 60 days. The number of zones that were learnt.

    Raises `RoutingFailed` where `travel_times` does.
    """
    lessons: dict[UUID, tuple[list[float], list[float]]] = {}
    for walk in _walks(session, today):
        ways = travel_times.between([one.location for one in walk])
        for number, (before, after) in enumerate(pairwise(walk)):
            gap = (after.at - before.at).total_seconds()
            if before.zone_id == after.zone_id and SHORTEST_GAP_SECONDS <= gap <= LONGEST_GAP_SECONDS:
                expected, took = lessons.setdefault(after.zone_id, ([], []))
                expected.append(float(ways.seconds([number], [number + 1])[0, 0]))
                took.append(gap)
    session.execute(delete(ZonePace))
    for zone_id, (expected, took) in lessons.items():
        pace = estimate(expected, took, usual_stop_seconds)
        session.add(ZonePace(zone_id=zone_id, learnt_at=now, **vars(pace)))
    session.flush()
    return len(lessons)


def learnt_on(session: Session, timezone: str) -> date | None:
    """The last day on which `learn` found something."""
    latest = session.scalar(select(func.max(ZonePace.learnt_at)))
    return local_date(latest, timezone) if latest else None


@dataclass(frozen=True)
class _Record:
    zone_id: UUID
    location: Location
    at: datetime


def _walks(session: Session, today: date) -> list[list[_Record]]:
    """Each collector's records of each day, in order, as far as their places are well known."""
    rows = session.execute(
        select(Visit.collector_id, Pickup.date, Visit.visited_at, Pickup.zone_id, Household)
        .join(Pickup, Pickup.id == Visit.pickup_id)
        .join(Household, Household.id == Pickup.household_id)
        .where(Pickup.date >= today - REMEMBERED, Household.latitude.is_not(None))
        .order_by(Visit.collector_id, Pickup.date, Visit.visited_at)
    )
    walks: dict[tuple[UUID, date], list[_Record]] = {}
    for collector_id, day, at, zone_id, household in rows:
        place = households.location_of(household)
        if place is not None and (place.uncertainty_metres or 0) <= VAGUE_METRES:
            walks.setdefault((collector_id, day), []).append(_Record(zone_id, place, at))
    return [walk for walk in walks.values() if len(walk) > 1]
