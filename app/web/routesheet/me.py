"""A collector's own page: what is counted of their work today and this month, and a way to question it."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.cases import of_collectors as cases
from app.collectors.sessions import SignedIn
from app.container import Container
from app.insights.fairness import Share, fairness
from app.kernel.clock import local_date
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.places import service as places
from app.rotation.yields import Pay
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.forms import Fields
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
_QUESTIONS = 5
_KILOMETRE = 1_000


@router.get("/route/me")
def show(request: Request, container: Here) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        return _page(session, container, who, now, sent="sent" in request.query_params)


@router.post("/route/me")
def ask(request: Request, container: Here, fields: Fields) -> Response:
    """Keep the question for the office."""
    now, said = container.clock.now(), fields.get("said", "").strip()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        if not said:
            return _page(session, container, who, now, empty=True)
        by = f"collector:{who.collector_id}"
        cases.ask(session, who.collector_id, _today(session, container, who, now), said, by=by, now=now)
    return RedirectResponse("/route/me?sent", 303)


def _page(
    session: Session,
    container: Container,
    who: SignedIn,
    now: datetime,
    *,
    sent: bool = False,
    empty: bool = False,
) -> Response:
    today = _today(session, container, who, now)
    pay = Pay.of(container.settings)
    return render(
        container,
        "me.html",
        who.language,
        status=422 if empty else 200,
        today=today,
        work=_work(session, who, today, today, pay),
        month=_work(session, who, today.replace(day=1), today, pay),
        pay_known=pay.known,
        grams=Grams,
        earned=lambda one: Money(one.earned_minor, container.settings.currency),
        kilometres=lambda one: (one.metres + _KILOMETRE // 2) // _KILOMETRE,
        questions=cases.questions_of(session, who.collector_id, _QUESTIONS),
        said_longest=cases.SAID_MAX,
        sent=sent,
        empty=empty,
    )


def _work(session: Session, who: SignedIn, first: date, last: date, pay: Pay) -> Share | None:
    """The same figures as in the office's report of fairness, so that both can talk about them."""
    shares = fairness(session, who.hub_id, first, last, pay).shares
    return next((one for one in shares if one.collector_id == who.collector_id), None)


def _today(session: Session, container: Container, who: SignedIn, now: datetime) -> date:
    return local_date(now, places.hub_timezone(session, who.hub_id) or container.settings.timezone)
