"""Where Twilio delivers texts, and reports what became of ours.

A text is answered in TwiML, and only after everything it caused is committed. Formats: Twilio's "TwiML for
Programmable Messaging", "Webhooks security" and "Outbound message status callbacks".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.container import Container
from app.errors import NotAllowed
from app.flows.turn import take_turn
from app.messaging.delivery import Report, record_report
from app.messaging.inbox import InboundText
from app.web.deps import Here
from app.web.webhooks.forms import (
    LONGEST_CODE,
    LONGEST_ID,
    LONGEST_SENDER,
    LONGEST_STATUS,
    fields,
    needed,
    optional,
    words,
)

GATEWAY = "twilio"
LONGEST_OPT_OUT = 12
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

router = APIRouter(prefix="/twilio")


@router.post("/sms")
async def sms(request: Request, here: Here) -> Response:
    """A text came in. The same delivery again gets the same answer and changes nothing."""
    body = await request.body()
    reply = await run_in_threadpool(_answer, here, _public_address(request, here), body, _signature(request))
    return Response(twiml(reply), media_type="application/xml")


@router.post("/status")
async def status(request: Request, here: Here) -> Response:
    """Twilio says what became of a text of ours."""
    body = await request.body()
    await run_in_threadpool(_record, here, _public_address(request, here), body, _signature(request))
    return Response(status_code=204)


def as_signed(body: bytes) -> dict[str, str]:
    """The fields as the signature covers them: nothing trimmed, empty ones kept, broken UTF-8 replaced."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def twiml(reply: str | None) -> str:
    """One message, or none."""
    message = f"<Message>{escape(_NOT_IN_XML.sub('', reply))}</Message>" if reply else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'


def _answer(here: Container, address: str, body: bytes, signature: str | None) -> str | None:
    _check(here, address, as_signed(body), signature)
    form = fields(body)
    text = InboundText(
        gateway=GATEWAY,
        provider_message_id=needed(form, "MessageSid", LONGEST_ID),
        phone=needed(form, "From", LONGEST_SENDER),
        recipient=form.get("To", "")[:LONGEST_SENDER],
        body=words(form.get("Body", "")),
        opt_out_type=optional(form, "OptOutType", LONGEST_OPT_OUT),
        raw=form,
    )
    with here.database.unit_of_work() as session:
        return take_turn(session, here.talk, text, here.clock.now())


def _record(here: Container, address: str, body: bytes, signature: str | None) -> None:
    _check(here, address, as_signed(body), signature)
    form = fields(body)
    report = Report(
        needed(form, "MessageSid", LONGEST_ID),
        needed(form, "MessageStatus", LONGEST_STATUS),
        optional(form, "ErrorCode", LONGEST_CODE),
        form,
    )
    with here.database.unit_of_work() as session:
        record_report(session, here.sms_gateways[GATEWAY], report, here.clock.now())


def _check(here: Container, address: str, form: Mapping[str, str], signature: str | None) -> None:
    if not here.sms_gateways[GATEWAY].authentic(address, form, signature):
        raise NotAllowed("The signature does not fit this address and form.")


def _public_address(request: Request, here: Container) -> str:
    """What Twilio called and signed, whatever proxies made of it on the way."""
    query = request.url.query
    return here.settings.public_url + request.url.path + (f"?{query}" if query else "")


def _signature(request: Request) -> str | None:
    return request.headers.get("X-Twilio-Signature")
