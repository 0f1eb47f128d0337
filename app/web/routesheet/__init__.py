"""The collectors' pages: plain HTML and forms that work without script, on a cheap phone, in the sun."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.routesheet import at_the_door, rounds, sign_in, stops, style, sync, today

router = APIRouter(include_in_schema=False)
for part in (
    sign_in,
    today,
    stops,
    at_the_door,
    sync,
    rounds,
    style,
):
    router.include_router(part.router)
