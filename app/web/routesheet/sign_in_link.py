"""Signing in by a link in a text: asked for on the page for signing in, or sent by the office."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from app.collectors import links
from app.collectors.models import Collector
from app.errors import NotSignedIn, TooManyTries
from app.fieldwork import inviting
from app.kernel import pins
from app.kernel.phone import NotAPhone, parse_phone
from app.signing_in.tries import Limits
from app.web.deps import Here
from app.web.routesheet import guard, sign_in
from app.web.routesheet.forms import Fields, Mistake
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
log = structlog.get_logger()


@router.post("/route/sign-in/link")
def send(request: Request, container: Here, fields: Fields) -> Response:
    """Text a link to a collector's phone. The answer is the same for a phone that nobody has."""
    language, typed = fields.get("language"), fields.get("phone", "").strip()
    settings, now = container.settings, container.clock.now()
    try:
        phone = parse_phone(typed, settings.region)
    except NotAPhone:
        wrong = [Mistake("phone", "sheet.sign-in.bad-phone")]
        return sign_in.form(container, language, phone=typed, mistakes=wrong, status=422)
    limits = Limits.of(settings)
    address = request.client.host if request.client else ""
    try:
        with container.database.unit_of_work() as session:
            links.count(session, phone=phone, address=address, limits=limits, now=now)
            collector = session.scalar(select(Collector).where(Collector.phone == phone, Collector.active))
            if collector is not None:
                inviting.send_link(session, collector, settings, container.post, now)
    except TooManyTries as error:
        return sign_in.told_to_wait(container, language, typed, error)
    log.info("collector_link_asked")
    return sign_in.form(container, language, phone=typed, sent=True)


@router.get("/route/in/{token}")
def show(container: Here, token: str) -> Response:
    """A page with a button; seeing it spends nothing."""
    return _page(container, token)


@router.post("/route/in/{token}")
def enter(container: Here, token: str, fields: Fields) -> Response:
    """Spend the link, with a PIN of one's own where one is typed or there is none yet."""
    settings, now = container.settings, container.clock.now()
    typed = fields.get("pin", "").strip()
    try:
        pin = pins.check_pin(typed) if typed else None
    except pins.NotAPin:
        return _page(container, token, [Mistake("pin", "sheet.sign-in.bad-pin")])
    if pin is not None and pins.is_weak(pin):
        return _page(container, token, [Mistake("pin", "sheet.link.weak")])
    try:
        with container.database.unit_of_work() as session:
            has_pin = links.look_at(session, token, now).has_pin
            opened = None
            if pin is not None or has_pin:
                opened = links.spend(session, token, pin, lifetime=guard.COOKIE.lifetime(settings), now=now)
    except NotSignedIn:
        return _over(container)
    if opened is None:
        return _page(container, token, [Mistake("pin", "sheet.sign-in.bad-pin")])
    response = RedirectResponse("/route", 303)
    guard.COOKIE.remember(response, opened, settings)
    return response


def _page(container: Here, token: str, mistakes: Sequence[Mistake] = ()) -> Response:
    try:
        with container.database.unit_of_work() as session:
            invited = links.look_at(session, token, container.clock.now())
    except NotSignedIn:
        return _over(container)
    return render(
        container,
        "link.html",
        invited.language,
        status=422 if mistakes else 200,
        invited=invited,
        token=token,
        mistakes=mistakes,
        labels={},
    )


def _over(container: Here) -> Response:
    over = [Mistake("form", "sheet.link.over")]
    return sign_in.form(container, None, mistakes=over, status=401)
