"""A collector's day as data: what the sheet keeps on the phone to work without network."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.bags import runs
from app.collectors.sessions import SignedIn
from app.container import Container
from app.conversation.catalogue import Catalogue
from app.fieldwork.photos import PHOTO_MAX_BYTES
from app.fieldwork.texts import key_of, number_for
from app.kernel.clock import local_date
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.pickups import handover
from app.routing.sheet import RouteSheet, SheetStop
from app.web.routesheet.forms import REASONS
from app.web.routesheet.looks import mark, material_name
from app.weighing import visits
from app.weighing.rates import rates_on

_TEXTS = {
    **{
        name: f"sheet.{name}"
        for name in [
            "today",
            "count",
            "next",
            "all-done",
            "no-stops",
            "ready",
            "call",
            "map",
            "map.sub",
            "weigh",
            "rate",
            "missed",
            "missed.why",
            "missed.note",
            "total",
            "mistake.weight",
            "mistake.heavy",
            "mistake.empty",
            "sign-in",
            "of",
            "waiting",
            "queue",
            "unsent",
            "all-sent",
            "send-now",
            "sms",
            "export",
            "office",
            "answer.accepted",
            "answer.conflict",
            "answer.refused",
            "place",
            "no-place",
            "more",
            "handover",
            "handover.why",
            "handover.right",
            "handover.wrong",
            "correct",
            "erase",
            "odd",
            "odd.yes",
            "odd.no",
            "photo",
            "saved",
            "undo",
            "full",
            "no-storage",
            "no-https",
            "unsent-first",
            "trouble.network",
            "trouble.server",
            "trouble.signed-out",
            "trouble.somebody-else",
        ]
    },
    "answer.duplicate": "sheet.answer.accepted",
    "save": "sheet.save-weights",
}
"""What the script says, by the catalogue's keys."""
_OF_BAGS = {name: f"sheet.{name}" for name in ("bag", "bag.scan", "bag.slip", "bag.whose")}
"""And where there are printed bags."""


def day_data(
    session: Session, container: Container, who: SignedIn, sheet: RouteSheet, now: datetime
) -> dict[str, Any]:
    """All that the sheet needs, `stamp` of its content and `made` of its time included."""
    settings = container.settings
    catalogue = container.catalogue.on_screens
    formats = catalogue.spoken(who.language).formats
    digits = get_currency_precision(settings.currency)
    texts = {**_TEXTS, **(_OF_BAGS if runs.in_use(session) else {})}
    data: dict[str, Any] = {
        "me": {"id": str(who.collector_id), "name": who.name},
        "date": sheet.date.isoformat(),
        "title": catalogue.write(sheet.date, who.language),
        "max": settings.weighing_max_grams,
        "photo": PHOTO_MAX_BYTES,
        "sms": number_for(container.sms_gateways, who.phone),
        "key": key_of(settings.secret_key.get_secret_value(), who.collector_id, sheet.date),
        "digits": digits,
        "locale": str(formats.locale).replace("_", "-"),
        "money": catalogue.write(Money(0, settings.currency), who.language).replace("0", "{}"),
        "weight": catalogue.write(Grams(0), who.language).replace("0", "{}"),
        "materials": [
            {"code": one.code, "name": material_name(container, who.language, one.code, one.name)}
            for one in visits.materials(session)
        ],
        "rates": _rates(session, sheet),
        "reasons": {
            reason.value: say(catalogue, who.language, f"sheet.reason.{reason.value}") for reason in REASONS
        },
        "stops": _columns(
            [
                _stop(container, who.language, sheet.date, stop, usual)
                for stop, usual in _with_usual(session, sheet)
            ]
        ),
        "t": {name: say(catalogue, who.language, key) for name, key in texts.items()},
    }
    stamp = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]
    return {**data, "stamp": stamp, "made": now.isoformat()}


def words_for_waiting(container: Container, language: str | None) -> dict[str, str]:
    """What the page for signing in says of work that waits on the phone."""
    catalogue = container.catalogue.on_screens
    spoken = language if language in catalogue.languages else catalogue.default
    today = local_date(container.clock.now(), container.settings.timezone)
    words = {name: say(catalogue, spoken, f"sheet.{name}") for name in ("unsent", "offline")}
    return {**words, "date": today.isoformat()}


def in_page(data: Mapping[str, Any]) -> Markup:
    """As JSON that can stand in a page: nothing in it ends the element that holds it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(written.replace("<", "\\u003c"))  # noqa: S704 - no "<" is left


def rates_key(zone_id: UUID) -> str:
    """Enough of the zone's id to tell it from the others of a day."""
    return str(zone_id)[-8:]


def _rates(session: Session, sheet: RouteSheet) -> dict[str, dict[str, int]]:
    """Minor units per kilogram by zone and material."""
    zones = {stop.zone_id for stop in sheet.stops}
    return {
        rates_key(zone_id): {
            code: rate.amount_minor_per_kilogram
            for code, rate in rates_on(session, zone_id, sheet.date).items()
        }
        for zone_id in zones
    }


def _with_usual(session: Session, sheet: RouteSheet) -> list[tuple[SheetStop, int]]:
    most: Mapping[UUID, int] = visits.most_grams(session, [stop.household_id for stop in sheet.stops])
    return [(stop, most.get(stop.household_id, 0)) for stop in sheet.stops]


def _stop(
    container: Container, language: str, date: dt.date, stop: SheetStop, usual_grams: int
) -> dict[str, Any]:
    catalogue = container.catalogue.on_screens
    secret = container.settings.secret_key.get_secret_value()
    look, place = mark(stop), stop.location
    within = say(catalogue, language, "sheet.map.none")
    if place:
        metres = place.uncertainty_metres
        within = catalogue.text("sheet.map.within", language, metres=metres) if metres else ""
    codes = {handover.digest(stop.pickup_id, handover.code_of(secret, phone, date)) for phone in stop.phones}
    return {
        "id": str(stop.pickup_id),
        "n": stop.position,
        "name": stop.name,
        "landmark": stop.landmark,
        "when": _when(catalogue, language, stop),
        "via": catalogue.text("sheet.via-hub", language) if stop.via_hub else "",
        "look": look,
        "status": "" if look == "open" else say(catalogue, language, f"sheet.status.{stop.status.value}"),
        "rates": rates_key(stop.zone_id),
        "codes": sorted(codes),
        "ready": stop.confirmed,
        "usual": usual_grams,
        "phone": stop.phone,
        "within": within,
        # Five decimals are a metre.
        "place": f"{place.latitude:.5f},{place.longitude:.5f}" if place else "",
    }


def _when(catalogue: Catalogue, language: str, stop: SheetStop) -> str:
    window = catalogue.text("sheet.window", language, start=stop.window_start, end=stop.window_end)
    if stop.expected_at is None:
        return window
    return f"{window} ({catalogue.text('sheet.around', language, at=stop.expected_at)})"


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows of the same keys as one list for each key: what is alike stands together, and compresses well.

    Numbers that only count the rows are left to whoever reads them.
    """
    columns = {key: [row[key] for row in rows] for key in (rows[0] if rows else ("id",))}
    if columns.get("n") == list(range(1, len(rows) + 1)):
        del columns["n"]
    return columns


def say(catalogue: Catalogue, language: str, key: str) -> str:
    """A text with its placeholders as they stand, for the script to fill."""
    names: Sequence[str] = sorted(catalogue.placeholders(key))
    return catalogue.text(key, language, **{name: f"{{{name}}}" for name in names})
