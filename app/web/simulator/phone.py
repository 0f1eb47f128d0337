"""The phone: choose who you are, read, and text the service through its real webhook."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.households import directory
from app.kernel.phone import national
from app.merchants.directory import ShopPhone, shop_phones
from app.messaging.thread import Text, thread
from app.places import service as places
from app.web.deps import Here
from app.web.looks import HEADERS, Pages, static_file
from app.web.simulator import parts
from app.web.simulator.about import about
from app.web.simulator.going_back import back, parse_or_none
from app.web.simulator.keypad import KEYS, SHORTCUTS, TYPED_MAX, pad
from app.web.simulator.moods import MOODS, current
from app.web.simulator.troubles import TROUBLES, Trouble

HERE: Final = Path(__file__).parent
WORDS: Final = ("1", "MENU", "2", "NEXT", "SKIP", "PICKUP", "BALANCE", "REDEEM", "WRONG")
NEW_PHONES: Final = "+23480000005{:02d}"
"""Numbers for people the service has never heard of."""
TEXT_MAX: Final = 1600
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
    typed: Annotated[str, Query(max_length=TEXT_MAX)] = "",
    keys: Annotated[str, Query(max_length=TYPED_MAX)] = "",
) -> HTMLResponse:
    company = getattr(request.app.state, "payment_company", None)
    simulator.catch_up()
    now = simulator.clock.now()
    zone = ZoneInfo(container.settings.timezone)
    region = container.settings.region
    with container.database.unit_of_work() as session:
        people, shops = directory.speakers(session), shop_phones(session)
        names = {shop.phone: shop.name for shop in shops}
        names |= {person.phone: person.name for person in reversed(people)}
        known_phones = set(names)
        new_phone = _unused(known_phones)
        chosen, mended = _chosen(phone, region, people[0].phone if people else new_phone)
        gateway = container.sms_gateways.for_phone(chosen).name
        areas = _areas(session, people, shops, region)
        texts = _local(thread(session, chosen), zone)
        facts = about(session, container, chosen, now)
    return pages.page(
        "simulator.html",
        demo=True,
        here="simulator",
        phone=chosen,
        phone_written=national(chosen, region),
        known=chosen in known_phones,
        owner=names.get(chosen, national(chosen, region)),
        areas=areas,
        new_phone=new_phone,
        about=facts,
        texts=texts,
        waiting=simulator.air.waiting(chosen),
        zone=zone,
        pad=pad(simulator.lines.of(chosen), now, keys),
        pad_keys=KEYS,
        shortcuts=SHORTCUTS,
        exchanges=simulator.wire.of(chosen),
        troubles=TROUBLES,
        on=_on(simulator, chosen, gateway),
        gateway=gateway,
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
    simulator.catch_up()
    zone = ZoneInfo(container.settings.timezone)
    chosen = parse_or_none(phone, container.settings.region)
    with container.database.unit_of_work() as session:
        texts = _local(thread(session, chosen), zone) if chosen else []
    waiting = simulator.air.waiting(chosen) if chosen else []
    clock = simulator.clock.now().astimezone(zone).strftime("%a %d %b %H:%M")
    shown = pages.text("thread.html", texts=texts, waiting=waiting, zone=zone)
    return HTMLResponse(shown, headers={**HEADERS, "X-Clock": clock})


@router.get("/wire")
def last_exchanges(container: Here, simulator: parts.Here, phone: Asked) -> Response:
    """What went over the wire for this phone, for the page to fetch."""
    chosen = parse_or_none(phone, container.settings.region) or ""
    shown = pages.text("wire.html", exchanges=simulator.wire.of(chosen))
    return HTMLResponse(shown, headers=HEADERS)


@router.post("/text")
def text(
    container: Here,
    simulator: parts.Here,
    phone: Annotated[str, Form(max_length=32)],
    body: Annotated[str, Form(max_length=TEXT_MAX)] = "",
) -> RedirectResponse:
    """Send what was typed, as the telephone company would deliver it; then show the thread."""
    chosen = parse_or_none(phone, container.settings.region)
    if chosen is None:
        return back(phone, notice="That is no phone number.", typed=body)
    if not body.strip():
        return back(chosen, notice="Type a text first.")
    carrier = simulator.carrier(container.sms_gateways.for_phone(chosen).name)
    status = simulator.air.send(carrier, chosen, body)
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


def _areas(
    session: Session, people: list[directory.Speaker], shops: list[ShopPhone], region: str
) -> list[Area]:
    """Households by where they live, and the shops that take their vouchers."""
    by_zone: defaultdict[object, list[Person]] = defaultdict(list)
    for person in people:
        by_zone[person.zone_id].append(Person(person.phone, national(person.phone, region), person.name))
    areas = [Area(zone.name, by_zone[zone.id]) for zone in places.zones(session) if by_zone[zone.id]]
    taking = [Person(shop.phone, national(shop.phone, region), shop.name) for shop in shops]
    return [*areas, Area("Shops", taking)] if taking else areas


def _local(texts: list[Text], zone: ZoneInfo) -> list[Text]:
    return [replace(one, at=one.at.astimezone(zone)) for one in texts]


def _on(simulator: parts.Simulator, phone: str, gateway: str) -> set[Trouble]:
    """The troubles that `phone` meets at present."""
    return {
        each.trouble
        for each in TROUBLES
        if simulator.switches.is_on(gateway if each.trouble is Trouble.DOWN else phone, each.trouble)
    }
