"""Whose round is whose, and how it was drawn: for the collectors, and for anybody to check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.kernel.clock import local_date
from app.places import service as places
from app.places.models import Zone
from app.rotation.models import RoundDraw, RoundTurn
from app.rotation.turns import Turns, draw_in_force, whose_turns
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)


@dataclass(frozen=True)
class Entry:
    """A collector's round in the present period."""

    collector_id: UUID
    name: str
    zones: str
    stand_in: str
    """Who rides it where the collector is away."""
    first_day: date
    last_day: date


@dataclass(frozen=True)
class RoundsView:
    draw: RoundDraw | None
    mine: Entry | None
    after: str
    """Zones of the collector's next round; empty where it is not drawn yet."""
    all: tuple[Entry, ...]


NOTHING_DRAWN = RoundsView(None, None, "", ())


@router.get("/route/rounds")
def show(request: Request, container: Here) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        timezone = places.hub_timezone(session, who.hub_id) or container.settings.timezone
        view = _view(session, who.hub_id, who.collector_id, local_date(now, timezone))
    drawn_on = _drawn_on(view.draw, timezone)
    return render(container, "rounds.html", who.language, view=view, drawn_on=drawn_on)


def _drawn_on(draw: RoundDraw | None, timezone: str) -> date | None:
    drawn_at: datetime | None = draw.drawn_at if draw else None
    return local_date(drawn_at, timezone) if drawn_at else None


def _view(session: Session, hub_id: UUID, me: UUID, today: date) -> RoundsView:
    draw = draw_in_force(session, hub_id, today)
    if draw is None:
        return NOTHING_DRAWN
    names: dict[UUID, str] = {
        one.id: one.name
        for one in session.scalars(select(Collector).where(Collector.id.in_([UUID(c) for c in draw.drawn])))
    }
    zones = {
        str(one.id): one.name
        for one in session.scalars(select(Zone).where(Zone.hub_id == hub_id).order_by(Zone.id))
    }
    turns = session.scalars(
        select(RoundTurn)
        .where(RoundTurn.draw_id == draw.id, RoundTurn.last_day >= today)
        .order_by(RoundTurn.first_day, RoundTurn.round_number)
    ).all()
    present = whose_turns(session, hub_id, today)
    now = tuple(
        Entry(
            turn.collector_id,
            names[turn.collector_id],
            _written(draw.rounds[turn.round_number], zones),
            _stand_in(present, turn, draw, names),
            turn.first_day,
            turn.last_day,
        )
        for turn in turns
        if turn.first_day <= today
    )
    later = [turn for turn in turns if turn.first_day > today and turn.collector_id == me]
    return RoundsView(
        draw,
        next((entry for entry in now if entry.collector_id == me), None),
        _written(draw.rounds[later[0].round_number], zones) if later else "",
        now,
    )


def _stand_in(present: Turns, turn: RoundTurn, draw: RoundDraw, names: Mapping[UUID, str]) -> str:
    if turn.collector_id not in present.away:
        return ""
    riders = present.riders(UUID(draw.rounds[turn.round_number][0]))
    return names[riders[0]] if riders else ""


def _written(zone_ids: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(zone_id, "?") for zone_id in zone_ids)
