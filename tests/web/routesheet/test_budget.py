"""A whole day has to come through a network on which each kilobyte is a wait."""

from __future__ import annotations

import random
import re

from fastapi.testclient import TestClient

from app.bags import runs
from app.container import Container
from app.kernel.place import Location
from tests.factories.day import PIN, Day, another_route
from tests.web.routesheet.conftest import MORNING, sign_in

BUDGET_BYTES = 15 * 1024
BAGS_BYTES = 1792
"""And this much for codes of bags, where a programme prints them."""
ENROL_BUDGET_BYTES = 5 * 1024 + 512
"""Of the form for new households, with its script and what it has of style besides the sheet's."""
STOPS = 30
_NAMES = [
    "Adebayo",
    "Chinedu",
    "Fatima",
    "Ngozi",
    "Ibrahim",
    "Yetunde",
    "Emeka",
    "Zainab",
    "Olumide",
    "Blessing",
    "Musa",
    "Aisha",
    "Tunde",
    "Chioma",
]
_PLACES = [
    "blue gate",
    "church",
    "mosque",
    "borehole",
    "mechanic",
    "filling station",
    "bus stop",
    "school",
    "market",
    "clinic",
]
_ROADS = [
    "Itire",
    "Bode",
    "Ojuelegba",
    "Adeniran",
    "Masha",
    "Akerele",
    "Ogunlana",
    "Lawanson",
    "Shitta",
    "Kilo",
]


def test_a_sheet_of_thirty_stops_with_style_and_script_weighs_at_most_15_kilobytes(
    container: Container, phone: TestClient, day: Day
) -> None:
    """As the bytes go over the wire; the script and the style come once, and stay."""
    dice = random.Random(1)
    homes: list[tuple[str, str, Location | None]] = [
        (
            f"{dice.choice(_NAMES)} {dice.choice(_NAMES)}",
            f"{dice.choice(_PLACES).capitalize()} {dice.randint(1, 99)}, beside the {dice.choice(_PLACES)}, {dice.choice(_ROADS)} road",
            Location(
                round(6.5 + dice.random() / 50, 6), round(3.35 + dice.random() / 50, 6), "plus_code", 15
            ),
        )
        for _ in range(STOPS)
    ]
    with container.database.unit_of_work() as session:
        number = another_route(session, day, MORNING, homes)
    assert sign_in(phone, number, PIN).status_code == 303
    page = phone.get("/route")
    assert page.text.count('class="position"') == STOPS
    assert page.text.count("about ") == 2 * STOPS, "as a planned route is: in the list, and for the script"
    addresses = sorted(set(re.findall(r"/route/sheet-\w+\.(?:css|js)", page.text)))
    assert len(addresses) == 2
    answers = [page, *(phone.get(address) for address in addresses)]
    assert all(answer.headers["Content-Encoding"] == "gzip" for answer in answers)
    sizes = [int(answer.headers["Content-Length"]) for answer in answers]
    assert sum(sizes) <= BUDGET_BYTES, sizes
    with container.database.unit_of_work() as session:
        runs.make(session, bags=1, note="", by="office", now=MORNING)
    page = phone.get("/route")
    script = re.search(r"/route/sheet-bags\w+\.js", page.text)
    assert script is not None
    with_bags = int(page.headers["Content-Length"]) + int(phone.get(script[0]).headers["Content-Length"])
    assert with_bags - sizes[0] <= BAGS_BYTES

    form = phone.get("/route/enrol")
    needed = sorted(set(re.findall(r"/route/(?:forms|enrol)-\w+\.(?:css|js)", form.text)))
    assert len(needed) == 2
    answers = [form, *(phone.get(address) for address in needed)]
    sizes = [int(answer.headers["Content-Length"]) for answer in answers]
    assert sum(sizes) <= ENROL_BUDGET_BYTES, sizes


def test_a_browser_that_takes_nothing_compressed_gets_it_plain(tunde: TestClient, day: Day) -> None:
    page = tunde.get("/route", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in page.headers
    assert "Iya Basira" in page.text
