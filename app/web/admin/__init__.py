"""The admins' JSON API: one router per noun under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from app.web.admin import (
    api_keys,
    audit_events,
    hubs,
    materials,
    rates,
    rewards,
    service_days,
    zones,
)
from app.web.admin.openapi import PROBLEMS

NOUNS = (
    hubs,
    zones,
    service_days,
    materials,
    rates,
    rewards,
    audit_events,
    api_keys,
)


def _keep_no_copy(response: Response) -> None:
    """Personal data is not left behind in caches."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(prefix="/api/v1", responses=PROBLEMS, dependencies=[Depends(_keep_no_copy)])
for noun in NOUNS:
    router.include_router(noun.router)
