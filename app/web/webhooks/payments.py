"""What payment providers tell us, each at its own secret address.

The secret keeps strangers from making us ask about payments. It makes nothing final: only a body that is signed
is an answer, any other callback just has us ask the provider at once.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.container import Container
from app.errors import InvalidInput, NotFound
from app.payouts import answering, finding
from app.payouts.approving import approve
from app.payouts.exchanging import Exchange
from app.payouts.ports import Approval, Approver, AuthLevel, Observation, PaymentProvider
from app.payouts.service import JOB
from app.rewards.announcing import office_of
from app.web.deps import Here

router = APIRouter(prefix="/payments")
log = structlog.get_logger()


@router.api_route("/{provider}/{secret}", methods=["POST", "PUT"])
async def callback(provider: str, secret: str, request: Request, container: Here) -> Response:
    """200 when what was said is committed; a repeat is as good as the first. 5xx means: come again."""
    speaker = _speaker(container, provider, secret)
    raw_body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    level = speaker.authenticate(headers, raw_body, request.client.host if request.client else None)
    try:
        observations = speaker.parse_callback(raw_body)
    except ValueError as error:
        log.warning("payment_callback.unreadable", provider=provider, auth_level=level.name)
        raise InvalidInput("body", "That is no callback of this provider.") from error
    exchange = [Exchange(request.method, "callback", "", answered=raw_body.decode(errors="replace"))]
    known = await run_in_threadpool(take, container, provider, observations, level, exchange)
    if not known and level < AuthLevel.SIGNED:
        raise NotFound("There is no such payment.")
    # Signed, and still not ours: our log has it; a 404 would only have the provider come again for days.
    return Response(status_code=200)


@router.post("/{provider}/{secret}/timeout")
async def timed_out(provider: str, secret: str, request: Request, container: Here) -> Response:
    """A provider's word that it gave a call of ours up: whatever it says, it only has us ask."""
    speaker = _speaker(container, provider, secret)
    try:
        observations = speaker.parse_callback(await request.body())
    except ValueError:
        log.warning("payment_timeout.unreadable", provider=provider)
        observations = []
    await run_in_threadpool(take, container, provider, observations, AuthLevel.IP_ONLY)
    return Response(status_code=200)


@router.post("/{provider}/{secret}/approval")
async def approval(provider: str, secret: str, request: Request, container: Here) -> Response:
    """200 for a payment that is exactly an open attempt of ours, 400 for any other: then it is not made."""
    speaker = _speaker(container, provider, secret)
    if not isinstance(speaker, Approver):
        raise NotFound("There is nothing at this address.")
    raw_body = await request.body()
    try:
        asked = speaker.parse_approval(raw_body)
    except ValueError:
        log.warning("payment_approval.unreadable", provider=provider)
        return Response(status_code=400)
    right = await run_in_threadpool(approved, container, provider, asked)
    return Response(status_code=200 if right else 400)


def approved(container: Container, provider: str, asked: list[Approval]) -> bool:
    """All of it or nothing: an exact match of each with an open attempt."""
    with container.database.unit_of_work() as session:
        return bool(asked) and approve(session, provider, asked)


def _speaker(container: Container, provider: str, secret: str) -> PaymentProvider:
    expected = container.settings.payment_webhook_secret.get_secret_value()
    found = container.payment_providers.get(provider)
    if not hmac.compare_digest(secret.encode(), expected.encode()) or not expected or found is None:
        raise NotFound("There is nothing at this address.")
    return found


def take(
    container: Container,
    provider: str,
    observations: list[Observation],
    level: AuthLevel,
    exchange: Sequence[Exchange] = (),
) -> bool:
    """Record all that was said, in one transaction; False where none of it is about a payment of ours."""
    office = office_of(container.settings, container.payment_providers, container.post)
    nameless = container.payment_providers[provider].capabilities.names_payee_in_callbacks
    known = False
    with container.database.unit_of_work() as session:
        for seen in observations:
            attempt_id = finding.find_attempt(session, provider, seen)
            if attempt_id is None and nameless and level >= AuthLevel.SECRET:
                attempt_id = finding.find_lost(session, provider, seen)
            if attempt_id is None:
                log.error("payment_callback.unknown_payment", provider=provider, auth_level=level.name)
                continue
            known = True
            now = container.clock.now()
            if answering.called_back(
                session, office, attempt_id, seen=seen, level=level, now=now, exchange=exchange
            ):
                container.jobs.enqueue(session, JOB)
    return known
