"""Where Africa's Talking asks what to show on a caller's screen, and says when a session is over.

An answer is plain text that begins with `CON` (a question) or `END` (the last word), and goes out only after
everything it caused is committed. Formats: Africa's Talking's "USSD" and "USSD notifications".
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from app.container import Container
from app.flows.dialling import dial
from app.flows.dropped import UssdEnd, record_end
from app.messaging.ussd import UssdAnswer, UssdRequest
from app.web.deps import Here
from app.web.webhooks.africastalking import GATEWAY, PREFIX, check_secret, sender
from app.web.webhooks.forms import LONGEST_SENDER, LONGEST_STATUS, fields, needed, optional

LONGEST_SESSION_ID = 120
LONGEST_SERVICE_CODE = 40
LONGEST_NETWORK_CODE = 20
LONGEST_COST = 40
LONGEST_DURATION_DIGITS = 9


router = APIRouter(prefix=PREFIX, dependencies=[Depends(check_secret)])


@router.post("/ussd")
async def ussd(request: Request, here: Here) -> Response:
    """A code was dialled, or keys were pressed. The same text again gets the same answer."""
    form = fields(await request.body())
    answer = await run_in_threadpool(_answer, here, form)
    return Response(("END " if answer.ends else "CON ") + answer.text, media_type="text/plain")


@router.post("/ussd-end")
async def ussd_end(request: Request, here: Here) -> Response:
    """A session is over, as it should be or not."""
    form = fields(await request.body())
    await run_in_threadpool(_end, here, form)
    return Response()


def _answer(here: Container, form: Mapping[str, str]) -> UssdAnswer:
    asked = UssdRequest(
        gateway=GATEWAY,
        session_id=needed(form, "sessionId", LONGEST_SESSION_ID),
        phone=sender(here.settings, needed(form, "phoneNumber", LONGEST_SENDER)),
        service_code=form.get("serviceCode", "")[:LONGEST_SERVICE_CODE],
        network_code=form.get("networkCode", "")[:LONGEST_NETWORK_CODE],
        text=form.get("text", ""),
        raw=form,
    )
    with here.database.unit_of_work() as session:
        return dial(session, here.talk, asked, here.clock.now())


def _end(here: Container, form: Mapping[str, str]) -> None:
    duration = form.get("durationInMillis", "")
    whole = duration.isascii() and duration.isdigit() and len(duration) <= LONGEST_DURATION_DIGITS
    end = UssdEnd(
        gateway=GATEWAY,
        session_id=needed(form, "sessionId", LONGEST_SESSION_ID),
        phone=sender(here.settings, needed(form, "phoneNumber", LONGEST_SENDER)),
        status=needed(form, "status", LONGEST_STATUS),
        cost=optional(form, "cost", LONGEST_COST),
        duration_milliseconds=int(duration) if whole else None,
        # What was typed is kept by turn, where a PIN in it is masked.
        raw={name: value for name, value in form.items() if name != "input"},
    )
    with here.database.unit_of_work() as session:
        record_end(session, here.talk, end, here.clock.now())
