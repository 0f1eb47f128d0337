"""Who is calling the API, and under which `Idempotency-Key`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.access.keys import Caller, caller_of
from app.access.once import Once
from app.errors import NotSignedIn
from app.web.deps import Here

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    bearerFormat="wb_…",
    description="A key made with `weighback admin create-key` or `POST /api/v1/api-keys`.",
)


def get_caller(
    container: Here,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Raises `NotSignedIn`. The key is looked up in a transaction of its own, done before the handler begins."""
    if credentials is None:
        raise NotSignedIn("Send the header Authorization: Bearer KEY.")
    with container.database.unit_of_work() as session:
        caller = caller_of(session, credentials.credentials, now=container.clock.now())
    structlog.contextvars.bind_contextvars(api_key_id=str(caller.key_id))
    return caller


def needs(scope: str) -> Callable[[Caller], Caller]:
    """A dependency that lets through only callers with `scope`."""

    def check(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
        caller.need(scope)
        return caller

    return check


async def get_once(
    request: Request,
    caller: Annotated[Caller, Depends(get_caller)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=120,
            pattern=r"^[\x21-\x7e]+$",
            description="Sent again with the same body, the first answer is given again and nothing is made twice.",
            examples=["2026-11-23-import-row-17"],
        ),
    ] = None,
) -> Once:
    content = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return Once(caller=caller, key=idempotency_key, content=content)


Creation = Annotated[Once, Depends(get_once)]
