"""The collectors' pages: plain HTML and forms that work without script, on a cheap phone, in the sun."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.routesheet import (
    assets,
    at_the_door,
    enrol,
    hub,
    me,
    photos,
    pin,
    rounds,
    route_map,
    sign_in,
    sign_in_link,
    stops,
    sync,
    team,
    today,
    troubles,
)

router = APIRouter(include_in_schema=False)
for part in (
    sign_in,
    sign_in_link,
    today,
    hub,
    me,
    stops,
    at_the_door,
    enrol,
    sync,
    photos,
    rounds,
    pin,
    route_map,
    team,
    assets,
    troubles,
):
    router.include_router(part.router)
router.include_router(today.data_router)
