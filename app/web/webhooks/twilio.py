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
from app.errors import InvalidInput, NotAllowed
from app.flows.turn import take_turn
from app.messaging.delivery import Report, record_report
from app.messaging.inbox import InboundText
from app.web.deps import Here

GATEWAY = "twilio"
LONGEST_ID = 80
LONGEST_SENDER = 32
LONGEST_OPT_OUT = 12
LONGEST_STATUS = 32
LONGEST_CODE = 40
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

router = APIRouter(prefix="/twilio")


@router.post("/sms")
async def sms(request: Request, here: Here) -> Response:
    """A text came in. The same delivery again gets the same answer and changes nothing."""
    form = parse_form(await request.body())
    reply = await run_in_threadpool(_answer, here, _public_address(request, here), form, _signature(request))
    return Response(twiml(reply), media_type="application/xml")


@router.post("/status")
async def status(request: Request, here: Here) -> Response:
    """Twilio says what became of a text of ours."""
    form = parse_form(await request.body())
    await run_in_threadpool(_record, here, _public_address(request, here), form, _signature(request))
    return Response(status_code=204)


def parse_form(body: bytes) -> dict[str, str]:
    """The fields as they were signed: nothing trimmed, empty ones kept, broken UTF-8 replaced."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def twiml(reply: str | None) -> str:
    """One message, or none."""
    message = f"<Message>{escape(_NOT_IN_XML.sub('', reply))}</Message>" if reply else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'


def _answer(here: Container, address: str, form: Mapping[str, str], signature: str | None) -> str | None:
    _check(here, address, form, signature)
    text = InboundText(
        gateway=GATEWAY,
        provider_message_id=_needed(form, "MessageSid", LONGEST_ID),
        phone=_needed(form, "From", LONGEST_SENDER),
        recipient=form.get("To", "")[:LONGEST_SENDER],
        body=form.get("Body", ""),
        opt_out_type=form.get("OptOutType", "")[:LONGEST_OPT_OUT] or None,
        raw=form,
    )
    with here.database.unit_of_work() as session:
        return take_turn(session, here.talk, text, here.clock.now())


def _record(here: Container, address: str, form: Mapping[str, str], signature: str | None) -> None:
    _check(here, address, form, signature)
    report = Report(
        _needed(form, "MessageSid", LONGEST_ID),
        _needed(form, "MessageStatus", LONGEST_STATUS),
        form.get("ErrorCode", "")[:LONGEST_CODE] or None,
        form,
    )
    with here.database.unit_of_work() as session:
        record_report(session, here.sms_gateways[GATEWAY], report, here.clock.now())


def _check(here: Container, address: str, form: Mapping[str, str], signature: str | None) -> None:
    if not here.sms_gateways[GATEWAY].authentic(address, form, signature):
        raise NotAllowed("The signature does not fit this address and form.")


def _needed(form: Mapping[str, str], field: str, longest: int) -> str:
    value = form.get(field, "")
    if not value or len(value) > longest or "\x00" in value:
        raise InvalidInput(field, f"{field} is missing or not as Twilio sends it.")
    return value


def _public_address(request: Request, here: Container) -> str:
    """What Twilio called and signed, whatever proxies made of it on the way."""
    query = request.url.query
    return here.settings.public_url + request.url.path + (f"?{query}" if query else "")


def _signature(request: Request) -> str | None:
    return request.headers.get("X-Twilio-Signature")
