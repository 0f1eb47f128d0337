"""Who is talking: where their conversation stands, and the homes and the shop their phone speaks for. One query.

Statements on tables, not on mapped classes: this is read for every text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, literal, or_, select
from sqlalchemy.orm import Session

from app.conversation.engine import Position
from app.db import conflict
from app.flows.snapshot import Home, Shop
from app.households.guarding import Silence
from app.households.models import Household, HouseholdPhone, HouseholdPin, HouseholdStatus
from app.households.service import COMES_BACK_DAYS
from app.merchants.models import Merchant, MerchantPhone
from app.messaging.models import Contact, Conversation
from app.places.models import Zone
from app.weighing.guard import met_before

_conversations = cast("Table", Conversation.__table__)
_phones = cast("Table", HouseholdPhone.__table__)
_households = cast("Table", Household.__table__)
_zones = cast("Table", Zone.__table__)
_contacts = cast("Table", Contact.__table__)
_pins = cast("Table", HouseholdPin.__table__)
_shop_phones = cast("Table", MerchantPhone.__table__)
_shops = cast("Table", Merchant.__table__)
_shop_zones = _zones.alias("shop_zones")


@dataclass(frozen=True)
class Person:
    """One phone, as a turn finds it."""

    position: Position
    moved_at: datetime | None
    """When the conversation last moved; None where none is stored."""
    language: str | None
    """The phone's own, or the one it chose while joining."""
    homes: tuple[Home, ...]
    shop: Shop | None = None
    stale: bool = False
    """The stored question is no longer open; `position` says so, the database not yet."""


_one_row = select(literal(1).label("one")).subquery()
_PERSON = (
    select(
        _conversations.c.state,
        _conversations.c.data,
        _conversations.c.language,
        _conversations.c.updated_at,
        _contacts.c.woke_at,
        _phones.c.language.label("phone_language"),
        _phones.c.created_at.label("phone_since"),
        _phones.c.confirmed_at,
        _phones.c.spends_from,
        _phones.c.ends_at,
        _pins.c.household_id.label("pin_of"),
        _households.c.id,
        _households.c.name,
        _households.c.landmark,
        _households.c.status,
        _zones.c.id.label("zone_id"),
        _zones.c.name.label("zone_name"),
        _zones.c.timezone,
        _shops.c.id.label("shop_id"),
        _shops.c.code.label("shop_code"),
        _shops.c.name.label("shop_name"),
        _shops.c.language.label("shop_language"),
        _shops.c.payee_phone,
        _shop_zones.c.timezone.label("shop_timezone"),
    )
    .select_from(_one_row)
    .outerjoin(_conversations, _conversations.c.phone == bindparam("phone"))
    .outerjoin(_contacts, _contacts.c.phone == bindparam("phone"))
    .outerjoin(
        _phones,
        and_(
            _phones.c.phone == bindparam("phone"),
            or_(_phones.c.ends_at.is_(None), _phones.c.ends_at > bindparam("now")),
        ),
    )
    .outerjoin(
        _households,
        and_(
            _households.c.id == _phones.c.household_id,
            # A number that lay idle that long may be a stranger's by now.
            or_(
                _households.c.status != HouseholdStatus.LEFT, _households.c.left_at > bindparam("left_since")
            ),
        ),
    )
    .outerjoin(_zones, _zones.c.id == _households.c.zone_id)
    .outerjoin(_pins, _pins.c.household_id == _households.c.id)
    .outerjoin(_shop_phones, _shop_phones.c.phone == bindparam("phone"))
    .outerjoin(_shops, _shops.c.id == _shop_phones.c.merchant_id)
    .outerjoin(_shop_zones, _shop_zones.c.id == _shops.c.zone_id)
    .order_by(_phones.c.created_at, _phones.c.id)
)


def find(session: Session, phone: str, now: datetime, *, idle: timedelta) -> Person:
    """Whoever holds `phone`, known or not. Its contact must have been brought up to date before."""
    since = now - timedelta(days=COMES_BACK_DAYS)
    values = {"phone": phone, "left_since": since, "now": now}
    rows = session.connection().execute(_PERSON, values).all()
    first = rows[0]
    homes = tuple(_home(session, row, now, idle) for row in rows if row.id is not None)
    spoken = next((row.phone_language for row in rows if row.id is not None), None)
    return Person(
        position=Position(first.state, first.data) if first.state else Position(),
        moved_at=first.updated_at,
        language=spoken or first.language or first.shop_language,
        homes=homes,
        shop=Shop(first.shop_id, first.shop_code, first.shop_name, first.payee_phone, first.shop_timezone)
        if first.shop_id
        else None,
    )


def _home(session: Session, row: Any, now: datetime, idle: timedelta) -> Home:
    # Whether they were met at the door is asked of the few that were silent for long, nobody else.
    woke_at = Silence(row.confirmed_at or row.phone_since, None, row.woke_at).ended_at(idle)
    free_from = row.ends_at or row.spends_from
    return Home(
        row.id,
        row.name,
        row.zone_id,
        row.zone_name,
        row.timezone,
        row.status == HouseholdStatus.LEFT,
        landmark=row.landmark,
        guarded=woke_at is not None and not met_before(session, row.id, woke_at, idle),
        cooling_until=free_from if free_from is not None and free_from > now else None,
        leaves=row.ends_at is not None,
        has_pin=row.pin_of is not None,
    )


_STORE = conflict.prepare(
    Conversation,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["phone"],
        set_={name: insert.excluded[name] for name in ("state", "data", "language", "updated_at")},
    ),
)


def remember(
    session: Session, phone: str, position: Position, *, language: str | None, now: datetime
) -> None:
    """Keep where the conversation stands."""
    conflict.run(
        session,
        _STORE,
        {
            "phone": phone,
            "state": position.state,
            "data": dict(position.data),
            "language": language,
            "updated_at": now,
        },
    )


def chosen_home(homes: tuple[Home, ...], reference: str | None) -> Home | None:
    """The home that a stored conversation means; None where the phone no longer speaks for it."""
    return next((home for home in homes if home.reference == reference), None)
