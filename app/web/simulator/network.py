"""The stand-in for Twilio's API: where the demo's texts go instead of to a telephone network.

Only what the service uses of "Messages resource" is here: send, look up, list.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidInput, NotFound
from app.web.simulator.companies import TWILIO
from app.web.simulator.parts import Here, Simulator
from app.web.simulator.troubles import Trouble

router = APIRouter(prefix="/2010-04-01/Accounts/{account}", include_in_schema=False)

Authorization = Annotated[str, Header()]
_BUSY = (429, 20429, "Too Many Requests")
"""What a gateway that is down says: it has surely taken nothing."""


@router.post("/Messages.json")
async def send(
    account: str, request: Request, simulator: Here, authorization: Authorization = ""
) -> JSONResponse:
    if not _allowed(simulator, account, authorization):
        return _refused()
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    status, answer = await run_in_threadpool(_take, simulator, form)
    simulator.wire.tell(
        phone=form.get("To", ""),
        path=request.url.path,
        headers={"Authorization": authorization},
        form=form,
        status=status,
        answer=json.dumps(answer, indent=1),
    )
    return JSONResponse(answer, status_code=status)


@router.get("/Messages.json")
def look_for(
    account: str, request: Request, simulator: Here, authorization: Authorization = ""
) -> JSONResponse:
    if not _allowed(simulator, account, authorization):
        return _refused()
    if simulator.switches.is_on(TWILIO, Trouble.DOWN):
        return JSONResponse(_problem(*_BUSY), status_code=_BUSY[0])
    found = simulator.company.messages(request.query_params.get("To"))
    return JSONResponse({"messages": found, "next_page_uri": None, "page": 0, "page_size": len(found)})


@router.get("/Messages/{sid}.json")
def look_up(account: str, sid: str, simulator: Here, authorization: Authorization = "") -> JSONResponse:
    if not _allowed(simulator, account, authorization):
        return _refused()
    try:
        return JSONResponse(simulator.company.message(sid))
    except NotFound as error:
        return JSONResponse(_problem(404, 20404, error.detail), status_code=404)


def _allowed(simulator: Simulator, account: str, authorization: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and user == account and simulator.company.allows(user, password)


def _take(simulator: Simulator, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """The HTTP status and body of the answer to a text, whatever trouble is on."""
    phone = form.get("To", "")
    if simulator.switches.is_on(TWILIO, Trouble.DOWN):
        return _BUSY[0], _problem(*_BUSY)
    if simulator.switches.is_on(phone, Trouble.BARRED):
        return 400, _problem(400, 21610, "Attempt to send to unsubscribed recipient")
    try:
        return 201, simulator.company.accept(form, fails=simulator.switches.is_on(phone, Trouble.FAILS))
    except InvalidInput as error:
        return 400, _problem(400, 21604 if error.field == "To" else 21602, error.detail)


def _refused() -> JSONResponse:
    return JSONResponse(_problem(401, 20003, "Authenticate"), status_code=401)


def _problem(status: int, code: int, message: str) -> dict[str, Any]:
    """An error as Twilio words them; its library reads `code`."""
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
