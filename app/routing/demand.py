"""What a household is likely to hand over at its next visit, and whether it will: from its own history.

Every estimate is a mean that leans on a prior as if the prior were some visits of its own, so that it can be
explained in a sentence: "her own 6 visits, and 4 visits like her zone's". That is the posterior mean of a Poisson
rate under a gamma prior (weights) and of a binomial chance under a beta prior (being there with a bag); see Gelman
et al., Bayesian Data Analysis, 3rd ed., sections 2.6 and 2.4; in insurance it is Bühlmann's credibility, Z = n/(n+k).
A zone leans on its hub in the same way, and a hub on what is stated in `Prior`, so that a household that has just
joined, in a zone that has just opened, still has an answer.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.pickups.models import Pickup
from app.pickups.statuses import MissedReason, PickupStatus
from app.weighing.models import Material, Weighing, WeighingLine

REMEMBERED: Final = dt.timedelta(days=180)
"""Older visits tell little of a household's present habits."""
_MILLILITRES_PER_LITRE: Final = 1000
_THEIR_OWN: Final = (MissedReason.NOBODY_HOME, MissedReason.NOTHING_TO_GIVE, MissedReason.REFUSED)
"""Why a visit in vain was the household's doing; that we did not come, or did not find it, says nothing of it."""


@dataclass(frozen=True)
class Prior:
    """What is expected where nothing is known, and how many visits that knowledge counts for."""

    grams: float = 3_000
    """Per visit that gives something, all materials together."""
    chance_if_confirmed: float = 0.95
    chance_if_not: float = 0.75
    zone_counts_as_visits: float = 4
    """For a household."""
    hub_counts_as_visits: float = 20
    """For a zone; and so much counts what is stated here, for a hub."""


@dataclass(frozen=True)
class Expected:
    """Of one household at its next visit."""

    grams: Mapping[str, int]
    """By material code, if it gives anything; materials of which none is expected are left out."""
    millilitres: int
    """The room all of it takes in the box."""
    chance_if_confirmed: float
    """Of being there with a bag, once it has said so; between 0 and 1."""
    chance_if_not: float

    @property
    def total_grams(self) -> int:
        return sum(self.grams.values())

    def chance(self, *, confirmed: bool) -> float:
        return self.chance_if_confirmed if confirmed else self.chance_if_not

    def load(self, *, confirmed: bool) -> tuple[int, int]:
        """Grams and millilitres to plan for: what it gives, times the chance that it does."""
        chance = self.chance(confirmed=confirmed)
        return math.ceil(self.total_grams * chance), math.ceil(self.millilitres * chance)


@dataclass
class Record:
    """What was seen of one household, one zone or one hub."""

    grams: Counter[str] = field(default_factory=Counter)
    """By material code."""
    weighings: int = 0
    gave: Counter[bool] = field(default_factory=Counter)
    """Visits at which it gave something, by whether it had confirmed."""
    visits: Counter[bool] = field(default_factory=Counter)
    """Those, and visits in vain that were its own doing."""

    def add(self, other: Record) -> None:
        self.grams.update(other.grams)
        self.weighings += other.weighings
        self.gave.update(other.gave)
        self.visits.update(other.visits)


def lean(total: float, count: float, prior_mean: float, prior_count: float) -> float:
    """The mean of `count` observations that add up to `total`, and of `prior_count` more of `prior_mean`."""
    return (total + prior_count * prior_mean) / (count + prior_count)


@dataclass(frozen=True)
class Means:
    """Grams per visit by material, and the chance of a visit that gives something, by whether it is confirmed."""

    grams: Mapping[str, float]
    chance: Mapping[bool, float]

    @classmethod
    def stated(cls, prior: Prior, codes: Collection[str]) -> Means:
        """The prior's, its grams spread evenly over the materials."""
        return cls(
            {code: prior.grams / len(codes) for code in codes},
            {True: prior.chance_if_confirmed, False: prior.chance_if_not},
        )

    def after(self, seen: Record, counts_as: float) -> Means:
        """What is believed once `seen` was seen, where this counts as so many visits."""
        return Means(
            {
                code: lean(seen.grams[code], seen.weighings, mean, counts_as)
                for code, mean in self.grams.items()
            },
            {
                confirmed: lean(seen.gave[confirmed], seen.visits[confirmed], mean, counts_as)
                for confirmed, mean in self.chance.items()
            },
        )


def expected(
    session: Session, zone_of: Mapping[UUID, UUID], today: dt.date, prior: Prior | None = None
) -> dict[UUID, Expected]:
    """What each household gives at its next visit; `zone_of` says which zone it lives in.

    Three queries, however many households there are. Weights are those first taken at the door: the few that a
    dispute corrected make no difference to a plan.
    """
    prior = prior or Prior()
    density = {
        material.code: material.density_kilograms_per_cubic_metre
        for material in session.scalars(select(Material).where(Material.active).order_by(Material.code))
    }
    records = _records(session, set(zone_of.values()), today - REMEMBERED)
    hub, zones = Record(), defaultdict[UUID, Record](Record)
    households = defaultdict[UUID, Record](Record)
    for (zone_id, household_id), record in records.items():
        hub.add(record)
        zones[zone_id].add(record)
        households[household_id].add(record)
    of_hub = Means.stated(prior, density).after(hub, prior.hub_counts_as_visits)
    of_zone = {
        zone_id: of_hub.after(zones[zone_id], prior.hub_counts_as_visits) for zone_id in set(zone_of.values())
    }
    return {
        household_id: _expected(
            of_zone[zone_id].after(households[household_id], prior.zone_counts_as_visits), density
        )
        for household_id, zone_id in zone_of.items()
    }


def _expected(means: Means, density: Mapping[str, int]) -> Expected:
    grams = {code: round(mean) for code, mean in means.grams.items() if round(mean)}
    litres = sum(mean / density[code] for code, mean in means.grams.items())
    return Expected(
        grams, math.ceil(litres * _MILLILITRES_PER_LITRE), means.chance[True], means.chance[False]
    )


def _records(session: Session, zone_ids: Collection[UUID], since: dt.date) -> dict[tuple[UUID, UUID], Record]:
    """By zone and household, of the pickups since that day."""
    found = defaultdict[tuple[UUID, UUID], Record](Record)
    here = (Pickup.zone_id.in_(zone_ids), Pickup.date >= since)
    weighed = (
        select(Pickup.zone_id, Pickup.household_id, Material.code, func.sum(WeighingLine.grams))
        .join(Weighing, Weighing.pickup_id == Pickup.id)
        .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
        .join(Material, Material.id == WeighingLine.material_id)
        .where(*here)
        .group_by(Pickup.zone_id, Pickup.household_id, Material.code)
    )
    for zone_id, household_id, code, grams in session.execute(weighed):
        found[zone_id, household_id].grams[code] = int(grams)
    gave = case((Pickup.status == PickupStatus.COLLECTED, 1), else_=0)
    visited = (
        select(Pickup.zone_id, Pickup.household_id, Pickup.confirmed, func.sum(gave), func.count())
        .where(
            *here,
            or_(Pickup.status == PickupStatus.COLLECTED, Pickup.missed_reason.in_(_THEIR_OWN)),
        )
        .group_by(Pickup.zone_id, Pickup.household_id, Pickup.confirmed)
    )
    for zone_id, household_id, confirmed, times, visits in session.execute(visited):
        record = found[zone_id, household_id]
        record.weighings += int(times)
        record.gave[confirmed] += int(times)
        record.visits[confirmed] += int(visits)
    return found
