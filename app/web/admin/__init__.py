"""The admins' JSON API: one router per noun under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from app.web.admin import (
    absences,
    accounts,
    api_keys,
    audit_events,
    campaigns,
    collector_weeks,
    collectors,
    consent_events,
    disputes,
    exceptions,
    floats,
    household_phones,
    households,
    hubs,
    landmarks,
    materials,
    merchants,
    messages,
    payout_alarms,
    payout_decisions,
    payout_proofs,
    payouts,
    photos,
    pickups,
    rates,
    reconciliations,
    redemption_holds,
    redemptions,
    report_fairness,
    report_paces,
    report_service_days,
    reports,
    reward_money,
    rewards,
    rounds,
    route_book,
    route_pictures,
    route_troubles,
    routes,
    service_days,
    settlements,
    transfers,
    vouchers,
    weighings,
    zones,
)
from app.web.admin.openapi import PROBLEMS

NOUNS = (
    households,
    household_phones,
    collectors,
    collector_weeks,
    absences,
    zones,
    landmarks,
    hubs,
    service_days,
    exceptions,
    pickups,
    route_book,
    route_pictures,
    routes,
    route_troubles,
    rounds,
    weighings,
    photos,
    materials,
    rates,
    accounts,
    transfers,
    rewards,
    redemption_holds,
    reward_money,
    redemptions,
    payout_alarms,
    settlements,
    merchants,
    vouchers,
    payouts,
    payout_decisions,
    payout_proofs,
    floats,
    reconciliations,
    messages,
    consent_events,
    campaigns,
    disputes,
    reports,
    report_fairness,
    report_paces,
    report_service_days,
    api_keys,
    audit_events,
)


def _keep_no_copy(response: Response) -> None:
    """Personal data is not left behind in caches."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(prefix="/api/v1", responses=PROBLEMS, dependencies=[Depends(_keep_no_copy)])
for noun in NOUNS:
    router.include_router(noun.router)
