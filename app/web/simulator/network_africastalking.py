"""The stand-in for Africa's Talking's API: where the demo's texts go instead of to a telephone network."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidInput, NotFound
from app.web.simulator.parts import Here

router = APIRouter(include_in_schema=False)


@router.post("/version1/messaging")
async def send(request: Request, simulator: Here, apikey: Annotated[str, Header()] = "") -> Response:
    """Take a text. Errors of the whole request are plain text, as Africa's Talking's are."""
    company = simulator.africastalking
    if company is None:
        raise NotFound("There is no stand-in for Africa's Talking here.")
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    if not company.allows(form.get("username", ""), apikey):
        return PlainTextResponse("The supplied authentication is invalid", status_code=401)
    try:
        return JSONResponse(await run_in_threadpool(company.accept, form), status_code=201)
    except InvalidInput as error:
        return PlainTextResponse(error.detail, status_code=400)
