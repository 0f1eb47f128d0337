"""The phone in the browser, and the telephone company behind it. In the demo and in tests, never in production."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.simulator import (
    keypad,
    moods,
    network,
    network_africastalking,
    payments,
    phone,
    switching,
    travel,
)

router = APIRouter(include_in_schema=False)
router.include_router(phone.router)
router.include_router(keypad.router)
router.include_router(travel.router)
router.include_router(switching.router)
router.include_router(moods.router)
router.include_router(network.router)
router.include_router(network_africastalking.router)
router.include_router(payments.router)
