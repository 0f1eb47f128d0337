"""What surrounds every page of a merchant: who is asking, and what the browser may do with the answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session

from app.container import Container
from app.errors import NotSignedIn
from app.merchants import sign_in
from app.merchants.sign_in import SignedIn
from app.web.deps import container_of
from app.web.fields import refuse_other_sites
from app.web.session_cookie import SessionCookie

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


COOKIE: Final = SessionCookie("merchant", lambda settings: timedelta(days=settings.merchant_session_days))


class PageRoute(APIRoute):
    """Refuses other sites' forms, asks whoever is not signed in to do so, and sets the headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            refuse_other_sites(request)
            try:
                response = await handle(request)
            except NotSignedIn:
                response = RedirectResponse("/merchant/sign-in", 303)
            who: SignedIn | None = getattr(request.state, "signed_in", None)
            container = container_of(request)
            if who is not None and who.renewed:
                COOKIE.remember(response, COOKIE.token(request, container.settings), container.settings)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


def signed_in(session: Session, request: Request, container: Container, now: datetime) -> SignedIn:
    """Whoever is asking. Raises `NotSignedIn`."""
    token = COOKIE.token(request, container.settings)
    who = sign_in.session_for(session, token, lifetime=COOKIE.lifetime(container.settings), now=now)
    request.state.signed_in = who
    return who
