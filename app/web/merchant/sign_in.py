"""Signing in and out, with one of the merchant's phones and its PIN."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.container import Container
from app.errors import NotSignedIn, TooManyTries
from app.kernel import pins
from app.kernel.phone import NotAPhone, Phone, mask, parse_phone
from app.merchants import sign_in
from app.signing_in.tries import Limits
from app.web.deps import Here
from app.web.fields import Fields
from app.web.merchant import guard
from app.web.merchant.pages import render

router = APIRouter(route_class=guard.PageRoute)
log = structlog.get_logger()


@router.get("/merchant/sign-in")
def show(request: Request, container: Here, language: str | None = None) -> Response:
    """The form; whoever is signed in already goes on."""
    try:
        with container.database.unit_of_work() as session:
            guard.signed_in(session, request, container, container.clock.now())
    except NotSignedIn:
        return _form(container, language)
    return RedirectResponse("/merchant", 303)


@router.post("/merchant/sign-in")
def submit(request: Request, container: Here, fields: Fields) -> Response:
    """Two units of work, so that a failed try stays counted."""
    language, typed = fields.get("language"), fields.get("phone", "").strip()
    try:
        phone = parse_phone(typed, container.settings.region)
        pin = pins.check_pin(fields.get("pin", ""))
    except NotAPhone:
        return _form(container, language, typed, "sheet.sign-in.bad-phone", status=422)
    except pins.NotAPin:
        return _form(container, language, typed, "sheet.sign-in.bad-pin", status=422)
    try:
        token = _try(container, phone, pin, request.client.host if request.client else "")
    except TooManyTries as error:
        log.warning("merchant_sign_in_blocked", phone=mask(phone))
        minutes = -(-error.retry_after_seconds // 60)
        response = _form(container, language, typed, "sheet.sign-in.wait", count=minutes, status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    except NotSignedIn:
        log.info("merchant_sign_in_refused", phone=mask(phone))
        return _form(container, language, typed, "sheet.sign-in.wrong", status=401)
    response = RedirectResponse("/merchant", 303)
    guard.COOKIE.remember(response, token, container.settings)
    return response


@router.post("/merchant/sign-out")
def leave(request: Request, container: Here) -> Response:
    """End the session here and in the browser."""
    token = guard.COOKIE.token(request, container.settings)
    with container.database.unit_of_work() as session:
        sign_in.sign_out(session, token, container.clock.now())
    response = RedirectResponse("/merchant/sign-in", 303)
    guard.COOKIE.forget(response, container.settings)
    return response


def _form(
    container: Container,
    language: str | None,
    phone: str = "",
    mistake: str | None = None,
    *,
    count: int = 0,
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
        mistake=mistake,
        count=count,
    )


def _try(container: Container, phone: Phone, pin: str, address: str) -> str:
    """A new session's token. Raises `NotSignedIn` and `TooManyTries`."""
    settings, now = container.settings, container.clock.now()
    limits = Limits.of(settings)
    with container.database.unit_of_work() as session:
        attempt = sign_in.begin(session, phone=phone, address=address, limits=limits, now=now)
    if not pins.verify(pin, attempt.pin_hash):
        raise NotSignedIn("the phone or the PIN is wrong")
    with container.database.unit_of_work() as session:
        return sign_in.finish(session, attempt, lifetime=guard.COOKIE.lifetime(settings), now=now)
