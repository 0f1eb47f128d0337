"""Doubting a weighing as it comes in: is its credit to be looked at before it can be spent?

The same measure as in the nightly checks (`checks.weights`), with no correction for many tests: here one household
waits or does not, and `certainty` starts from how seldom anything is wrong at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.integrity.checks.chance import certainty
from app.integrity.checks.seen import Check
from app.integrity.checks.weights import how_odd
from app.integrity.models import Finding, FindingStatus
from app.pickups.models import Pickup
from app.settings import Settings
from app.weighing.doubting import Brought, Doubt
from app.weighing.lines import WeighedLine
from app.weighing.models import Because, Weighing, WeighingLine

OWN_WEIGHTS: Final = 12
"""So many of a home's last weights of a material say what is usual there."""
NEIGHBOURS_WEIGHTS: Final = 200
NEIGHBOURS_DAYS: Final = 56
OF_HOMES: Final = (Check.GHOST,)
"""Findings that doubt whether a home earns. That nobody answers at one is no reason to doubt its next bag."""
OF_COLLECTORS: Final = (Check.HUB, Check.HEAVY, Check.SAME, Check.DIGITS, Check.PLACE, Check.TRAVEL)
"""Findings that doubt a collector's weights. Round numbers, haste and odd hours are a matter between him and the office."""


@dataclass(frozen=True)
class Doubts:
    """The judge whom `app.weighing.service.record` is given."""

    above_certainty: float
    above_minor: int
    held_for: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.held_credit_certainty_percent / 100,
            settings.held_credit_above_minor,
            timedelta(days=settings.held_credit_days),
        )

    def doubt(self, session: Session, brought: Brought) -> Doubt | None:
        """The surest doubt above the limit, if there is any.

        One about the home holds any sum: it is that home's credit which is in doubt. All others hold what is worth a
        person's time.
        """
        if self.above_certainty >= 1:
            return None
        doubts = self._of_findings(session, brought)
        if brought.credit_minor > self.above_minor:
            doubts += [self._of_weight(session, brought, line) for line in brought.lines if line.amount_minor]
        else:
            doubts = [one for one in doubts if one.because is Because.HOME]
        surest = max(doubts, key=lambda one: one.certainty, default=None)
        return surest if surest is not None and surest.certainty > self.above_certainty else None

    def _of_findings(self, session: Session, brought: Brought) -> list[Doubt]:
        """By findings that nobody has decided yet."""
        of_home = (Finding.household_id == brought.household_id) & Finding.check.in_(OF_HOMES)
        of_collector = (Finding.collector_id == brought.collector_id) & Finding.check.in_(OF_COLLECTORS)
        found = session.scalars(
            select(Finding).where(
                Finding.status == FindingStatus.OPEN,
                Finding.certainty > self.above_certainty,
                of_home | of_collector,
            )
        )
        return [
            Doubt(
                Because.HOME if one.household_id else Because.COLLECTOR,
                one.certainty,
                {"finding_id": str(one.id), "check": one.check.value},
                brought.now + self.held_for,
            )
            for one in found
        ]

    def _of_weight(self, session: Session, brought: Brought, line: WeighedLine) -> Doubt:
        own, neighbours = _past(session, brought, line.material_id)
        odd = how_odd(line.grams, own, neighbours)
        figures = {
            "material": line.code,
            "grams": line.grams,
            "home_grams": odd.home_grams,
            "neighbours_grams": odd.neighbours_grams,
            "p_value": odd.p_value,
        }
        return Doubt(Because.WEIGHT, certainty(odd.p_value), figures, brought.now + self.held_for)


def _past(session: Session, brought: Brought, material_id: UUID) -> tuple[list[int], list[int]]:
    """The home's last weights of the material, and its neighbours'."""
    grams = (
        select(WeighingLine.grams)
        .join(Weighing, Weighing.id == WeighingLine.weighing_id)
        .where(WeighingLine.material_id == material_id, Weighing.id != brought.visit_id)
        .order_by(Weighing.weighed_at.desc())
    )
    own = grams.where(Weighing.household_id == brought.household_id).limit(OWN_WEIGHTS)
    neighbours = (
        grams.join(Pickup, Pickup.id == Weighing.pickup_id)
        .where(
            Pickup.zone_id == brought.zone_id,
            Weighing.household_id != brought.household_id,
            Weighing.weighed_at >= brought.now - timedelta(days=NEIGHBOURS_DAYS),
        )
        .limit(NEIGHBOURS_WEIGHTS)
    )
    return list(session.scalars(own)), list(session.scalars(neighbours))
