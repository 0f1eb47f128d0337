"""Every error, told to whoever asked: problem details (RFC 9457) to programs, a short page to people."""

from __future__ import annotations

import html
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from app import errors

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
_FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")

STATUS_OF: dict[type[errors.WeighbackError], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
}

KINDS = {
    "malformed-json": "The body is not JSON.",
    "malformed-request": "The address or the body is not readable text (UTF-8, no NUL).",
    "invalid-input": "A field is missing, unknown, or holds what it cannot hold; `errors` names it.",
    "not-signed-in": "There is no key, or it is unknown or revoked.",
    "not-allowed": "The key lacks the scope that is named.",
    "not-found": "There is nothing at this address.",
    "wrong-method": "The address exists, and takes other methods; see the header Allow.",
    "conflict": "It is at odds with what is already recorded, such as a code that is taken.",
    "illegal-transition": "A status cannot move that way.",
    "refused": "A rule of the house says no; the detail says which.",
    "insufficient-balance": "The household, or the sponsor, has less than that.",
    "too-large": "The body is larger than is taken.",
    "too-many-tries": "Wait as long as the header Retry-After says.",
    "unavailable": "The database cannot be reached; nothing was changed; try again.",
    "internal": "A mistake of ours, recorded under the request's X-Request-ID.",
}
"""What an error's `type` can end in, and what it means; /docs explains them."""

log = structlog.get_logger()


class FieldProblem(BaseModel):
    field: str = Field(
        description="JSON pointer (RFC 6901) into the body, or the parameter's name after `?`."
    )
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/docs#problem-invalid-input",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "One field cannot be accepted.",
                    "errors": [{"field": "/zone_id", "detail": "there is no such zone"}],
                }
            ]
        }
    )

    type: str = Field(description="Names the kind of problem; resolves to its explanation.")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    fields: Sequence[tuple[str, str]] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """An answer of `application/problem+json`; `fields` are (JSON pointer, what is wrong)."""
    body = Problem(
        type=f"/docs#problem-{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=[FieldProblem(field=field, detail=what) for field, what in fields],
    )
    return JSONResponse(body.model_dump(), status_code=status, headers=headers, media_type=MEDIA_TYPE)


def answer(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    fields: Sequence[tuple[str, str]] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The same problem in the form that suits the caller: JSON under /api and /webhooks, else a page."""
    if request.url.path.startswith(_FOR_PROGRAMS):
        return problem(status, code, detail, fields=fields, headers=headers)
    return HTMLResponse(page(status, detail), status_code=status, headers=headers)


def page(status: int, detail: str) -> str:
    title = html.escape(HTTPStatus(status).phrase)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<main style="font:1.1rem/1.5 sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem">'
        f"<h1>{title}</h1><p>{html.escape(detail)}</p></main></html>"
    )


def unexpected() -> JSONResponse:
    """The answer to a mistake of ours: it says nothing of what happened inside."""
    return problem(500, "internal", "Something went wrong on our side. It has been recorded; try again.")


def install(app: FastAPI) -> None:
    """Register one handler per family of errors."""
    app.add_exception_handler(errors.WeighbackError, _on_own_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(IntegrityError, _on_integrity_error)
    app.add_exception_handler(OperationalError, _on_database_unavailable)
    app.add_exception_handler(PoolTimeoutError, _on_database_unavailable)


def _on_own_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.WeighbackError)
    status = next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), None)
    if status is None:
        log.error("unmapped_error", code=error.code)
        return unexpected()
    headers: dict[str, str] = {}
    if isinstance(error, errors.NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="weighback"'
    if isinstance(error, errors.TooManyTries):
        headers["Retry-After"] = str(error.retry_after_seconds)
    fields = [(_named(error.field), error.detail)] if isinstance(error, errors.InvalidInput) else []
    return answer(request, status, error.code, error.detail, fields=fields, headers=headers)


def _named(field: str) -> str:
    """A field as a service names it (`name`, `grams.PET`) as a pointer; `?name` is a query's parameter."""
    return field if field.startswith("?") or field[:1].isupper() else _pointer(("body", *field.split(".")))


def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = cast("Sequence[dict[str, Any]]", error.errors())
    if any(one["type"] == "json_invalid" for one in found):
        place = found[0]["loc"][-1]
        return answer(request, 400, "malformed-json", f"The body is not JSON (near character {place}).")
    fields = [(_pointer(one["loc"]), _plain(one)) for one in found]
    detail = "One field cannot be accepted." if len(fields) == 1 else "Some fields cannot be accepted."
    return answer(request, 422, "invalid-input", detail, fields=fields)


def _plain(found: dict[str, Any]) -> str:
    if found["type"] == "too_long" and isinstance(found["input"], str):  # pydantic would speak of items
        return f"must have at most {found['ctx']['max_length']} characters"
    message = str(found["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:]


def _pointer(location: Sequence[str | int]) -> str:
    """FastAPI's location as a JSON pointer for bodies, `?name` for the query, the bare name otherwise."""
    source, *path = location
    if source == "query" and path:
        return f"?{path[0]}"
    if source == "body":
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return str(path[0]) if path else str(source)


def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    code, detail = {
        400: ("malformed-request", "The request cannot be read; is its text UTF-8?"),
        404: ("not-found", "There is nothing at this address."),
        405: ("wrong-method", f"{request.method} is not possible at this address."),
        413: ("too-large", "The body is too large."),
    }.get(status, ("refused", str(error.detail)))
    return answer(request, status, code, detail, headers=dict(error.headers or {}))


def _on_integrity_error(request: Request, error: Exception) -> Response:
    # The net under the services' own checks: two callers raced for one unique name. A gateway should
    # come again, an admin should look again.
    log.warning("integrity_error", kind=type(getattr(error, "orig", error)).__name__)
    if request.url.path.startswith("/api/"):
        return answer(request, 409, "conflict", "This is at odds with what is already recorded.")
    return _on_database_unavailable(request, error)


def _on_database_unavailable(request: Request, error: Exception) -> Response:
    log.error("database_unavailable", kind=type(getattr(error, "orig", None) or error).__name__)
    return answer(
        request,
        503,
        "unavailable",
        "The database cannot be reached just now; nothing was changed. Try again.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
