"""What surrounds every page: who is asking, from where, and what the browser may do with the answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session

from app.collectors import sessions
from app.collectors.sessions import SignedIn
from app.container import Container
from app.errors import NotAllowed, NotFound, NotSignedIn, WeighbackError
from app.web.deps import container_of
from app.web.fields import refuse_other_sites
from app.web.problem import STATUS_OF
from app.web.routesheet.pages import render
from app.web.routesheet.squeezing import squeeze
from app.web.session_cookie import SessionCookie

OURS = "X-Weighback-Sheet"
"""On every answer, so that the sheet can tell ours from a captive portal's; and on every request for data, because
another site's page cannot add it."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "worker-src 'self'; img-src 'self' data: blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: with that, browsers send our own forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    OURS: "1",
}


COOKIE: Final = SessionCookie("collector", lambda settings: timedelta(days=settings.collector_session_days))


class PageRoute(APIRoute):
    """Refuses other sites' forms, turns our errors into pages, and sets the headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            container = container_of(request)
            try:
                refuse_other_sites(request)
                response = await handle(request)
            except NotSignedIn:
                response = RedirectResponse("/route/sign-in", 303)
            except RequestValidationError:
                # Forms are read by `forms`; all that FastAPI checks here is the ids in addresses.
                response = _error_page(request, container, NotFound("no such page"))
            except WeighbackError as error:
                response = _error_page(request, container, error)
            return _finished(request, response)

        return guarded


class DataRoute(APIRoute):
    """The same for the sheet's own requests for data: errors are short JSON, and nothing redirects."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                refuse_other_sites(request)
                if OURS not in request.headers:
                    raise NotAllowed("this request was not made by the sheet")
                response = await handle(request)
            except WeighbackError as error:
                response = refusal(_status_of(error) or 500, error.code)
            return _finished(request, response)

        return guarded


def refusal(status: int, code: str) -> Response:
    """Why a request for data as a whole was not answered."""
    return JSONResponse({"error": code}, status)


def signed_in(session: Session, request: Request, container: Container, now: datetime) -> SignedIn:
    """Whoever is asking. Raises `NotSignedIn`."""
    token = COOKIE.token(request, container.settings)
    who = sessions.session_for(session, token, lifetime=COOKIE.lifetime(container.settings), now=now)
    request.state.signed_in = who
    request.state.language = who.language
    return who


def _finished(request: Request, response: Response) -> Response:
    """With a cookie that lasts as long as its session, and the headers."""
    container = container_of(request)
    signed_in: SignedIn | None = getattr(request.state, "signed_in", None)
    if signed_in is not None and signed_in.renewed and response.status_code < 400:  # noqa: PLR2004
        COOKIE.remember(response, COOKIE.token(request, container.settings), container.settings)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    squeeze(request, response)
    return response


def _error_page(request: Request, container: Container, error: WeighbackError) -> Response:
    status = _status_of(error)
    if status is None:
        raise error
    key = f"sheet.error.{error.code}"
    if key not in container.catalogue.keys:
        key = "sheet.error.conflict"
    language: str | None = getattr(request.state, "language", None)
    return render(container, "error.html", language, status=status, message_key=key)


def _status_of(error: WeighbackError) -> int | None:
    return next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), None)
