"""The team's page: collectors offer, take, swap and hand over stops among themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.collectors.sessions import SignedIn
from app.container import Container
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound, WeighbackError
from app.kernel.clock import local_date
from app.kernel.grams import Grams
from app.places import service as places
from app.routing.layout import Order
from app.routing.ports import Effort, RoutingFailed
from app.teams import answering, offering
from app.teams.board import board
from app.teams.day import Limits
from app.teams.errors import DoesNotFit, Gone
from app.teams.team import Team, Who
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.forms import Fields
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
log = structlog.get_logger()
STOP_PREFIX = "stop-"
_DONE = ("offered", "taken", "answered", "withdrawn", "stood-down")


@router.get("/route/team")
def show(request: Request, container: Here) -> Response:
    said = request.query_params.get("done", "")
    return _page(request, container, f"sheet.team.done.{said}" if said in _DONE else "")


@router.post("/route/team/offers")
def offer(request: Request, container: Here, fields: Fields) -> Response:
    """Offer the ticked stops, or (`do=round`) all that are left."""

    def act(team: Team, who: Who) -> str:
        chosen = _ticked(fields)
        if fields.get("do") == "round":
            chosen = [row.pickup.id for row in board(team.session, who, team.limits, team.now).stops]
        to = fields.get("to", "")
        offering.offer(team, who, chosen, to=_id(to) if to else None, swap=fields.get("kind") == "swap")
        return "offered"

    return _act(request, container, act)


@router.post("/route/team/offers/{offer_id}")
def answer(request: Request, container: Here, offer_id: UUID, fields: Fields) -> Response:
    """Take an offer, answer a swap, agree to an answer, decline, or take one's own back."""

    def act(team: Team, who: Who) -> str:
        match fields.get("do"):
            case "take":
                answering.take(team, who, offer_id)
                return "taken"
            case "answer":
                answering.answer(team, who, offer_id, _ticked(fields))
                return "answered"
            case "agree":
                answering.agree(team, who, offer_id)
                return "taken"
            case "decline":
                answering.decline(team, who, offer_id)
                return "answered"
            case "withdraw":
                offering.withdraw(team, who, offer_id)
                return "withdrawn"
        raise InvalidInput("do", "the page offers no such thing")

    return _act(request, container, act)


@router.post("/route/team/stand-down")
def stand_down(request: Request, container: Here) -> Response:
    """Not ride today: all that is left is offered to everybody."""

    def act(team: Team, who: Who) -> str:
        offering.stand_down(team, who)
        return "stood-down"

    return _act(request, container, act)


def _act(request: Request, container: Container, act: Callable[[Team, Who], str]) -> Response:
    now = container.clock.now()
    try:
        with container.database.unit_of_work() as session:
            who = _who(session, container, guard.signed_in(session, request, container, now), now)
            done = act(Team(session, container.post, Limits.of(container.settings), now), who)
    except (Gone, DoesNotFit, InvalidInput, Conflict, NotFound) as error:
        return _page(request, container, _said(error), error=error)
    if done == "taken":
        _tell_times(container, who, now)
    return RedirectResponse(f"/route/team?done={done}", 303)


def _tell_times(container: Container, who: Who, now: datetime) -> None:
    """Work out when everybody is where now. The stops have changed hands already; times may follow later."""
    try:
        planner = container.planner(Effort(iterations=1))  # nothing is searched for: the order stands
        planner.plan_hub(who.hub_id, who.date, now, order=Order.KEEP)
    except (RoutingFailed, WeighbackError):
        log.exception("team_times_not_worked_out", hub_id=str(who.hub_id))


def _page(
    request: Request, container: Container, said: str, *, error: WeighbackError | None = None
) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        me = guard.signed_in(session, request, container, now)
        who = _who(session, container, me, now)
        view = board(session, who, Limits.of(container.settings), now)
    return render(
        container,
        "team.html",
        me.language,
        status=200 if error is None else 422 if isinstance(error, InvalidInput) else 409,
        view=view,
        me=me.collector_id,
        said=said,
        by=getattr(error, "taken_by", "") or getattr(error, "who", ""),
        wrong=error is not None,
        about=_about,
        riding=me.collector_id in view.day.names,
    )


def _who(session: Session, container: Container, me: SignedIn, now: datetime) -> Who:
    timezone = places.hub_timezone(session, me.hub_id) or container.settings.timezone
    return Who(me.collector_id, me.hub_id, local_date(now, timezone))


def _said(error: WeighbackError) -> str:
    if isinstance(error, Gone):
        return "sheet.team.gone" if error.taken_by else "sheet.team.closed"
    if isinstance(error, DoesNotFit):
        return f"sheet.team.no-{error.lacks}"
    if isinstance(error, InvalidInput):
        return "sheet.team.choose"
    return "sheet.team.closed"


def _about(grams: int) -> Grams:
    """An expected weight, no more exact than it is known."""
    return Grams(round(grams, -2))


def _ticked(fields: Mapping[str, str]) -> list[UUID]:
    return [_id(name.removeprefix(STOP_PREFIX)) for name in fields if name.startswith(STOP_PREFIX)]


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NotAllowed("that is none of this page's stops") from error
