"""`weighback demo`: a seeded neighbourhood, the web faces, the worker, and stand-ins for the outside world."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from sqlalchemy.orm import Session

from app import logs, migrate
from app.access import keys
from app.adapters.sms.africastalking_standin import AfricasTalkingStandIn
from app.adapters.sms.standin_tells import Tell
from app.adapters.sms.twilio_standin import TwilioStandIn
from app.bootstrap import build, payment_company
from app.container import Container
from app.demo import choices, server, welcome
from app.demo.choices import Keepsakes
from app.demo.seed import is_empty, seed
from app.errors import NotSignedIn
from app.kernel.clock import TravellingClock
from app.main import create_app
from app.settings import Settings
from app.web.simulator.parts import Simulator
from app.web.simulator.wire import Wire

LOG_FILE: Final = "demo.log"
STANDIN: Final = "standin"


@dataclass(frozen=True)
class Demo:
    """What the command line asked for, and the worker that only it may know."""

    port: int
    folder: Path
    employ: Callable[[Container], server.Worker]
    drain: Callable[[Container, datetime], int]
    console: Console

    def run(self, *, reset: bool) -> None:
        """Set up what is missing, then serve on loopback until SIGTERM or SIGINT.

        Raises `ConfigurationError` with a sentence for whatever stands in the way.
        """
        with ExitStack() as stack:
            reserved = stack.enter_context(closing(server.reserve(choices.LOOPBACK, self.port)))
            if reset:
                choices.forget(self.folder)
            keepsakes = Keepsakes.load(self.folder)
            settings = choices.settings_for(self.folder, self.port, keepsakes)
            # Events go to a file, so that the terminal keeps the addresses and PINs in sight.
            log = stack.enter_context((self.folder / LOG_FILE).open("a", encoding="utf-8", buffering=1))
            logs.configure(as_json=True, to=log)
            clock = TravellingClock()
            container = stack.enter_context(closing(build(settings, clock)))
            self._prepare(container, keepsakes)
            app = create_app(container)
            wire = Wire(choices.secrets_of(settings))
            app.state.simulator = Simulator(
                company=stack.enter_context(closing(_telephone_company(settings, self.port, wire.tell))),
                africastalking=stack.enter_context(closing(_africastalking(settings, self.port, wire.tell))),
                clock=clock,
                drain=partial(self.drain, container),
                wire=wire,
            )
            if STANDIN in settings.payment_providers:
                path = str(self.folder / choices.PAYMENTS_FILE)
                company = payment_company(settings, choices.local_url(self.port), path)
                app.state.payment_company = stack.enter_context(closing(company))
            ready = partial(welcome.show, self.console, settings, keepsakes, self.port, self.folder)
            server.serve(app, reserved, self.employ(container), when_ready=ready)
        self.console.print("Weighback has stopped.")

    def _prepare(self, container: Container, keepsakes: Keepsakes) -> None:
        """A migrated, seeded database and a key that opens its API."""
        with self.console.status("Setting up the database"):
            migrate.upgrade(container.database)
        now = container.clock.now()
        with container.database.unit_of_work() as session:
            empty = is_empty(session)
        if empty:
            with self.console.status("Moving into the neighbourhood") as status:
                seed(container, now, status.update)
        with container.database.unit_of_work() as session:
            if not _opens(session, keepsakes.admin_key, now):
                made = keys.create_key(session, name="demo", scopes=["admin"], by=keys.COMMAND_LINE, now=now)
                keepsakes.admin_key = made.key
                keepsakes.save(self.folder)


def _opens(session: Session, key: str, now: datetime) -> bool:
    try:
        keys.caller_of(session, key, now=now)
    except NotSignedIn:
        return False
    return True


def _telephone_company(settings: Settings, port: int, tell: Tell) -> TwilioStandIn:
    return TwilioStandIn(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        number=settings.twilio_from,
        public_url=settings.public_url,
        local_url=choices.local_url(port),
        tell=tell,
    )


def _africastalking(settings: Settings, port: int, tell: Tell) -> AfricasTalkingStandIn:
    secret = settings.africastalking_webhook_secret.get_secret_value()
    return AfricasTalkingStandIn(
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key.get_secret_value(),
        number=settings.africastalking_from,
        webhooks=f"{choices.local_url(port)}/webhooks/africastalking/{secret}",
        tell=tell,
    )
