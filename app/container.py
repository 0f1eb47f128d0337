"""What the faces and the workers are handed: every part the service is made of, behind its port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.conversation.catalogue import Catalogue
from app.db import Database
from app.flows.talk import Talk
from app.jobs import Jobs
from app.kernel.clock import Clock
from app.messaging.gateways import SmsGateways
from app.messaging.outbox import Postman
from app.payouts.ports import PaymentProvider
from app.routing.layout import Engine
from app.routing.plan import Planner
from app.routing.ports import Effort, RouteOptimiser, TravelTimes, Watch
from app.routing.rules import RouteRules
from app.settings import Settings


@dataclass(frozen=True)
class Container:
    settings: Settings
    clock: Clock
    database: Database
    catalogue: Catalogue
    jobs: Jobs
    sms_gateways: SmsGateways
    post: Postman
    talk: Talk
    route_optimiser: RouteOptimiser
    travel_times: TravelTimes
    payment_providers: Mapping[str, PaymentProvider]
    """By name; the settings say which one is preferred."""

    def planner(self, effort: Effort | None = None, watch: Watch | None = None) -> Planner:
        """Plans days with this container's parts; `effort` and `watch` as in `RouteOptimiser.optimise`."""
        engine = Engine(self.route_optimiser, self.travel_times, effort, watch)
        return Planner(self.database, engine, self.post, RouteRules.of(self.settings))

    def close(self) -> None:
        """Let go of connections; the container is of no use afterwards."""
        self.database.close()
