"""Where gateways and payment providers call: verify, record, act, answer."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.webhooks import (
    africastalking,
    africastalking_airtime,
    africastalking_ussd,
    payments,
    twilio,
)

router = APIRouter(prefix="/webhooks", include_in_schema=False)
router.include_router(twilio.router)
router.include_router(africastalking.router)
router.include_router(africastalking_ussd.router)
router.include_router(africastalking_airtime.router)
router.include_router(payments.router)
