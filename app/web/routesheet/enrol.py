"""A household joins at its door, by a plain form; the sheet's script does the same without network."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import NotFound, NotSignedIn
from app.fieldwork import enrolling
from app.fieldwork.answers import Answer, Rules, Sender
from app.fieldwork.taking import take
from app.integrity.doubts import Doubts
from app.kernel.ids import new_id
from app.web.deps import Here
from app.web.routesheet import enrol_page, guard, sign_in
from app.web.routesheet.enrol_page import EnrolForm
from app.web.routesheet.forms import Fields, Mistake
from app.web.routesheet.pages import render
from app.weighing.models import Via

router = APIRouter(route_class=guard.PageRoute)


@router.get("/route/enrol")
def show(request: Request, container: Here) -> Response:
    """The form, with the area that the collector works in chosen."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        areas = enrol_page.areas_of(session, container, who, now)
        form = EnrolForm(
            new_id(), language=who.language, zone=enrol_page.guess(session, container, who, areas, now)
        )
    return enrol_page.show(container, who, areas, form)


@router.post("/route/enrol")
def enrol(request: Request, container: Here, fields: Fields) -> Response:
    """Take the form once, however often it comes; what is wrong with it is said beside each field."""
    form, now, settings = EnrolForm.of(fields), container.clock.now(), container.settings
    try:
        with container.database.unit_of_work() as session:
            who = guard.signed_in(session, request, container, now)
            areas = enrol_page.areas_of(session, container, who, now)
    except NotSignedIn:
        kept = sign_in.Kept("enrol", form.id, urlencode(fields))
        return sign_in.form(container, None, kept=kept, status=401)
    mistakes = form.mistakes(settings.region, areas)
    if mistakes:
        return enrol_page.show(container, who, areas, form, mistakes)
    with container.database.unit_of_work() as session:
        sender = Sender(who.collector_id, Via.FORM)
        rules = Rules.of(settings, Doubts.of(settings))
        taken = take(session, form.record(now), sender, now=now, post=container.post, rules=rules)
    if taken.answer in (Answer.REFUSED, Answer.CONFLICT):
        key = f"sheet.why.{taken.why.value}" if taken.why else "sheet.answer.conflict"
        return enrol_page.show(container, who, areas, form, [Mistake("form", key)])
    return RedirectResponse(f"/route/enrol/{form.id}", 303)


@router.get("/route/enrol/{enrolment_id}")
def show_enrolled(request: Request, container: Here, enrolment_id: UUID) -> Response:
    """What came of a form, for whoever sent it. It says nothing of a home that was known before."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        enrolled = enrolling.get(session, enrolment_id)
        if enrolled is None or enrolled.collector_id != who.collector_id:
            raise NotFound("no such enrolment")
        why = enrolled.why
    return render(container, "enrolled.html", who.language, why=why, enrolment_id=enrolment_id)
