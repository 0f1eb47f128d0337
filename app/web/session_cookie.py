"""The cookie of a signed-in browser: each face has its own, made in the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from app.settings import Settings


@dataclass(frozen=True)
class SessionCookie:
    """Holds a session's token: for this host alone, never for scripts, and only over TLS where there is TLS."""

    face: str
    """Its name."""
    lifetime: Callable[[Settings], timedelta]
    """How long a session lasts from its last use, and the cookie with it."""

    def token(self, request: Request, settings: Settings) -> str:
        """What the browser sent; empty where it sent none."""
        return request.cookies.get(self._name(settings), "")

    def remember(self, response: Response, token: str, settings: Settings) -> None:
        response.set_cookie(
            self._name(settings),
            token,
            max_age=int(self.lifetime(settings).total_seconds()),
            path="/",
            secure=_tls(settings),
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response, settings: Settings) -> None:
        response.delete_cookie(
            self._name(settings), path="/", secure=_tls(settings), httponly=True, samesite="lax"
        )

    def _name(self, settings: Settings) -> str:
        # With this prefix a browser takes the cookie only from this very host, over TLS (RFC 6265bis).
        return f"__Host-{self.face}" if _tls(settings) else self.face


def _tls(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")
