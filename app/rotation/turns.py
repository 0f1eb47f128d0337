"""Whose turn a round is, as it was drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors import absences
from app.collectors.models import Collector, CollectorRole
from app.rotation.models import RoundDraw, RoundTurn


@dataclass(frozen=True)
class Turns:
    """Who rides which zone of a hub on one day."""

    holders: Mapping[UUID, tuple[UUID, ...]]
    """By zone: those whose turn it is."""
    order: tuple[UUID, ...]
    """All who take part, as they were drawn."""
    away: frozenset[UUID]

    def riders(self, zone_id: UUID) -> tuple[UUID, ...]:
        """Whose stops the zone's are, best first; nobody in particular where the answer is empty.

        For those who are away the others stand in, first the next in the order drawn; nobody's own turn
        moves by that.
        """
        holders = self.holders.get(zone_id, ())
        present = tuple(one for one in holders if one not in self.away)
        if present or not holders:
            return present
        after = self.order.index(holders[0]) + 1
        return tuple(one for one in self.order[after:] + self.order[:after] if one not in self.away)


NO_TURNS: Final = Turns({}, (), frozenset())


def whose_turns(session: Session, hub_id: UUID, day: date) -> Turns:
    """Whose turns it is on `day`, as drawn; none where nothing is drawn for that day."""
    draw = draw_in_force(session, hub_id, day)
    if draw is None:
        return NO_TURNS
    holders: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for turn in turns_on(session, draw, day):
        for zone_id in draw.rounds[turn.round_number]:
            holders[UUID(zone_id)].append(turn.collector_id)
    return Turns(
        {zone_id: tuple(collectors) for zone_id, collectors in holders.items()},
        tuple(UUID(one) for one in draw.drawn),
        frozenset(absences.away(session, hub_id, day) | _gone(session, draw)),
    )


def draw_in_force(session: Session, hub_id: UUID, day: date) -> RoundDraw | None:
    """The latest draw that had begun by `day`, if `day` is one of its days."""
    latest = session.scalar(
        select(RoundDraw)
        .where(RoundDraw.hub_id == hub_id, RoundDraw.drawn_at.is_not(None), RoundDraw.first_day <= day)
        .order_by(RoundDraw.first_day.desc(), RoundDraw.drawn_at.desc(), RoundDraw.id.desc())
        .limit(1)
    )
    return latest if latest is not None and latest.last_day is not None and day <= latest.last_day else None


def entrants(session: Session, hub_id: UUID) -> list[str]:
    """Those who take part: the hub's active riders, by id."""
    ids = session.scalars(
        select(Collector.id).where(
            Collector.hub_id == hub_id, Collector.active, Collector.role == CollectorRole.RIDER
        )
    )
    return sorted(str(one) for one in ids)


def turns_on(session: Session, draw: RoundDraw, day: date) -> list[RoundTurn]:
    """The turns of a draw on one of its days, by round."""
    return list(
        session.scalars(
            select(RoundTurn)
            .where(RoundTurn.draw_id == draw.id, RoundTurn.first_day <= day, RoundTurn.last_day >= day)
            .order_by(RoundTurn.round_number)
        )
    )


def _gone(session: Session, draw: RoundDraw) -> set[UUID]:
    """Those who took part in the draw and do not ride for the hub any more."""
    return {UUID(one) for one in set(draw.drawn) - set(entrants(session, draw.hub_id))}
