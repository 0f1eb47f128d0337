"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.collectors import sessions, sign_in
from app.container import Container
from app.errors import NotFound, NotSignedIn, TooManyTries
from app.kernel import pins
from app.kernel.phone import NotAPhone, Phone, mask, parse_phone
from app.signing_in.tries import Limits
from app.web.deps import Here
from app.web.routesheet import enrol_page, guard, hub_page, stop_page
from app.web.routesheet.day_data import in_page, words_for_waiting
from app.web.routesheet.enrol_page import EnrolForm
from app.web.routesheet.forms import Fields, Mistake, StopForm, read_fields
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
log = structlog.get_logger()


_KEPT: tuple[Literal["stop", "load", "enrol"], ...] = ("load", "enrol", "stop")


@dataclass(frozen=True)
class Kept:
    """A form that arrived without a valid session, to be shown again after signing in."""

    what: Literal["stop", "load", "enrol"]
    id: UUID
    """Of the pickup; of who brought the load; of the form itself."""
    typed: str
    """URL-encoded, as it came."""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Kept | None:
        try:
            for what in _KEPT:
                if what in fields:
                    return cls(what, UUID(fields[what]), fields["typed"])
        except (KeyError, ValueError):
            pass
        return None


@router.get("/route/sign-in")
def show(request: Request, container: Here, language: str | None = None) -> Response:
    """The form; whoever is signed in already goes on to the list."""
    try:
        with container.database.unit_of_work() as session:
            guard.signed_in(session, request, container, container.clock.now())
    except NotSignedIn:
        return form(container, language)
    return RedirectResponse("/route", 303)


@router.post("/route/sign-in")
def submit(request: Request, container: Here, fields: Fields) -> Response:
    """Two units of work, so that a failed try stays counted; see `app.collectors.sign_in`."""
    kept = Kept.of(fields)
    language = fields.get("language")
    typed = fields.get("phone", "").strip()
    phone, pin, mistakes = _read(fields, container.settings.region)
    if phone is None or pin is None:
        return form(container, language, phone=typed, mistakes=mistakes, kept=kept, status=422)
    try:
        token = _try(container, phone, pin, request.client.host if request.client else "")
    except TooManyTries as error:
        log.warning("collector_sign_in_blocked", phone=mask(phone))
        return told_to_wait(container, language, typed, error, kept=kept)
    except NotSignedIn:
        log.info("collector_sign_in_refused", phone=mask(phone))
        wrong = [Mistake("phone", "sheet.sign-in.wrong")]
        return form(container, language, phone=typed, mistakes=wrong, kept=kept, status=401)
    response = _show_again(container, token, kept) if kept else RedirectResponse("/route", 303)
    guard.COOKIE.remember(response, token, container.settings)
    return response


@router.post("/route/sign-out")
def leave(request: Request, container: Here) -> Response:
    """End the session here and in the browser."""
    settings = container.settings
    token = guard.COOKIE.token(request, settings)
    with container.database.unit_of_work() as session:
        sessions.sign_out(session, token, container.clock.now())
    response = RedirectResponse("/route/sign-in", 303)
    guard.COOKIE.forget(response, settings)
    return response


def told_to_wait(
    container: Container, language: str | None, typed: str, error: TooManyTries, *, kept: Kept | None = None
) -> Response:
    minutes = -(-error.retry_after_seconds // 60)
    wait = [Mistake("form", "sheet.sign-in.wait", {"count": minutes})]
    response = form(container, language, phone=typed, mistakes=wait, kept=kept, status=429)
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def form(
    container: Container,
    language: str | None,
    *,
    phone: str = "",
    mistakes: Sequence[Mistake] = (),
    kept: Kept | None = None,
    sent: bool = False,
    status: int = 200,
) -> Response:
    """The sign-in page; never with the PIN in it."""
    catalogue = container.catalogue
    return render(
        container,
        "sign_in.html",
        language,
        status=status,
        languages=[(code, catalogue.name(code)) for code in catalogue.languages],
        phone=phone,
        mistakes=mistakes,
        labels={},
        kept=kept,
        sent=sent,
        words=in_page(words_for_waiting(container, language)),
    )


def _read(fields: Mapping[str, str], region: str) -> tuple[Phone | None, str | None, list[Mistake]]:
    phone, pin = None, None
    mistakes: list[Mistake] = []
    try:
        phone = parse_phone(fields.get("phone", ""), region)
    except NotAPhone:
        mistakes.append(Mistake("phone", "sheet.sign-in.bad-phone"))
    try:
        pin = pins.check_pin(fields.get("pin", ""))
    except pins.NotAPin:
        mistakes.append(Mistake("pin", "sheet.sign-in.bad-pin"))
    return phone, pin, mistakes


def _try(container: Container, phone: Phone, pin: str, address: str) -> str:
    """A new session's token. Raises `NotSignedIn` and `TooManyTries`."""
    settings = container.settings
    limits = Limits.of(settings)
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        attempt = sign_in.begin(session, phone=phone, address=address, limits=limits, now=now)
    if not sign_in.pin_matches(attempt, pin):
        raise NotSignedIn("the phone or the PIN is wrong")
    with container.database.unit_of_work() as session:
        token = sign_in.finish(session, attempt, lifetime=guard.COOKIE.lifetime(settings), now=now)
    log.info("collector_signed_in", collector_id=str(attempt.collector_id))
    return token


def _show_again(container: Container, token: str, kept: Kept) -> Response:
    """The form that was kept, to be looked at and sent again under the same id."""
    now = container.clock.now()
    fields = read_fields(kept.typed)
    typed = StopForm.of(fields)
    with container.database.unit_of_work() as session:
        who = sessions.session_for(
            session, token, lifetime=guard.COOKIE.lifetime(container.settings), now=now
        )
        try:
            if kept.what == "load":
                desk = hub_page.desk_of(session, container, who, fields.get("day", ""), now)
                return hub_page.show(session, container, desk, kept.id, form=typed, said="again")
            if kept.what == "enrol":
                areas = enrol_page.areas_of(session, container, who, now)
                return enrol_page.show(container, who, areas, EnrolForm.of(fields), back=True)
            view = stop_page.load(session, container, who, kept.id, now)
        except NotFound:
            return RedirectResponse("/route", 303)
    return stop_page.show_form(container, view, typed, back=True)
