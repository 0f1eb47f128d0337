"""The stand-in for Twilio's API: where the demo's texts go instead of to a telephone network.

Only what the service uses of "Messages resource" is here: send, look up, list.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidInput, NotFound
from app.web.simulator.parts import Here, Simulator

router = APIRouter(prefix="/2010-04-01/Accounts/{account}", include_in_schema=False)

Authorization = Annotated[str, Header()]


@router.post("/Messages.json")
async def send(
    account: str, request: Request, simulator: Here, authorization: Authorization = ""
) -> JSONResponse:
    if not _allowed(simulator, account, authorization):
        return _refused()
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        message = await run_in_threadpool(simulator.company.accept, form)
    except InvalidInput as error:
        return _problem(400, 21604 if error.field == "To" else 21602, error.detail)
    return JSONResponse(message, status_code=201)


@router.get("/Messages.json")
def look_for(
    account: str, request: Request, simulator: Here, authorization: Authorization = ""
) -> JSONResponse:
    if not _allowed(simulator, account, authorization):
        return _refused()
    found = simulator.company.messages(request.query_params.get("To"))
    return JSONResponse({"messages": found, "next_page_uri": None, "page": 0, "page_size": len(found)})


@router.get("/Messages/{sid}.json")
def look_up(account: str, sid: str, simulator: Here, authorization: Authorization = "") -> JSONResponse:
    if not _allowed(simulator, account, authorization):
        return _refused()
    try:
        return JSONResponse(simulator.company.message(sid))
    except NotFound as error:
        return _problem(404, 20404, error.detail)


def _allowed(simulator: Simulator, account: str, authorization: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and user == account and simulator.company.allows(user, password)


def _refused() -> JSONResponse:
    return _problem(401, 20003, "Authenticate")


def _problem(status: int, code: int, message: str) -> JSONResponse:
    """An error as Twilio words them; its library reads `code`."""
    body: dict[str, Any] = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(body, status_code=status)
