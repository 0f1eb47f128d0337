"""Weighing in at the hub: who brought how much, and whether it agrees with the day's stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors.models import Collector, CollectorRole
from app.collectors.sessions import SignedIn
from app.container import Container
from app.errors import NotFound
from app.integrity import hub_weighins
from app.integrity.hub_day import Allowance, Compared, compare
from app.kernel.clock import local_date
from app.kernel.grams import Grams
from app.places import service as places
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.forms import WEIGHT_PREFIX, Fields, Mistake, StopForm
from app.web.routesheet.looks import material_name
from app.web.routesheet.pages import render
from app.weighing.models import Material

router = APIRouter(route_class=guard.PageRoute)
_SAID = frozenset({"recorded", "duplicate", "taken_back"})


@dataclass(frozen=True)
class Desk:
    """Who stands at the scale, and the day whose loads come in."""

    who: SignedIn
    today: date
    day: date
    rules: hub_weighins.Rules

    @property
    def before(self) -> date:
        return self.today - timedelta(days=1)

    @property
    def query(self) -> str:
        return f"?day={self.day.isoformat()}"


@router.get("/hub")
def show(request: Request, container: Here) -> Response:
    """The hub's riders; each leads to a form."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        desk = _desk(session, request, container, request.query_params.get("day", ""), now)
        riders = session.scalars(
            select(Collector)
            .where(
                Collector.hub_id == desk.who.hub_id,
                Collector.active,
                Collector.role == CollectorRole.RIDER,
            )
            .order_by(Collector.name, Collector.id)
        ).all()
    return render(container, "hub.html", desk.who.language, desk=desk, riders=riders, clerk=desk.who.name)


@router.get("/hub/collectors/{collector_id}")
def show_form(request: Request, container: Here, collector_id: UUID) -> Response:
    """The difference so far, and an empty form."""
    now = container.clock.now()
    asked = request.query_params
    with container.database.unit_of_work() as session:
        desk = _desk(session, request, container, asked.get("day", ""), now)
        said = asked.get("said", "")
        return _page(session, container, desk, collector_id, said=said if said in _SAID else "")


@router.post("/hub/collectors/{collector_id}")
def weigh_in(request: Request, container: Here, collector_id: UUID, fields: Fields) -> Response:
    """Take the load, and show what it makes of the day."""
    now = container.clock.now()
    form = StopForm.of(fields)
    with container.database.unit_of_work() as session:
        desk = _desk(session, request, container, fields.get("day", ""), now)
        codes = session.scalars(select(Material.code).where(Material.active).order_by(Material.code)).all()
        grams, mistakes = form.weights(codes, desk.rules.max_grams)
        if mistakes:
            return _page(
                session,
                container,
                desk,
                collector_id,
                form=form,
                mistakes=_worded(mistakes, codes),
                status=422,
            )
        load = hub_weighins.Load(
            id=form.weighing_id,
            hub_id=desk.who.hub_id,
            brought_by=collector_id,
            collector_id=desk.who.collector_id,
            date=desk.day,
            grams=grams,
            at=now,
        )
        outcome = hub_weighins.weigh_in(session, load, desk.rules)
        if outcome == "conflict":
            return _page(session, container, desk, collector_id, said="conflict", status=409)
    return _to_form(desk, collector_id, outcome)


@router.post("/hub/weigh-ins/{weighin_id}/take-back")
def take_back(request: Request, container: Here, weighin_id: UUID, fields: Fields) -> Response:
    """A slip of the finger counts no more."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        desk = _desk(session, request, container, fields.get("day", ""), now)
        found = hub_weighins.take_back(
            session,
            weighin_id,
            hub_id=desk.who.hub_id,
            by=desk.who.collector_id,
            rules=desk.rules,
            now=now,
        )
    return _to_form(desk, found.collector_id, "taken_back")


def _to_form(desk: Desk, collector_id: UUID, said: str) -> Response:
    return RedirectResponse(f"/hub/collectors/{collector_id}{desk.query}&said={said}", 303)


def _desk(session: Session, request: Request, container: Container, asked: str, now: datetime) -> Desk:
    """`asked` may be yesterday, for what came in late or over midnight; anything else is today.

    Raises `NotSignedIn`, and `NotFound` for riders: nobody weighs in what they brought themselves.
    """
    who = guard.signed_in(session, request, container, now)
    if who.role is not CollectorRole.HUB:
        raise NotFound("this page is the hub staff's")
    settings = container.settings
    timezone = places.hub_timezone(session, who.hub_id) or settings.timezone
    rules = hub_weighins.Rules(timezone, Allowance.of(settings), settings.hub_weighin_max_grams)
    date_here = local_date(now, timezone)
    today = Desk(who, date_here, date_here, rules)
    return replace(today, day=today.before) if asked == today.before.isoformat() else today


def _worded(mistakes: Sequence[Mistake], codes: Sequence[str]) -> list[Mistake]:
    """With our own words where nothing was typed: a load has no reason for being missed."""
    first = WEIGHT_PREFIX + codes[0] if codes else "form"
    return [Mistake(first, "sheet.hub.empty") if one.field == "reason" else one for one in mistakes]


def _page(
    session: Session,
    container: Container,
    desk: Desk,
    collector_id: UUID,
    *,
    form: StopForm | None = None,
    mistakes: Sequence[Mistake] = (),
    said: str = "",
    status: int = 200,
) -> Response:
    rider = session.get(Collector, collector_id)
    if rider is None or rider.hub_id != desk.who.hub_id or rider.role is not CollectorRole.RIDER:
        raise NotFound("no such collector at this hub")
    language = desk.who.language
    names: Mapping[str, str] = {
        row.code: material_name(container, language, row.code, row.name)
        for row in session.scalars(select(Material).order_by(Material.code))
    }
    active = session.scalars(select(Material.code).where(Material.active).order_by(Material.code)).all()
    compared = compare(session, collector_id, desk.day, desk.rules.timezone, desk.rules.allowance)
    loads = hub_weighins.loads_of(session, collector_id, desk.day)
    return render(
        container,
        "hub_collector.html",
        language,
        status=status,
        desk=desk,
        rider=rider,
        said=said,
        compared=compared,
        agrees=all(one.agrees for one in compared),
        loads=[(one.id, [(names[code], Grams(grams)) for code, grams in lines]) for one, lines in loads],
        names=names,
        materials=active,
        grams=Grams,
        sign=_sign,
        form=form or StopForm.blank(),
        mistakes=mistakes,
        labels={WEIGHT_PREFIX + code: name for code, name in names.items()},
    )


def _sign(one: Compared) -> str:
    # A true minus: a hyphen is easily missed in the sun.
    return "+" if one.difference_grams > 0 else "\u2212" if one.difference_grams < 0 else ""
