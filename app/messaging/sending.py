"""Sending what is due. Between any two steps the process may die: nothing is sent twice, nothing is lost.

A gateway that is down is stood in for by the next one in the chain; see `health`. Only a text that was surely
not taken goes by another gateway.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from app.db import Database, lock_phone
from app.kernel.clock import Clock, SystemClock
from app.messaging import contacts, delivery, health, leases
from app.messaging.gateways import SmsGateways
from app.messaging.health import NONE_DOWN, Down
from app.messaging.leases import Lease
from app.messaging.pacing import Pace
from app.messaging.ports import FateUnknown, NotHere, NotNow, NotSent, OptedOut, Rejected, SmsGateway, Taken
from app.messaging.prices import NO_PRICES, Prices

BATCH: Final = 50
PARALLEL: Final = 4
"""Texts on their way to a gateway at once: an answer takes longer than the pause between two texts."""
PACE_HORIZON: Final = timedelta(seconds=3)
"""So long may a reply wait behind texts that are leased already: somebody is waiting for it."""
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
            down = self._probe_the_ripe(session)
            done += leases.reroute(
                session, self.gateways, down=down, now=self.clock.now(), wall=self.wall.now(), limit=BATCH
            )
        batches = [(gateway, self._lease(gateway, owner, down)) for gateway in self.gateways]
        with ExitStack() as stack:
            # Each gateway has threads of its own, so that a slow one does not hold up the others.
            running = []
            for gateway, batch in batches:
                if batch:
                    threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix=f"send-{gateway.name}")
                    pool = stack.enter_context(threads)
                    running += [pool.submit(self._send, gateway, leased) for leased in batch]
            return done + sum(one.result() for one in running)

    def _probe_the_ripe(self, session: Session) -> Down:
        """What is down, after letting one text try each gateway whose time is over."""
        if not self.gateways.have_stand_ins:
            return NONE_DOWN
        now, wall = self.clock.now(), self.wall.now()
        for name in health.ripe(session, wall):
            probe = leases.next_due(session, name, now=now, wall=wall)
            if probe is not None:
                health.begin_probe(session, name, probe, wall)
        return health.down(session)

    def _lease(self, gateway: SmsGateway, owner: str, down: Down) -> list[Lease]:
        def barred(row: Any) -> bool:
            """Left for `reroute`, whose next turn comes at once."""
            return (
                down.bars(gateway.name, row.id)
                and self.gateways.instead_of(gateway.name, row.phone, down) is not None
            )

        with self.database.unit_of_work() as session:
            return leases.lease(
                session,
                gateway,
                owner,
                now=self.clock.now(),
                wall=self.wall.now(),
                limit=BATCH,
                pace=Pace(self.per_second, PACE_HORIZON),
                barred=barred,
            )

    def _send(self, gateway: SmsGateway, leased: Lease) -> int:
        wait = (leased.send_at - self.wall.now()).total_seconds()
        if wait > 0:
            self.sleep(wait)
        begun_at = self.wall.now()
        with self.database.unit_of_work() as session:
            other = self._stand_in(session, leased)
            if other is not None:
                leases.hand_over(session, leased.row_id, other)
                return 1
            if not leases.begin(session, leased, now=self.clock.now(), wall=begun_at):
                return 1
        if self.wall.now() - begun_at > SEND_WITHIN:
            return 0
        try:
            taken = gateway.send(leased.text)
        except NotSent as error:
            self._try_again(leased, error)
        except Rejected as error:
            self._give_up(gateway, leased, error)
        except FateUnknown as error:
            log.warning("text_unclear", message=str(leased.row_id), gateway=gateway.name, code=error.code)
            with self.database.unit_of_work() as session:
                leases.mark_unclear(session, leased, error.code, self.clock.now())
                self._note_failure(session, leased)
        else:
            with self.database.unit_of_work() as session:
                delivery.mark_sent(session, gateway, leased, taken, self.clock.now(), prices=self.prices)
                self._note_answer(session, gateway.name)
        return 1

    def _stand_in(self, session: Session, leased: Lease) -> str | None:
        """Who should send this text instead, where its gateway has gone down since it was leased."""
        if not self.gateways.have_stand_ins:
            return None
        down = health.down(session)
        if not down.bars(leased.gateway, leased.row_id):
            return None
        return self.gateways.instead_of(leased.gateway, leased.text.phone, down)

    def _note_failure(self, session: Session, leased: Lease) -> None:
        if self.gateways.have_stand_ins:
            health.failed(session, leased.gateway, leased.row_id, self.wall.now())

    def _note_answer(self, session: Session, gateway: str) -> None:
        if self.gateways.have_stand_ins:
            health.answered(session, gateway)

    def _try_again(self, leased: Lease, error: NotSent) -> None:
        """Queue it for later, or give up after enough attempts; `leased` was made before the attempt."""
        now, attempts = self.clock.now(), leased.attempts + 1
        with self.database.unit_of_work() as session:
            if isinstance(error, NotHere | NotNow):
                self._note_answer(session, leased.gateway)
            else:
                self._note_failure(session, leased)
            if attempts >= self.attempts_max:
                log.error(
                    "text_given_up", message=str(leased.row_id), gateway=leased.gateway, code=error.code
                )
                leases.fail(session, leased, error.code, now)
                return
            log.warning("text_not_sent", message=str(leased.row_id), gateway=leased.gateway, code=error.code)
            other = self._next_after(session, leased, error)
            all_tried = attempts % len(self.gateways.chain(leased.text.phone)) == 0
            at_once = other is not None and not (isinstance(error, NotHere) and all_tried)
            not_before = now if at_once else now + backoff(attempts)
            leases.put_back(session, leased, not_before, error.code, now, gateway=other)

    def _next_after(self, session: Session, leased: Lease, error: NotSent) -> str | None:
        """The other gateway that a text should try next, where this one is down or does not reach its phone."""
        if not self.gateways.have_stand_ins or isinstance(error, NotNow):
            return None
        down = health.down(session)
        if leased.gateway not in down and not isinstance(error, NotHere):
            return None
        return self.gateways.instead_of(leased.gateway, leased.text.phone, down)

    def _give_up(self, gateway: SmsGateway, leased: Lease, error: Rejected) -> None:
        now = self.clock.now()
        log.warning("text_rejected", message=str(leased.row_id), gateway=gateway.name, code=error.code)
        with self.database.unit_of_work() as session:
            leases.fail(session, leased, error.code, now)
            self._note_answer(session, gateway.name)
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
                delivery.mark_sent(session, gateway, leased, Taken(unknown[0]), now, prices=self.prices)
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
