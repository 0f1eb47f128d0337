"""Sending what is due. Between any two steps the process may die: nothing is sent twice, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4

import structlog

from app.db import Database, lock_phone
from app.kernel.clock import Clock, SystemClock
from app.messaging import contacts, delivery, leases
from app.messaging.gateways import SmsGateways
from app.messaging.leases import Lease
from app.messaging.pacing import Pace
from app.messaging.ports import FateUnknown, NotSent, OptedOut, Rejected, SmsGateway
from app.messaging.prices import NO_PRICES, Prices

BATCH: Final = 50
PARALLEL: Final = 4
"""Texts on their way to a gateway at once: an answer takes longer than the pause between two texts."""
PACE_HORIZON: Final = timedelta(seconds=15)
SEND_WITHIN: Final = timedelta(seconds=20)
"""A process that was frozen for longer between marking a text and sending it must leave it to be looked up."""
FIRST_RETRY: Final = timedelta(seconds=15)
LAST_RETRY: Final = timedelta(minutes=30)

log = structlog.get_logger()


@dataclass(frozen=True)
class Sending:
    """The parts that sending needs. `clock` says what is due; `wall` is real time, for leases and pacing."""

    database: Database
    gateways: SmsGateways
    clock: Clock
    per_second: float
    attempts_max: int
    prices: Prices = NO_PRICES
    wall: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], None] = time.sleep

    def deliver_due(self) -> int:
        """Settle what others left unclear, then send a batch per gateway of what is due.

        Returns how many texts were moved on; call again until it is 0.
        """
        owner = uuid4().hex
        done = self._look_up_unsettled(owner)
        with self.database.unit_of_work() as session:
            leases.reroute(session, self.gateways, self.clock.now())
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="send") as pool:
            for gateway in self.gateways:
                done += sum(pool.map(partial(self._send, gateway), self._lease(gateway, owner)))
        return done

    def _lease(self, gateway: SmsGateway, owner: str) -> list[Lease]:
        with self.database.unit_of_work() as session:
            return leases.lease(
                session,
                gateway,
                owner,
                now=self.clock.now(),
                wall=self.wall.now(),
                limit=BATCH,
                pace=Pace(self.per_second, PACE_HORIZON),
            )

    def _send(self, gateway: SmsGateway, leased: Lease) -> int:
        wait = (leased.send_at - self.wall.now()).total_seconds()
        if wait > 0:
            self.sleep(wait)
        begun_at = self.wall.now()
        with self.database.unit_of_work() as session:
            if not leases.begin(session, leased, now=self.clock.now(), wall=begun_at):
                return 1
        if self.wall.now() - begun_at > SEND_WITHIN:
            return 0
        try:
            provider_message_id = gateway.send(leased.text)
        except NotSent as error:
            self._try_again(leased, error.code)
        except Rejected as error:
            self._give_up(gateway, leased, error)
        except FateUnknown as error:
            log.warning("text_unclear", message=str(leased.row_id), gateway=gateway.name, code=error.code)
            with self.database.unit_of_work() as session:
                leases.mark_unclear(session, leased, error.code, self.clock.now())
        else:
            with self.database.unit_of_work() as session:
                delivery.mark_sent(
                    session, gateway, leased, provider_message_id, self.clock.now(), prices=self.prices
                )
        return 1

    def _try_again(self, leased: Lease, code: str) -> None:
        """Queue it for later, or give up after enough attempts; `leased` was made before the attempt."""
        now, attempts = self.clock.now(), leased.attempts + 1
        with self.database.unit_of_work() as session:
            if attempts >= self.attempts_max:
                log.error("text_given_up", message=str(leased.row_id), gateway=leased.gateway, code=code)
                leases.fail(session, leased, code, now)
            else:
                log.warning("text_not_sent", message=str(leased.row_id), gateway=leased.gateway, code=code)
                leases.put_back(session, leased, now + backoff(attempts), code, now)

    def _give_up(self, gateway: SmsGateway, leased: Lease, error: Rejected) -> None:
        now = self.clock.now()
        log.warning("text_rejected", message=str(leased.row_id), gateway=gateway.name, code=error.code)
        with self.database.unit_of_work() as session:
            leases.fail(session, leased, error.code, now)
            if isinstance(error, OptedOut):
                contacts.opt_out(session, leased.text.phone, f"gateway:{gateway.name}", now)

    def _look_up_unsettled(self, owner: str) -> int:
        with self.database.unit_of_work() as session:
            unsettled = leases.take_unsettled(session, owner, wall=self.wall.now(), limit=BATCH)
        return sum(self._look_up(leased) for leased in unsettled)

    def _look_up(self, leased: Lease) -> int:
        """Find out at the gateway whether a text was taken, and go on from there."""
        gateway = self.gateways.by_name.get(leased.gateway)
        if gateway is None or not gateway.can_look_up:
            with self.database.unit_of_work() as session:
                leases.leave_unclear(session, leased, self.clock.now())
            return 1
        try:
            candidates = gateway.find(leased.text, since=leased.attempted_at or _long_ago(self.wall.now()))
        except NotSent as error:
            log.warning("text_not_looked_up", message=str(leased.row_id), code=error.code)
            return 0  # asked again once our lease has ended
        now = self.clock.now()
        with self.database.unit_of_work() as session:
            lock_phone(session, leased.text.phone)
            if leases.twin_in_flight(session, leased, self.wall.now()):
                return 0
            known = leases.known_ids(session, gateway.name, candidates)
            unknown = [candidate for candidate in candidates if candidate not in known]
            if unknown:
                delivery.mark_sent(session, gateway, leased, unknown[0], now, prices=self.prices)
            elif leased.attempts >= self.attempts_max:
                leases.fail(session, leased, leases.FATE_UNKNOWN, now)
            else:
                leases.put_back(session, leased, now, leases.FATE_UNKNOWN, now)
        return 1


def backoff(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failure: doubled each time, up to `LAST_RETRY`."""
    return min(FIRST_RETRY * (1 << min(attempts - 1, 16)), LAST_RETRY)


def _long_ago(now: datetime) -> datetime:
    return now - timedelta(days=1)
