"""Which gateways are down, known to all workers: a circuit breaker whose state lies in the database.

A gateway that fails `FAILURES_IN_A_ROW` times running is down for a while, and its texts go by the next in their
chain. Then one text tries it: if that is taken, the gateway is up again; if not, it is down for longer. A failure
is that it took nothing for sure, or that it left a text's fate unknown; what it refused, it has answered.

All moments are real time, whatever the service's clock shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import conflict
from app.messaging.models import GatewayHealth

FAILURES_IN_A_ROW: Final = 3
FIRST_PAUSE: Final = timedelta(seconds=15)
LAST_PAUSE: Final = timedelta(minutes=5)
PROBE_WITHIN: Final = timedelta(seconds=60)
"""If the worker that tries dies, another one tries again after that."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Down:
    """The gateways that are down, each with the text that may try it nevertheless, if one may."""

    probes: Mapping[str, UUID | None]

    def __contains__(self, gateway: object) -> bool:
        return gateway in self.probes

    def bars(self, gateway: str, row_id: UUID) -> bool:
        """Whether this text should not try that gateway now."""
        return gateway in self.probes and self.probes[gateway] != row_id


NONE_DOWN: Final = Down({})


def down(session: Session) -> Down:
    """Also down is a gateway whose time is over, until a text has tried it: see `ripe` and `begin_probe`."""
    rows = session.execute(
        select(GatewayHealth.gateway, GatewayHealth.probe_id).where(GatewayHealth.down_until.is_not(None))
    )
    return Down({row.gateway: row.probe_id for row in rows})


def ripe(session: Session, wall: datetime) -> list[str]:
    """Gateways that are down and due to be tried, locked until the transaction ends."""
    found = select(GatewayHealth.gateway).where(GatewayHealth.down_until <= wall)
    return list(session.scalars(found.order_by(GatewayHealth.gateway).with_for_update(skip_locked=True)))


def begin_probe(session: Session, gateway: str, row_id: UUID, wall: datetime) -> None:
    session.execute(
        update(GatewayHealth)
        .where(GatewayHealth.gateway == gateway)
        .values(probe_id=row_id, down_until=wall + PROBE_WITHIN)
    )


def failed(session: Session, gateway: str, row_id: UUID, wall: datetime) -> None:
    """The gateway did not take the text for sure. What was on its way when it went down counts no further."""
    session.execute(
        conflict.insert(session, GatewayHealth)
        .values(gateway=gateway, failures=0)
        .on_conflict_do_nothing(index_elements=["gateway"])
    )
    mine = GatewayHealth.gateway == gateway
    row = session.scalars(select(GatewayHealth).where(mine).with_for_update()).one()
    if row.down_until is not None and row.probe_id != row_id:
        return
    row.failures += 1
    if row.failures >= FAILURES_IN_A_ROW:
        row.down_until = wall + pause(row.failures)
        row.probe_id = None
        log.error("gateway_down", gateway=gateway, failures=row.failures, until=row.down_until.isoformat())
    session.flush()


def answered(session: Session, gateway: str) -> None:
    """The gateway has taken or refused a text: it is up."""
    was_ill = session.execute(
        update(GatewayHealth)
        .where(GatewayHealth.gateway == gateway, GatewayHealth.failures > 0)
        .values(failures=0, down_until=None, probe_id=None)
        .returning(GatewayHealth.gateway)
    )
    if was_ill.first() is not None:
        log.info("gateway_up", gateway=gateway)


def pause(failures: int) -> timedelta:
    """How long a gateway is left alone after so many failures in a row: doubled each time, up to `LAST_PAUSE`."""
    return min(FIRST_PAUSE * (1 << min(failures - FAILURES_IN_A_ROW, 16)), LAST_PAUSE)
