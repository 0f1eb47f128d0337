"""What is refused before anything reads it: large bodies, and addresses that are no text."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.problem import problem


class BodyLimit:
    """Reads the body whole before the application sees it, and answers 413 where it is over the limit.

    Reading first costs at most `max_bytes` of memory and means that a length that was not announced,
    or was a lie, is caught as surely as an honest one.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.larger = larger or {}
        """Paths that take more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.larger.get(scope["path"], self.max_bytes)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = announced.isdigit() and int(announced) > most
        body = b""
        more = not too_large
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                too_large, more = True, False
        if too_large:
            answer = problem(
                413,
                "too-large",
                f"The body is larger than {most} bytes.",
                headers={"Connection": "close"},
            )
            await answer(scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)


class ReadableAddress:
    """Answers 400 to paths and queries that are not UTF-8 or hold a NUL, which no database takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw: bytes = scope.get("raw_path") or scope["path"].encode()
            given = unquote_to_bytes(raw + b"?" + scope["query_string"])
            if b"\0" in given or not _is_text(given):
                answer = problem(
                    400, "malformed-request", "The address is not readable text (UTF-8, no NUL)."
                )
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_text(given: bytes) -> bool:
    try:
        given.decode()
    except UnicodeDecodeError:
        return False
    return True
