"""Rounds: how they were drawn by lot, and whose turn each of them is."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app.access.keys import Caller
from app.errors import NotFound
from app.kernel.clock import local_date
from app.places import service as places
from app.rotation.drawing import WORD_MAX, draw_now
from app.rotation.models import RoundDraw
from app.rotation.turns import draw_in_force, whose_turns
from app.settings import Fairness
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import DayFilter, Input, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/rounds", tags=["rounds"])
READER = [Depends(needs("rounds:read"))]
Writer = Annotated[Caller, Depends(needs("rounds:write"))]

_HUB, _ZONE = "0193572a-6b00-7000-8000-000000000001", "0193572a-6b00-7000-8000-000000000002"
_DRAW, _COLLECTOR = "0193572a-6b00-7000-8000-000000000071", "0193572a-6b00-7000-8000-000000000011"
_EXAMPLE: dict[str, Any] = {
    "id": _DRAW,
    "hub_id": _HUB,
    "promise": "d65df89f702eec58ca3c7bf2001c9ffc7cd80553ae01d42a799ba26756142d96",
    "promised_at": "2026-11-30T05:00:20Z",
    "drawn_at": "2026-12-06T05:00:20Z",
    "method": "sha256-fisher-yates-1",
    "mode": "rotate",
    "seed": "000102030405060708090a0b0c0d0e0f",
    "word": "mango",
    "entrants": [_COLLECTOR],
    "drawn": [_COLLECTOR],
    "rounds": [[_ZONE]],
    "basis": None,
    "first_day": "2026-12-07",
    "last_day": "2026-12-13",
}


class RoundsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hub_id: UUID
    date: DayFilter | None = Field(None, description="Today at the hub if left out.")


class DrawQuery(ListQuery):
    hub_id: UUID | None = None


class ToDraw(Input):
    model_config = example(word="mango")

    word: str = Field(
        "",
        max_length=WORD_MAX,
        description="Said by the people present; it goes into the draw, so that nobody could know its outcome.",
    )


class DrawOut(Output):
    model_config = example(**_EXAMPLE)

    id: UUID
    hub_id: UUID
    promise: str = Field(description="SHA-256 of the seed, in hexadecimal digits.")
    promised_at: datetime
    drawn_at: datetime | None = Field(description="Null while it is only promised.")
    method: str = Field(description="How the order comes from seed and word; see docs/fairness.md.")
    mode: Fairness | None
    seed: str | None = Field(description="Shown once it is drawn.")
    word: str
    entrants: list[UUID] = Field(description="The hub's active collectors at that moment.")
    drawn: list[UUID] = Field(description="The same, in the order drawn.")
    rounds: list[list[UUID]] = Field(description="The zones of each round.")
    basis: dict[str, list[int]] | None = Field(
        description="Balancing: what each in `drawn` had earned, and what each of `rounds` was expected to yield."
    )
    first_day: dt.date | None
    last_day: dt.date | None = Field(description="A later draw may begin before that.")


class TurnOut(Output):
    zone_id: UUID
    holders: list[UUID] = Field(description="Collectors whose turn the zone's round is.")
    riders: list[UUID] = Field(description="Who rides, best first: the holders, or others in their stead.")


class TurnsOut(Output):
    model_config = example(
        hub_id=_HUB,
        date="2026-12-08",
        draw_id=_DRAW,
        zones=[{"zone_id": _ZONE, "holders": [_COLLECTOR], "riders": [_COLLECTOR]}],
    )

    hub_id: UUID
    date: dt.date
    draw_id: UUID | None = Field(description="Null where nothing is drawn for that day.")
    zones: list[TurnOut]


@router.get("", summary="Whose turn it is", dependencies=READER)
def read_turns(asked: Annotated[RoundsQuery, Query()], container: Here) -> TurnsOut:
    """Whose round each zone of a hub is on a day, and who rides it."""
    with container.database.unit_of_work() as session:
        places.hub(session, asked.hub_id)
        timezone = places.hub_timezone(session, asked.hub_id) or container.settings.timezone
        day = asked.date or local_date(container.clock.now(), timezone)
        draw = draw_in_force(session, asked.hub_id, day)
        turns = whose_turns(session, asked.hub_id, day)
    return TurnsOut(
        hub_id=asked.hub_id,
        date=day,
        draw_id=draw.id if draw else None,
        zones=[
            TurnOut(zone_id=zone_id, holders=list(holders), riders=list(turns.riders(zone_id)))
            for zone_id, holders in sorted(turns.holders.items())
        ],
    )


@router.get("/draws", summary="List draws", dependencies=READER)
def list_draws(asked: Annotated[DrawQuery, Query()], container: Here) -> Page[DrawOut]:
    """Draws, the last promised first. What is promised shows its seed's hash, what is drawn the seed itself."""
    query = select(RoundDraw).where(*matching((RoundDraw.hub_id, asked.hub_id)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, RoundDraw.id)
    return Page(items=[_shown(row) for row in rows], next_cursor=next_cursor)


@router.get("/draws/{draw_id}", summary="Read a draw", dependencies=READER)
def read_draw(draw_id: UUID, container: Here) -> DrawOut:
    """One draw."""
    with container.database.unit_of_work() as session:
        found = session.get(RoundDraw, draw_id)
        if found is None:
            raise NotFound("There is no such draw.")
        return _shown(found)


@router.post("/draws/{draw_id}", summary="Draw lots before people")
def draw(draw_id: UUID, to_draw: ToDraw, caller: Writer, container: Here) -> DrawOut:
    """Draw what is promised, at most a week before it begins; left alone, it is drawn on its eve, without a word."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        found = session.get(RoundDraw, draw_id)
        if found is None:
            raise NotFound("There is no such draw.")
        timezone = places.hub_timezone(session, found.hub_id) or container.settings.timezone
        today = local_date(now, timezone)
        drawn = draw_now(session, draw_id, to_draw.word, today=today, settings=container.settings, now=now)
        trail.wrote(session, caller, "drawn", "round_draw", draw_id, now=now)
        return _shown(drawn)


def _shown(row: RoundDraw) -> DrawOut:
    shown = DrawOut.model_validate(row)
    return shown if row.drawn_at is not None else shown.model_copy(update={"seed": None})
