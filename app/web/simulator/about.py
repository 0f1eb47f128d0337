"""What the visitor should know of whoever they play, so that there is something to check against."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.container import Container
from app.flows import person
from app.households import service as households
from app.kernel.clock import local_date
from app.ledger import service as ledger
from app.merchants import service as merchants
from app.merchants import statements
from app.messaging import contacts
from app.pickups import service as pickups
from app.places import service as places
from app.web.looks.writing import money


def about(session: Session, container: Container, phone: str, now: datetime) -> list[tuple[str, str]]:
    """Names and values, of the phone and of the household it speaks for; none of a phone nobody knows."""
    found = households.for_phone(session, phone)
    facts: list[tuple[str, str]] = []
    if found:
        household = found[0]
        zone = places.zone(session, household.zone_id)
        pickup = pickups.upcoming(session, household.id, local_date(now, zone.timezone))
        facts = [
            ("Lives", f"{household.landmark}, {zone.name}"),
            ("Next pickup", f"{pickup.date:%A %d %B} ({pickup.status.value})" if pickup else "none"),
            ("Credit", money(ledger.balance(session, household.id), container.settings.currency)),
        ]
    if shop := merchants.for_phone(session, phone):
        owed = money(statements.owed(session, shop.code), container.settings.currency)
        facts += [("Shop", shop.name), ("Owed for vouchers", owed)]
    if language := _language(session, container, phone, now):
        facts.append(("Language", language))
    if contacts.opted_out(session, phone):
        facts.append(("Texts", "opted out: START brings them back"))
    return facts


def _language(session: Session, container: Container, phone: str, now: datetime) -> str | None:
    idle = timedelta(days=container.settings.phone_idle_guard_days)
    spoken = person.find(session, phone, now, idle=idle).language
    known = spoken in container.catalogue.languages
    return container.catalogue.name(spoken) if spoken and known else None
