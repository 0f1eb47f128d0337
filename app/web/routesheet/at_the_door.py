"""What a collector makes certain of at a door: that a phone is theirs, that a number is their new one, or that
they forgot their PIN. Shows the last digits of numbers and nothing of their owners.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.access.audit import record
from app.container import Container
from app.errors import InvalidInput, NotFound
from app.flows.numbers import LAST_DIGITS, NumberChange
from app.households import invitations, phones, pins
from app.households import service as households
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.forms import Fields
from app.web.routesheet.today import todays_sheet
from app.weighing.guard import guarded

router = APIRouter(route_class=guard.PageRoute)


@dataclass(frozen=True)
class Asked:
    """Something that only somebody at the door can answer."""

    id: UUID
    digits: str
    """The last of the number."""


@dataclass(frozen=True)
class DoorPhones:
    quiet: tuple[Asked, ...]
    """Phones that were silent for so long that they may be strangers'."""
    claims: tuple[Asked, ...]
    """Numbers that say they are the household's new ones."""
    has_pin: bool


def of_household(session: Session, container: Container, household_id: UUID, now: datetime) -> DoorPhones:
    idle = timedelta(days=container.settings.phone_idle_guard_days)
    known = households.phones(session, household_id)
    doubted = guarded(session, known, now, idle)
    return DoorPhones(
        quiet=tuple(Asked(one.id, one.phone[-LAST_DIGITS:]) for one in known if one.id in doubted),
        claims=tuple(
            Asked(one.id, one.phone[-LAST_DIGITS:])
            for one in invitations.open_claims(session, household_id, now)
        ),
        has_pin=pins.has_pin(session, household_id),
    )


@router.post("/route/stops/{pickup_id}/phones")
def answer(request: Request, container: Here, pickup_id: UUID, fields: Fields) -> Response:
    """Keep what was seen at the door of one of today's stops; the household is told by text."""
    now = container.clock.now()
    done, _, given = fields.get("do", "").partition(":")
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        stop = todays_sheet(session, container, who, now).stop(pickup_id)
        if stop is None:
            raise NotFound("not one of today's stops")
        _keep(session, container, stop.household_id, done=done, given=given, now=now)
        record(
            session,
            f"collector:{who.collector_id}",
            f"at_the_door_{done}",
            "household",
            stop.household_id,
            now=now,
            detail={"pickup_id": str(pickup_id)},
        )
    return RedirectResponse(f"/route/stops/{pickup_id}", 303)


def _keep(
    session: Session, container: Container, household_id: UUID, *, done: str, given: str, now: datetime
) -> None:
    """Raises `InvalidInput` for what the page does not offer, `NotFound` and `Conflict`."""
    change = NumberChange.of(container.settings, container.post)
    if done == "clear-pin":
        change.clear_pin(session, household_id, now)
        return
    try:
        asked_id = UUID(given)
    except ValueError as error:
        raise InvalidInput("do", "the page offers no such thing") from error
    if done == "theirs":
        change.confirm(session, household_id, phones.by_id(session, household_id, asked_id).phone, now)
        return
    if done not in ("new", "not-theirs"):
        raise InvalidInput("do", "the page offers no such thing")
    if all(one.id != asked_id for one in invitations.open_claims(session, household_id, now)):
        raise NotFound("no such question")
    if done == "new":
        change.accept(session, asked_id, now)
    else:
        invitations.refuse(session, asked_id, now)
