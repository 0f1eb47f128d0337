"""Where Africa's Talking says what became of airtime, and asks before it pays any."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidInput, NotFound
from app.payouts.ports import Approval, Approver, AuthLevel
from app.web.deps import Here
from app.web.webhooks.africastalking import PREFIX, check_secret
from app.web.webhooks.payments import approved, take

PROVIDER = "africastalking"
router = APIRouter(prefix=PREFIX, dependencies=[Depends(check_secret)])
log = structlog.get_logger()


@router.post("/airtime-status")
async def airtime_status(request: Request, here: Here) -> Response:
    """It makes nothing final: it only has us ask about a payment of ours."""
    speaker = here.payment_providers.get(PROVIDER)
    if speaker is None:
        raise NotFound("There is nothing at this address.")
    raw_body = await request.body()
    try:
        observations = speaker.parse_callback(raw_body)
    except ValueError as error:
        log.warning("payment_callback.unreadable", provider=PROVIDER)
        raise InvalidInput("body", "That is no status of airtime.") from error
    known = await run_in_threadpool(take, here, PROVIDER, observations, AuthLevel.SECRET)
    if not known:
        raise NotFound("There is no such payment.")
    return Response()


@router.post("/airtime-validation")
async def airtime_validation(request: Request, here: Here) -> Response:
    """`Validated` for exactly the phone, amount and currency of an open payout, `Failed` for all else."""
    asked = _asked(here.payment_providers.get(PROVIDER), await request.body())
    right = await run_in_threadpool(approved, here, PROVIDER, asked)
    return JSONResponse({"status": "Validated" if right else "Failed"})


def _asked(speaker: object, raw_body: bytes) -> list[Approval]:
    """Nothing where it cannot be read: then nothing is validated."""
    if not isinstance(speaker, Approver):
        return []
    try:
        return speaker.parse_approval(raw_body)
    except ValueError:
        log.warning("payment_approval.unreadable", provider=PROVIDER)
        return []
