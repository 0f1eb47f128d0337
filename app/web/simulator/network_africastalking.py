"""The stand-in for Africa's Talking's API: where the demo's texts go instead of to a telephone network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidInput
from app.web.simulator.companies import AFRICASTALKING
from app.web.simulator.parts import Here, Simulator
from app.web.simulator.troubles import Trouble

router = APIRouter(include_in_schema=False)


@router.post("/version1/messaging")
async def send(request: Request, simulator: Here, apikey: Annotated[str, Header()] = "") -> Response:
    """Take a text. Errors of the whole request are plain text, as Africa's Talking's are."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    if not simulator.africastalking.allows(form.get("username", ""), apikey):
        return PlainTextResponse("The supplied authentication is invalid", status_code=401)
    status, answer = await run_in_threadpool(_take, simulator, form)
    simulator.wire.tell(
        phone=form.get("to", ""),
        path=request.url.path,
        headers={"apiKey": apikey},
        form=form,
        status=status,
        answer=answer if isinstance(answer, str) else json.dumps(answer, indent=1),
    )
    if isinstance(answer, str):
        return PlainTextResponse(answer, status_code=status)
    return JSONResponse(answer, status_code=status)


def _take(simulator: Simulator, form: Mapping[str, str]) -> tuple[int, dict[str, Any] | str]:
    """The HTTP status and body of the answer to a text, whatever trouble is on."""
    phone = form.get("to", "")
    if simulator.switches.is_on(AFRICASTALKING, Trouble.DOWN):
        return 429, "Too many requests"
    if simulator.switches.is_on(phone, Trouble.BARRED):
        return 201, _blacklisted(phone)
    try:
        fails = simulator.switches.is_on(phone, Trouble.FAILS)
        return 201, simulator.africastalking.accept(form, fails=fails)
    except InvalidInput as error:
        return 400, error.detail


def _blacklisted(phone: str) -> dict[str, Any]:
    """The answer for a phone that has opted out: nothing was sent, and nothing is charged."""
    recipient = {
        "cost": "0",
        "messageId": "None",
        "number": phone,
        "status": "UserInBlacklist",
        "statusCode": 406,
    }
    return {"SMSMessageData": {"Message": "Sent to 0/1 Total Cost: 0", "Recipients": [recipient]}}
