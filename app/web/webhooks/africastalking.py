"""Where Africa's Talking delivers texts, says what became of ours, and who wants no more of them.

It signs nothing. What tells its calls from a stranger's is the secret in their address and, where the operator
lists them, the addresses they come from. It takes no reply from our answer: a reply is queued, and a worker sends
it. Formats: Africa's Talking's "SMS Notifications".
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

import structlog
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.container import Container
from app.errors import InvalidInput
from app.flows.turn import take_turn
from app.kernel.phone import NotAPhone, parse_phone
from app.messaging import contacts
from app.messaging.delivery import Report, record_report
from app.messaging.inbox import InboundText
from app.settings import Settings
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

GATEWAY = "africastalking"
PREFIX = "/africastalking/{secret}"
OPTED_OUT = "africastalking:opt-out"
UNSUBSCRIBED = "africastalking:unsubscribed"
SHORTEST_PHONE = 10
"""Digits of a phone with its country's code; what has fewer is a short code."""

log = structlog.get_logger()


async def check_secret(secret: str, request: Request, here: Here) -> None:
    """Let in whoever knows the secret and calls from an allowed address; for others there is nothing here."""
    expected = here.settings.africastalking_webhook_secret.get_secret_value()
    knows = hmac.compare_digest(secret.encode(), expected.encode())
    if not expected or not knows:
        raise HTTPException(404)
    caller = request.client.host if request.client else ""
    if not _allowed(here.settings, caller):
        log.warning("africastalking_call_from_elsewhere", address=caller)
        raise HTTPException(404)


router = APIRouter(prefix=PREFIX, dependencies=[Depends(check_secret)])


@router.post("/sms")
async def sms(request: Request, here: Here) -> Response:
    """A text came in. The same delivery again changes nothing and sends nothing."""
    await run_in_threadpool(_take, here, fields(await request.body()))
    return Response()


@router.post("/delivery")
async def delivery(request: Request, here: Here) -> Response:
    """What became of a text of ours."""
    await run_in_threadpool(_record, here, fields(await request.body()))
    return Response()


@router.post("/opt-out")
async def opt_out(request: Request, here: Here) -> Response:
    """A phone opted out of a sender, or ended a short code's subscription: it gets nothing more, by any gateway."""
    await run_in_threadpool(_opt_out, here, fields(await request.body()))
    return Response()


def _take(here: Container, form: Mapping[str, str]) -> None:
    text = InboundText(
        gateway=here.sms_gateways[GATEWAY].name,
        provider_message_id=needed(form, "id", LONGEST_ID),
        phone=sender(here.settings, needed(form, "from", LONGEST_SENDER)),
        recipient=form.get("to", "")[:LONGEST_SENDER],
        body=words(form.get("text", "")),
        raw=form,
        replies_inline=False,
    )
    with here.database.unit_of_work() as session:
        take_turn(session, here.talk, text, here.clock.now())


def _record(here: Container, form: Mapping[str, str]) -> None:
    report = Report(
        needed(form, "id", LONGEST_ID),
        needed(form, "status", LONGEST_STATUS),
        optional(form, "failureReason", LONGEST_CODE),
        form,
    )
    with here.database.unit_of_work() as session:
        record_report(session, here.sms_gateways[GATEWAY], report, here.clock.now())


def _opt_out(here: Container, form: Mapping[str, str]) -> None:
    given = needed(form, "phoneNumber", LONGEST_SENDER)
    update = form.get("updateType")
    if update is not None and update.lower() != "deletion":
        # A subscription that begins is no consent to our texts: JOIN and START are.
        (log.info if update.lower() == "addition" else log.error)("subscription_notice", update=update[:20])
        return
    try:
        phone = parse_phone(sender(here.settings, given), here.settings.region)
    except NotAPhone as error:
        raise InvalidInput("phoneNumber", "phoneNumber is no phone.") from error
    source = OPTED_OUT if update is None else UNSUBSCRIBED
    with here.database.unit_of_work() as session:
        if contacts.opt_out(session, phone, source, here.clock.now()):
            log.info("phone_opted_out", gateway=GATEWAY, source=source)


def sender(settings: Settings, given: str) -> str:
    """A phone in E.164, also where its + was lost on the way (a form reads it as a space); others as given."""
    bare = given.strip().removeprefix("+")
    if not (bare.isascii() and bare.isdigit()) or len(bare) < SHORTEST_PHONE:
        return given
    try:
        return parse_phone(f"+{bare}", settings.region)
    except NotAPhone:
        return given


def _allowed(settings: Settings, caller: str) -> bool:
    """Whether the address, as our server or the proxy that it trusts names it, is on the list, if there is one."""
    networks = settings.africastalking_allowed_addresses
    if not networks:
        return True
    try:
        address = ip_address(caller)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
