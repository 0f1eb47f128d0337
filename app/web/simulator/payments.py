"""The pretend payment company's HTTP API, and the switches of its moods.

`POST /v1/airtime`, `GET /v1/airtime/{reference}`, `GET /v1/balance`: what the adapter speaks. `GET|POST /v1/control`: read and set the
switches. `GET /v1/credits`: how often each reference was credited. `POST /v1/airtime/{reference}/reversal`.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Protocol, cast

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from app.errors import NotFound, NotSignedIn


class Answer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> dict[str, Any] | None: ...
    @property
    def garbled(self) -> bool: ...


class Switches(Protocol):
    @property
    def answer_seconds(self) -> float: ...
    @property
    def float_minor(self) -> int | None: ...


class PaymentCompany(Protocol):
    """See `app.adapters.payments.standin_company`."""

    @property
    def switches(self) -> Switches: ...
    def allows(self, authorization: str) -> bool: ...
    def set_switches(self, changes: dict[str, Any]) -> Switches: ...
    def pay(self, said: object) -> Answer: ...
    def payment(self, reference: str) -> Answer: ...
    def reverse(self, reference: str) -> None: ...
    def credits(self) -> dict[str, int]: ...


def get_company(request: Request, authorization: Annotated[str, Header()] = "") -> PaymentCompany:
    """Raises `NotFound` where there is none, `NotSignedIn` for a wrong key."""
    company = cast("PaymentCompany | None", getattr(request.app.state, "payment_company", None))
    if company is None:
        raise NotFound("There is no pretend payment company here: it runs with `weighback demo`.")
    if not company.allows(authorization):
        raise NotSignedIn("The key is not known.")
    return company


Company = Annotated[PaymentCompany, Depends(get_company)]
router = APIRouter(prefix="/simulator/payments/v1", include_in_schema=False)


class CutConnection(Response):
    """Promises a body and hangs up before it: the caller cannot know what became of its request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


@router.post("/airtime")
async def pay(request: Request, company: Company) -> Response:
    try:
        said = json.loads(await request.body())
    except ValueError:
        said = None
    answer = await run_in_threadpool(company.pay, said)
    await asyncio.sleep(company.switches.answer_seconds)
    return _response(answer)


@router.get("/airtime/{reference}")
def payment(reference: str, company: Company) -> Response:
    return _response(company.payment(reference))


@router.get("/balance")
def balance(company: Company) -> dict[str, int | None]:
    return {"balance_minor": company.switches.float_minor}


@router.post("/airtime/{reference}/reversal", status_code=204)
def reverse(reference: str, company: Company) -> None:
    company.reverse(reference)


@router.get("/credits")
def credits_by_reference(company: Company) -> dict[str, int]:
    return company.credits()


@router.get("/control")
def read_switches(company: Company) -> JSONResponse:
    return JSONResponse(vars(company.switches))


@router.post("/control")
def set_switches(company: Company, changes: Annotated[dict[str, Any], Body()]) -> JSONResponse:
    return JSONResponse(vars(company.set_switches(changes)))


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return CutConnection()
    if answer.garbled:
        return Response("<html>Bad gateway</html>", status_code=answer.status, media_type="text/html")
    return JSONResponse(answer.body, status_code=answer.status)
