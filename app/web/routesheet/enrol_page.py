"""The form for a household that joins at its door, and what its script needs to do the same without network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy.orm import Session

from app.collectors.sessions import SignedIn
from app.container import Container
from app.fieldwork.clocks import Stamp
from app.fieldwork.records import NAME_LONGEST, Enrolment, Record
from app.households.service import LANDMARK_MAX
from app.kernel.clock import local_date
from app.kernel.ids import new_id
from app.kernel.phone import NotAPhone, parse_phone
from app.places import service as places
from app.web.routesheet.day_data import in_page, rates_key, say
from app.web.routesheet.forms import Mistake
from app.web.routesheet.pages import render
from app.web.routesheet.today import todays_sheet
from app.weighing.rates import rates_on

LANDMARK_SHORTEST = 4
_FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Area:
    """A zone as the form offers it, and as its script guesses and counts with it."""

    code: str
    name: str
    key: str
    """Of its rates, on the sheet."""
    place: tuple[float, float]
    """Latitude and longitude of its centre."""
    rates: Mapping[str, int]
    """Minor units per kilogram by material, today."""


@dataclass(frozen=True)
class EnrolForm:
    """As typed. Its id is made with the page, so that a button pressed twice enrols once."""

    id: UUID
    phone: str = ""
    name: str = ""
    language: str = ""
    landmark: str = ""
    zone: str = ""
    agreed: bool = False

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> EnrolForm:
        try:
            made = UUID(fields.get("id", ""))
        except ValueError:
            made = new_id()
        typed = {name: " ".join(fields.get(name, "").split()) for name in ("phone", "name", "landmark")}
        return cls(
            made,
            **typed,
            language=fields.get("language", ""),
            zone=fields.get("zone", ""),
            agreed="agreed" in fields,
        )

    def mistakes(self, region: str, areas: Sequence[Area]) -> list[Mistake]:
        wrong = {
            "phone": not _is_phone(self.phone, region),
            "name": len(self.name) > NAME_LONGEST or sum(map(str.isalpha, self.name)) < _FEWEST_LETTERS,
            "landmark": not LANDMARK_SHORTEST <= len(self.landmark) <= LANDMARK_MAX,
            "zone": all(area.code != self.zone for area in areas),
            "agree": not self.agreed,
        }
        return [
            Mistake(field, f"sheet.enrol.mistake.{field}") for field, is_wrong in wrong.items() if is_wrong
        ]

    def record(self, now: datetime) -> Record:
        what = Enrolment(self.phone, self.name, self.language, self.zone, self.landmark, None)
        return Record(self.id, self.id, Stamp(now), what)


def show(
    container: Container,
    who: SignedIn,
    areas: Sequence[Area],
    form: EnrolForm,
    mistakes: Sequence[Mistake] = (),
    *,
    back: bool = False,
) -> Response:
    """The form with what was typed in it. `back`: its sender had to sign in again in between."""
    catalogue = container.catalogue.on_screens
    labels: dict[str, Any] = {
        field: catalogue.text(f"sheet.enrol.{field}", who.language)
        for field in ("phone", "name", "landmark", "zone")
    }
    return render(
        container,
        "enrol.html",
        who.language,
        status=422 if mistakes else 200,
        form=form,
        mistakes=mistakes,
        back=back,
        labels=labels,
        zones=areas,
        languages=[(code, container.catalogue.name(code)) for code in catalogue.languages],
        name_longest=NAME_LONGEST,
        landmark_longest=LANDMARK_MAX,
        data=in_page({"zones": [asdict(area) for area in areas], "t": _words(container, who.language)}),
    )


def _words(container: Container, language: str) -> dict[str, str]:
    """What the script says: what is missing in the form, and what came of asking for the place."""
    keys = {field: f"sheet.enrol.mistake.{field}" for field in ("phone", "name", "landmark", "zone", "agree")}
    keys |= {name: f"sheet.{name}" for name in ("no-place", "full", "no-storage")}
    keys |= {"known": "sheet.why.known-phone", "placed": "sheet.enrol.placed"}
    return {name: say(container.catalogue.on_screens, language, key) for name, key in keys.items()}


def areas_of(session: Session, container: Container, who: SignedIn, now: datetime) -> list[Area]:
    """Those of the collector's hub, by name."""
    today = local_date(now, places.hub_timezone(session, who.hub_id) or container.settings.timezone)
    here = (zone for zone in places.zones(session) if zone.hub_id == who.hub_id)
    return [
        Area(
            zone.code,
            zone.name,
            rates_key(zone.id),
            (zone.latitude, zone.longitude),
            {
                code: rate.amount_minor_per_kilogram
                for code, rate in rates_on(session, zone.id, today).items()
            },
        )
        for zone in sorted(here, key=lambda zone: zone.name.casefold())
    ]


def guess(session: Session, container: Container, who: SignedIn, areas: Sequence[Area], now: datetime) -> str:
    """Where the collector is about to be today; the only area, where there is one; else none."""
    day = todays_sheet(session, container, who, now)
    stop = day.next_after() or (day.stops[-1] if day.stops else None)
    here = next((area.code for area in areas if stop and area.key == rates_key(stop.zone_id)), "")
    return here or (areas[0].code if len(areas) == 1 else "")


def _is_phone(typed: str, region: str) -> bool:
    try:
        parse_phone(typed, region)
    except NotAPhone:
        return False
    return True
