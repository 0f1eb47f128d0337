"""Who may have a reward: a small set of conditions, all of which must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.households.models import Household
from app.places.models import Hub, Zone
from app.weighing.models import Weighing, WeighingLine


@dataclass(frozen=True)
class Eligibility:
    """An empty list, and a zero, ask for nothing."""

    zone_ids: Sequence[UUID] = ()
    hub_ids: Sequence[UUID] = ()
    member_days: int = 0
    """It joined at least so many days ago."""
    minimum_grams: int = 0
    """It brought at least so much …"""
    within_days: int = 0
    """… in so many days before now."""

    @classmethod
    def stored(cls, kept: Mapping[str, Any]) -> Self:
        return cls(
            zone_ids=tuple(UUID(one) for one in kept["zone_ids"]),
            hub_ids=tuple(UUID(one) for one in kept["hub_ids"]),
            member_days=kept["member_days"],
            minimum_grams=kept["minimum_grams"],
            within_days=kept["within_days"],
        )

    def to_store(self) -> dict[str, Any]:
        return {
            "zone_ids": [str(one) for one in self.zone_ids],
            "hub_ids": [str(one) for one in self.hub_ids],
            "member_days": self.member_days,
            "minimum_grams": self.minimum_grams,
            "within_days": self.within_days,
        }


def check(session: Session, eligibility: Eligibility) -> None:
    """Raises `InvalidInput` for one that names what is not there, or asks for half of a condition."""
    for name, model, asked in (
        ("zone_ids", Zone, eligibility.zone_ids),
        ("hub_ids", Hub, eligibility.hub_ids),
    ):
        known = session.scalars(select(model.id).where(model.id.in_(asked)))
        if set(asked) - set(known):
            raise InvalidInput(f"eligibility.{name}", f"there is no such {name.partition('_')[0]}")
    if bool(eligibility.minimum_grams) != bool(eligibility.within_days):
        raise InvalidInput("eligibility.within_days", "minimum_grams and within_days are given together")


@dataclass
class Candidate:
    """A household, as far as conditions ask about it; looked up once, however many rewards there are."""

    session: Session
    household_id: UUID
    now: datetime
    _home: tuple[UUID, UUID, datetime] | None = None
    _grams: dict[int, int] = field(default_factory=dict)

    def may_have(self, kept: Mapping[str, Any] | None) -> bool:
        """Whether the stored conditions hold; None is no condition."""
        if kept is None:
            return True
        asked = Eligibility.stored(kept)
        zone_id, hub_id, joined_at = self._where_and_since()
        return (
            (not asked.zone_ids or zone_id in asked.zone_ids)
            and (not asked.hub_ids or hub_id in asked.hub_ids)
            and joined_at <= self.now - timedelta(days=asked.member_days)
            and (not asked.within_days or self._brought(asked.within_days) >= asked.minimum_grams)
        )

    def _where_and_since(self) -> tuple[UUID, UUID, datetime]:
        if self._home is None:
            row = self.session.execute(
                select(Zone.id, Zone.hub_id, Household.joined_at)
                .join(Household, Household.zone_id == Zone.id)
                .where(Household.id == self.household_id)
            ).one()
            self._home = (row.id, row.hub_id, row.joined_at)
        return self._home

    def _brought(self, days: int) -> int:
        """Grams that were weighed for it in the last `days`."""
        if days not in self._grams:
            weighed = self.session.scalar(
                select(func.coalesce(func.sum(WeighingLine.grams), 0))
                .join(Weighing, Weighing.id == WeighingLine.weighing_id)
                .where(
                    Weighing.household_id == self.household_id,
                    Weighing.weighed_at >= self.now - timedelta(days=days),
                )
            )
            self._grams[days] = int(weighed or 0)
        return self._grams[days]
