"""The phone: choose who you are, read, and text the service through its real webhook."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.container import Container
from app.households import directory
from app.households import service as households
from app.kernel.clock import local_date
from app.kernel.phone import national
from app.ledger import service as ledger
from app.messaging.thread import Text, thread
from app.pickups import service as pickups
from app.places import service as places
from app.web.deps import Here
from app.web.looks import HEADERS, Pages, static_file
from app.web.looks.writing import money
from app.web.simulator import parts
from app.web.simulator.going_back import back, parse_or_none
from app.web.simulator.moods import MOODS, current

HERE: Final = Path(__file__).parent
WORDS: Final = ("1", "MENU", "2", "NEXT", "SKIP", "PICKUP", "BALANCE", "REDEEM", "WRONG")
NEW_PHONES: Final = "+23480000005{:02d}"
"""Numbers for people the service has never heard of."""
TYPED_MAX: Final = 1600
"""Ten parts, the most that Twilio carries."""

router = APIRouter(prefix="/simulator")
pages = Pages(HERE / "templates")

Asked = Annotated[str, Query(max_length=32)]


@dataclass(frozen=True)
class Person:
    phone: str
    written: str
    name: str


@dataclass(frozen=True)
class Area:
    name: str
    people: list[Person]


@router.get("")
def show(
    *,
    container: Here,
    simulator: parts.Here,
    request: Request,
    phone: Asked = "",
    notice: Annotated[str, Query(max_length=300)] = "",
    typed: Annotated[str, Query(max_length=TYPED_MAX)] = "",
) -> HTMLResponse:
    company = getattr(request.app.state, "payment_company", None)
    now = simulator.clock.now()
    zone = ZoneInfo(container.settings.timezone)
    region = container.settings.region
    with container.database.unit_of_work() as session:
        people = directory.speakers(session)
        known_phones = {person.phone for person in people}
        new_phone = _unused(known_phones)
        chosen, mended = _chosen(phone, region, people[0].phone if people else new_phone)
        areas = _areas(session, people, region)
        texts = _local(thread(session, chosen), zone)
        about = _about(session, container, chosen, now)
    return pages.page(
        "simulator.html",
        demo=True,
        here="simulator",
        phone=chosen,
        phone_written=national(chosen, region),
        known=chosen in known_phones,
        owner=next((person.name for person in people if person.phone == chosen), national(chosen, region)),
        areas=areas,
        new_phone=new_phone,
        about=about,
        texts=texts,
        words=WORDS,
        now=now.astimezone(zone),
        travelled=simulator.clock.travelled,
        notice=mended or notice,
        typed=typed,
        moods=MOODS if company else (),
        mood=current(company) if company else None,
    )


@router.get("/thread")
def newest(container: Here, simulator: parts.Here, phone: Asked) -> Response:
    """The texts alone, for the page to fetch; `X-Clock` is what the phone's clock shows."""
    zone = ZoneInfo(container.settings.timezone)
    chosen = parse_or_none(phone, container.settings.region)
    with container.database.unit_of_work() as session:
        texts = _local(thread(session, chosen), zone) if chosen else []
    clock = simulator.clock.now().astimezone(zone).strftime("%a %d %b %H:%M")
    return HTMLResponse(pages.text("thread.html", texts=texts), headers={**HEADERS, "X-Clock": clock})


@router.post("/text")
def text(
    container: Here,
    simulator: parts.Here,
    phone: Annotated[str, Form(max_length=32)],
    body: Annotated[str, Form(max_length=TYPED_MAX)] = "",
) -> RedirectResponse:
    """Send what was typed, as the telephone company would deliver it; then show the thread."""
    chosen = parse_or_none(phone, container.settings.region)
    if chosen is None:
        return back(phone, notice="That is no phone number.", typed=body)
    if not body.strip():
        return back(chosen, notice="Type a text first.")
    gateway = container.sms_gateways.for_phone(chosen)
    status, _ = simulator.carrier(gateway.name).text(chosen, body)
    if status == 0:
        return back(chosen, notice="The service could not be reached; your text was not sent.", typed=body)
    if status >= HTTPStatus.BAD_REQUEST:
        return back(chosen, notice=f"The service answered {status}; your text was not taken.", typed=body)
    return back(chosen)


@router.get("/static/{name}")
def static(name: str) -> Response:
    return static_file(HERE / "static", name)


def _chosen(phone: str, region: str, otherwise: str) -> tuple[str, str]:
    """The phone to show, and what was wrong with the one asked for."""
    if not phone:
        return otherwise, ""
    read = parse_or_none(phone, region)
    return (read, "") if read else (otherwise, "That is no phone number.")


def _unused(known: set[str]) -> str:
    return next(
        (phone for n in range(100) if (phone := NEW_PHONES.format(n)) not in known), NEW_PHONES.format(0)
    )


def _areas(session: Session, people: list[directory.Speaker], region: str) -> list[Area]:
    by_zone: defaultdict[object, list[Person]] = defaultdict(list)
    for person in people:
        by_zone[person.zone_id].append(Person(person.phone, national(person.phone, region), person.name))
    return [Area(zone.name, by_zone[zone.id]) for zone in places.zones(session) if by_zone[zone.id]]


def _local(texts: list[Text], zone: ZoneInfo) -> list[Text]:
    return [replace(one, at=one.at.astimezone(zone)) for one in texts]


def _about(session: Session, container: Container, phone: str, now: datetime) -> list[tuple[str, str]]:
    """What the visitor should know of the household played, so that there is something to check against."""
    found = households.for_phone(session, phone)
    if not found:
        return []
    household = found[0]
    zone = places.zone(session, household.zone_id)
    pickup = pickups.upcoming(session, household.id, local_date(now, zone.timezone))
    return [
        ("Lives", f"{household.landmark}, {zone.name}"),
        ("Next pickup", f"{pickup.date:%A %d %B} ({pickup.status.value})" if pickup else "none"),
        ("Credit", money(ledger.balance(session, household.id), container.settings.currency)),
    ]
