"""The worker's part: make the calls that are due, each between two transactions, none inside one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from app.db import Database
from app.kernel.clock import Clock
from app.payouts.answering import answered, looked_up
from app.payouts.calling import Call, Office, claim
from app.payouts.exchanging import heard
from app.payouts.ports import Observation, ObservedStatus, SubmitResult

AT_ONCE = 16
"""Calls under way at the same time."""

log = structlog.get_logger()


def drive(database: Database, office: Office, clock: Clock) -> int:
    """Do all that is due and return how many payouts were seen to. May be killed anywhere."""
    seen_to = 0
    while True:
        calls, count = _claim_some(database, office, clock)
        if not count:
            return seen_to
        seen_to += count
        if calls:
            asyncio.run(_make(database, office, clock, calls))


def _claim_some(database: Database, office: Office, clock: Clock) -> tuple[list[Call], int]:
    calls: list[Call] = []
    for count in range(AT_ONCE):
        with database.unit_of_work() as session:
            claimed = claim(session, office, clock.now())
        if claimed is None:
            return calls, count
        if claimed.call is not None:
            calls.append(claimed.call)
    return calls, AT_ONCE


async def _make(database: Database, office: Office, clock: Clock, calls: Iterable[Call]) -> None:
    """All of `calls` at once; each answer is recorded as it comes."""
    await asyncio.gather(*(_make_one(database, office, clock, call) for call in calls))


async def _make_one(database: Database, office: Office, clock: Clock, call: Call) -> None:
    provider = office.providers[call.provider]
    if call.submit:
        result = SubmitResult()
        with heard() as exchange:
            try:
                result = await provider.submit(call.request)
            except Exception:  # a mistake in an adapter must not look like a payment that was not made
                log.exception("payout.adapter_failed", attempt_id=str(call.attempt_id))
        with database.unit_of_work() as session:
            answered(session, office, call, result, clock.now(), exchange=exchange)
        return
    seen = Observation(ObservedStatus.UNCLEAR)
    with heard() as exchange:
        try:
            seen = await provider.query(call.request, call.provider_reference)
        except Exception:
            log.exception("payout.adapter_failed", attempt_id=str(call.attempt_id))
    with database.unit_of_work() as session:
        once_more = looked_up(session, office, call, seen, clock.now(), exchange=exchange)
    if once_more is not None:
        await _make_one(database, office, clock, once_more)
