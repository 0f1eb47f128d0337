"""Weighing in at the hub: who brought how much, and whether it agrees with the day's stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from app.bags import codes
from app.collectors.models import Collector, CollectorRole
from app.errors import NotSignedIn
from app.integrity import hub_bags, hub_weighins
from app.web.deps import Here
from app.web.routesheet import guard, hub_page, sign_in
from app.web.routesheet.forms import WEIGHT_PREFIX, Fields, Mistake, StopForm
from app.web.routesheet.hub_page import Desk
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
_SAID = frozenset({"recorded", "duplicate", "taken_back"})


@router.get("/hub")
def show(request: Request, container: Here) -> Response:
    """The hub's riders; each leads to a form. Whose `bag` it is that was scanned is known once its door's record is here."""
    now = container.clock.now()
    bag = codes.read(request.query_params.get("bag", "")) or ""
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        desk = hub_page.desk_of(session, container, who, request.query_params.get("day", ""), now)
        brought_by = hub_bags.rider_of(session, bag, desk.day) if bag else None
        if brought_by is not None:
            return RedirectResponse(f"/hub/collectors/{brought_by}{desk.query}&bag={bag}", 303)
        riders = session.scalars(
            select(Collector)
            .where(
                Collector.hub_id == desk.who.hub_id,
                Collector.active,
                Collector.role == CollectorRole.RIDER,
            )
            .order_by(Collector.name, Collector.id)
        ).all()
    return render(
        container, "hub.html", desk.who.language, desk=desk, riders=riders, clerk=desk.who.name, bag=bag
    )


@router.get("/hub/collectors/{collector_id}")
def show_form(request: Request, container: Here, collector_id: UUID) -> Response:
    """The difference so far, and an empty form."""
    now = container.clock.now()
    asked = request.query_params
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        desk = hub_page.desk_of(session, container, who, asked.get("day", ""), now)
        said = asked.get("said", "")
        form = replace(StopForm.blank(), bag=codes.read(asked.get("bag", "")) or "")
        said = said if said in _SAID else ""
        return hub_page.show(session, container, desk, collector_id, form=form, said=said)


@router.post("/hub/collectors/{collector_id}")
def weigh_in(request: Request, container: Here, collector_id: UUID, fields: Fields) -> Response:
    """Take the load, and show what it makes of the day."""
    now = container.clock.now()
    form = StopForm.of(fields)
    try:
        with container.database.unit_of_work() as session:
            who = guard.signed_in(session, request, container, now)
            desk = hub_page.desk_of(session, container, who, fields.get("day", ""), now)
            codes = hub_page.materials(session)
            grams, mistakes = form.weights(codes, desk.rules.max_grams)
            if mistakes:
                worded = _worded(mistakes, codes)
                return hub_page.show(
                    session, container, desk, collector_id, form=form, mistakes=worded, status=422
                )
            load = hub_weighins.Load(
                id=form.weighing_id,
                hub_id=who.hub_id,
                brought_by=collector_id,
                collector_id=who.collector_id,
                date=desk.day,
                grams=grams,
                at=now,
                bag=form.bag,
            )
            outcome = hub_weighins.weigh_in(session, load, desk.rules)
            if outcome == "conflict":
                return hub_page.show(session, container, desk, collector_id, said="conflict", status=409)
    except NotSignedIn:
        kept = sign_in.Kept("load", collector_id, urlencode(fields))
        return sign_in.form(container, None, kept=kept, status=401)
    return _to_form(desk, collector_id, outcome)


@router.post("/hub/weigh-ins/{weighin_id}/take-back")
def take_back(request: Request, container: Here, weighin_id: UUID, fields: Fields) -> Response:
    """A slip of the finger counts no more."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        desk = hub_page.desk_of(session, container, who, fields.get("day", ""), now)
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


def _worded(mistakes: Sequence[Mistake], codes: Sequence[str]) -> list[Mistake]:
    """With our own words where nothing was typed: a load has no reason for being missed."""
    first = WEIGHT_PREFIX + codes[0] if codes else "form"
    return [Mistake(first, "sheet.hub.empty") if one.field == "reason" else one for one in mistakes]
