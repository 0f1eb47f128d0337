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
from app.settings import Settings
from app.web.deps import container_of
from app.web.fields import refuse_other_sites

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


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
                remember(response, request.cookies[cookie_name(container.settings)], container)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


def signed_in(session: Session, request: Request, container: Container, now: datetime) -> SignedIn:
    """Whoever is asking. Raises `NotSignedIn`."""
    token = request.cookies.get(cookie_name(container.settings), "")
    who = sign_in.session_for(session, token, lifetime=lifetime(container.settings), now=now)
    request.state.signed_in = who
    return who


def lifetime(settings: Settings) -> timedelta:
    return timedelta(days=settings.merchant_session_days)


def cookie_name(settings: Settings) -> str:
    # With this prefix a browser takes the cookie only from this very host, over TLS (RFC 6265bis).
    return "__Host-merchant" if _tls(settings) else "merchant"


def remember(response: Response, token: str, container: Container) -> None:
    settings = container.settings
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(lifetime(settings).total_seconds()),
        path="/",
        secure=_tls(settings),
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        cookie_name(settings), path="/", secure=_tls(settings), httponly=True, samesite="lax"
    )


def _tls(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")
