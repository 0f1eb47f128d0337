"""A bag with a printed code: read at the door, weighed at the hub, and compared with that very stop."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.bags import runs
from app.bags.models import BagReading, Finding
from app.container import Container
from app.kernel.check_digits import check_digit
from app.weighing.models import Weighing
from tests.factories.day import Day
from tests.web.routesheet.conftest import MovableClock, form_in
from tests.web.routesheet.phone import Sheet, made


@dataclass(frozen=True)
class World:
    """A collector's day, and a run of printed bags."""

    container: Container
    day: Day
    clock: MovableClock
    codes: Sequence[str]


@pytest.fixture
def world(container: Container, day: Day, clock: MovableClock) -> World:
    with container.database.unit_of_work() as session:
        run = runs.make(session, bags=6, note="", by="office", now=clock.now())
        return World(container, day, clock, runs.codes_of(session, run.id))


def weigh_bag(clerk: TestClient, rider: UUID, code: str, kilograms: str) -> str:
    """The page after it, without what stands between two words."""
    address = f"/hub/collectors/{rider}"
    sent = clerk.post(address, data=form_in(clerk.get(address)) | {"bag": code, "kg-PET": kilograms})
    assert sent.is_redirect, sent.text
    return " ".join(re.sub(r"<[^>]+>", " ", clerk.get(sent.headers["location"]).text).split())


def findings(container: Container, place: str) -> list[tuple[str, Finding]]:
    with container.database.unit_of_work() as session:
        return [
            (one.code, one.finding)
            for one in session.scalars(
                select(BagReading)
                .where(BagReading.place == place)
                .order_by(BagReading.read_at, BagReading.code)
            )
        ]


def test_a_bag_is_compared_with_its_own_stop_at_once_and_again_when_the_phone_sends_late(
    world: World, tunde: TestClient, clerk: TestClient
) -> None:
    day, clock, codes = world.day, world.clock, world.codes
    first, second, third, *_ = codes
    stop, late_stop = day.pickups[:2]
    sheet = Sheet(tunde, day.collector)
    sheet.sync(
        made("weighing", stop, clock.now(), grams={"PET": 6_000}),
        made("bag", stop, clock.now(), code=first),
        made("bag", stop, clock.now(), code=f"https://sheet.example/route?bag={second}"),
        sent_at=clock.now(),
    )
    page = weigh_bag(clerk, day.collector, f"{first[:4]} {first[4:]}", "2,5")
    assert f"Bag {first[:4]} {first[4:]}" in page
    assert "Bags of this stop still to come: 1" in page
    page = weigh_bag(clerk, day.collector, second, "2,9")
    assert "At the doors: 6kg At the hub: 5.4kg Difference: \u22120.6kg (allowed: 0.45kg)" in page
    assert "still to come" not in page
    page = weigh_bag(clerk, day.collector, third, "4")
    assert "No weight from its door has come in yet" in page
    sheet.sync(
        made("bag", late_stop, clock.now(), code=third),
        made("weighing", late_stop, clock.now(), grams={"PET": 4_100}),
        sent_at=clock.now(),
    )
    shown = clerk.get(f"/hub?bag={third}")
    assert shown.headers["location"].startswith(f"/hub/collectors/{day.collector}")
    page = clerk.get(shown.headers["location"])
    assert form_in(page)["bag"] == third, "scanned by the phone's own camera, the bag stands in the form"
    assert "No weight from its door" not in page.text
    assert "4.1kg" in page.text


def test_a_code_that_is_wrong_unknown_void_or_used_twice_is_flagged_and_stops_no_weighing(
    world: World, tunde: TestClient, clerk: TestClient
) -> None:
    container, day, clock, codes = world.container, world.day, world.clock, world.codes
    one, other = day.pickups[:2]
    with container.database.unit_of_work() as session:
        lost = runs.make(session, bags=1, note="", by="office", now=clock.now())
        (void,) = runs.codes_of(session, lost.id)
        runs.void(session, lost.id, clock.now())
    clock.pass_(minutes=1)
    slip = codes[1][:-1] + str((int(codes[1][-1]) + 1) % 10)
    unknown = next(
        code
        for code in (str(n) + check_digit(str(n)) for n in range(1_000_000, 1_000_020))
        if code not in codes
    )
    sheet = Sheet(tunde, day.collector)
    first = made("bag", one, clock.now(), code=codes[0])
    assert sheet.sync(first, first, sent_at=clock.now()) == ["accepted", "duplicate"]
    clock.pass_(minutes=1)
    form = form_in(tunde.get(f"/route/stops/{other}"))
    typed = f"{codes[0]}, {slip}{unknown}; {void}"
    weighed = form | {"kg-PET": "5", "do": "weigh", "bag": typed}
    for _ in range(2):
        saved = tunde.post(f"/route/stops/{other}", data=weighed)
        assert saved.is_redirect
    page = tunde.get(saved.headers["location"]).text
    for word in ("used before today", "Check its digits", "Not one of our bags", "called back"):
        assert word in page
    assert sorted(finding for _, finding in findings(container, "door")) == [
        Finding.KNOWN,
        Finding.SLIP,
        Finding.TWICE,
        Finding.UNKNOWN,
        Finding.VOID,
    ]
    with container.database.unit_of_work() as session:
        assert session.scalars(select(Weighing.pickup_id)).all() == [other]
    weigh_bag(clerk, day.collector, codes[0], "1")
    page = weigh_bag(clerk, day.collector, codes[0], "1")
    assert "used before today" in page
    last = re.findall(
        r"/hub/weigh-ins/([\w-]+)/take-back", clerk.get(f"/hub/collectors/{day.collector}").text
    )[-1]
    clerk.post(f"/hub/weigh-ins/{last}/take-back", data={"day": ""})
    assert "used before today" not in weigh_bag(clerk, day.collector, codes[2], "1"), (
        "what is taken back is forgotten"
    )
    clock.pass_(hours=24)
    weigh_bag(clerk, day.collector, codes[0], "3")
    assert findings(container, "hub")[-1] == (codes[0], Finding.KNOWN), "a bag may come back on another day"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_link_on_a_bag_opens_the_sheet_with_its_code_and_pages_ask_for_codes_only_where_there_are_bags(
    container: Container, tunde: TestClient, clerk: TestClient, day: Day, clock: MovableClock
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    pages = [(tunde, "/route"), (tunde, stop), (clerk, f"/hub/collectors/{day.collector}")]
    for browser, address in pages:
        assert "bag" not in browser.get(address).text.replace("bags", "")
    with container.database.unit_of_work() as session:
        run = runs.make(session, bags=1, note="", by="office", now=clock.now())
        (code,) = runs.codes_of(session, run.id)
    opened = tunde.get(f"/route?bag={code}").text
    assert f"{stop}?bag={code}" in opened
    script = re.search(r"/route/sheet-bags\w+\.js", opened)
    assert script is not None, "under an address of the sheet, so that the service worker keeps it"
    assert "immutable" in tunde.get(script[0]).headers["Cache-Control"]
    assert form_in(tunde.get(f"{stop}?bag={code}"))["bag"] == code
    assert tunde.get(f"{stop}?bag=12345678").status_code == 200
    assert 'name="bag"' in clerk.get(f"/hub/collectors/{day.collector}").text
    at_the_hub = clerk.get(f"/route?bag={code}")
    assert at_the_hub.headers["location"] == f"/hub?bag={code}"
    assert f"&amp;bag={code}" in clerk.get(at_the_hub.headers["location"]).text.replace("&bag", "&amp;bag")
