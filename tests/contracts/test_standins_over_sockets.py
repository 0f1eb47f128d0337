"""The stand-ins answer over a real socket as they do in this process; the demo and other programs use them so."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from app.kernel.ids import new_id
from app.payouts.ports import Instruction, ObservedStatus, SubmitOutcome
from tests.factories.vendors import VENDORS
from tests.standins.sockets import listening
from tests.waiting import wait_until

MADE_UP = "+2348000000001"


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_a_payment_is_made_lost_and_asked_after(name: str) -> None:
    vendor = VENDORS[name]
    with listening(vendor.company()) as url, httpx.Client(base_url=url, trust_env=False) as http:
        provider = vendor.adapter_at(url)
        limits = provider.capabilities
        request = provider.plan(Instruction(vendor.phone or MADE_UP, 50_000, limits.currency), new_id())
        http.post("/control", json={"submit": "drop_after"}).raise_for_status()
        assert asyncio.run(provider.submit(request)).outcome is SubmitOutcome.INDETERMINATE
        wait_until(lambda: http.get("/credits").json() == {request.reference: 1}, "it credits the phone")
        if limits.queryable_by_reference and not limits.answers_by_callback:
            seen = asyncio.run(provider.query(request, None))
            assert seen.status is ObservedStatus.SUCCEEDED
