"""One stop: see it, weigh, or say why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID, uuid5

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.bags import codes, reading
from app.container import Container
from app.errors import InvalidInput, NotFound, NotSignedIn
from app.fieldwork import enrolling
from app.integrity.doubts import Doubts
from app.integrity.hub_weighins import look_again
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.routing.sheet import route_date
from app.web.deps import Here
from app.web.routesheet import guard, sign_in, stop_page
from app.web.routesheet.forms import Fields, Mistake, StopForm
from app.web.routesheet.stop_page import StopView
from app.weighing import visits
from app.weighing.service import Limits, Missed, Outcome, Submission, record, record_missed
from app.weighing.visits import RecordedVisit

router = APIRouter(route_class=guard.PageRoute)
MOST_BAGS = 20
"""Of one stop."""


@router.get("/route/stops/{pickup_id}")
def show(request: Request, container: Here, pickup_id: UUID) -> Response:
    """The form; for a stop that is weighed, what was weighed."""
    now = container.clock.now()
    recorded: RecordedVisit | None = None
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        view = stop_page.load(session, container, who, pickup_id, now)
        if view.stop is None and not view.first_visit:
            raise NotFound("not one of today's stops")
        if view.first_visit or (view.stop and view.stop.status is PickupStatus.COLLECTED):
            recorded = visits.of_pickup(session, view.pickup_id)
    if recorded is not None:
        return stop_page.show_result(container, view, recorded)
    asked = codes.read(request.query_params.get("bag", "")) or ""
    return stop_page.show_form(container, view, replace(StopForm.blank(), bag=asked))


@router.post("/route/stops/{pickup_id}")
def submit(request: Request, container: Here, pickup_id: UUID, fields: Fields) -> Response:
    """Record the form once, however often it comes.

    A form that comes late, or for a stop that was given to somebody else meanwhile, is taken as well: the
    weights are real. Its answers say nothing of the household.
    """
    form = StopForm.of(fields)
    now = container.clock.now()
    recorded: RecordedVisit | None = None
    try:
        with container.database.unit_of_work() as session:
            who = guard.signed_in(session, request, container, now)
            view = stop_page.load(session, container, who, pickup_id, now)
            result = _record(session, container, Sent(who.collector_id, view, form, now))
            if result == "conflict":
                recorded = visits.of_pickup(session, view.pickup_id)
            elif result == "recorded" and not form.missed:
                first = enrolling.stop_of(session, pickup_id, now, make=False)
                stop_id = first.id if first else pickup_id
                _read_bags(session, form, stop_id, who.collector_id, now)
                by = f"collector:{who.collector_id}"
                look_again(session, stop_id, container.settings, by=by, now=now)
    except NotSignedIn:
        kept = sign_in.Kept("stop", pickup_id, urlencode(fields))
        return sign_in.form(container, None, kept=kept, status=401)
    if isinstance(result, list):
        return stop_page.show_form(container, view, form, result, status=422)
    if result == "conflict":
        return stop_page.show_result(container, view, recorded, conflict=True)
    return RedirectResponse(f"/route/visits/{form.id}", 303)


@router.get("/route/visits/{visit_id}")
def show_visit(request: Request, container: Here, visit_id: UUID) -> Response:
    """What came of a form, for whoever sent it."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        visit = visits.visit(session, visit_id)
        if visit is None or visit.collector_id != who.collector_id:
            raise NotFound("no such visit")
        view = stop_page.load(session, container, who, visit.pickup_id, now)
    return stop_page.show_result(container, view, visit)


def _read_bags(session: Session, form: StopForm, pickup_id: UUID, by: UUID, now: datetime) -> None:
    """Keep the codes that came with the weights, right or not, each under an id that follows from the form's."""
    pickup = session.get_one(Pickup, pickup_id)
    for typed in codes.several(form.bag)[:MOST_BAGS]:
        one = uuid5(form.weighing_id, typed)
        reading.at_the_door(session, reading_id=one, typed=typed, pickup=pickup, collector_id=by, at=now)


@dataclass(frozen=True)
class Sent:
    """A form, who sent it, about what, and when."""

    by: UUID
    view: StopView
    form: StopForm
    at: datetime


def _record(session: Session, container: Container, sent: Sent) -> Outcome | list[Mistake]:
    form, view, now = sent.form, sent.view, sent.at
    limits = Limits.of(container.settings)
    on_route = (
        view.stop is not None or view.first_visit or route_date(session, sent.by, view.pickup_id) is not None
    )
    try:
        if form.missed:
            reason, mistakes = form.why_missed()
            if reason is None or mistakes:
                return mistakes
            missed = Missed(form.missed_id, view.pickup_id, sent.by, reason, form.note, now, not on_route)
            return record_missed(session, missed, now, container.post, limits).outcome
        grams, mistakes = form.weights(view.codes, limits.max_grams)
        if mistakes:
            return mistakes
        stop = enrolling.stop_of(session, view.pickup_id, now, make=True) if view.first_visit else None
        pickup_id = stop.id if stop else view.pickup_id
        weighed = Submission(form.weighing_id, pickup_id, sent.by, grams, now, not on_route)
        judge = Doubts.of(container.settings)
        return record(session, weighed, now, container.post, limits, judge=judge).outcome
    except InvalidInput:
        # What was typed is fine by itself: the stop's day is too far off. Services refuse before they write.
        enrolling.unmake_stop(session, view.pickup_id)
        return [Mistake("form", "sheet.mistake.day")]
