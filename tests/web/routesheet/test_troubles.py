"""My bike is broken, my box is full."""

from __future__ import annotations

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.container import Container
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, PickupStatus
from app.routing.models import DayTrouble, Route, RouteStop, TroubleKind
from tests.factories.day import Day
from workers.routing import follow_day


def ahead(container: Container, collector_id: object) -> set[object]:
    with container.database.unit_of_work() as session:
        return set(
            session.scalars(
                select(RouteStop.pickup_id)
                .join(Route, Route.id == RouteStop.route_id)
                .join(Pickup, Pickup.id == RouteStop.pickup_id)
                .where(Route.collector_id == collector_id, Pickup.status.in_(OPEN))
            )
        )


def test_a_broken_bike_gives_the_stops_to_the_other_and_riding_again_puts_back_in_the_plan(
    container: Container, tunde: TestClient, day: Day
) -> None:
    page = tunde.get("/route/troubles")
    assert "My bike is broken" in page.text
    assert '<a class="button screen" href="/route/troubles">' in tunde.get("/route").text
    said = tunde.post("/route/troubles", data={"what": "bike_broken"})
    assert said.status_code == 303
    tunde.post("/route/troubles", data={"what": "bike_broken"})
    shown = tunde.get(said.headers["location"])
    assert "Your stops are being given to others" in shown.text
    assert "My bike rides again" in shown.text
    follow_day(container)
    assert ahead(container, day.collector) == set()
    assert ahead(container, day.other) == {*day.pickups, day.foreign}
    tunde.post("/route/troubles", data={"what": "mended"})
    assert "My bike is broken" in tunde.get("/route/troubles").text
    with container.database.unit_of_work() as session:
        (trouble,) = session.scalars(select(DayTrouble))
        assert (trouble.kind, trouble.reported_by) == (TroubleKind.BIKE_BROKEN, "collector")
        assert trouble.resolved_at is not None


def test_a_full_box_is_shown_on_the_sheet_before_the_next_stop(
    container: Container, tunde: TestClient, day: Day
) -> None:
    with container.database.unit_of_work() as session:
        session.get_one(Pickup, day.pickups[0]).status = PickupStatus.COLLECTED
    assert "First empty your box" not in tunde.get("/route").text
    tunde.post("/route/troubles", data={"what": "box_full"})
    follow_day(container)
    sheet = tunde.get("/route").text
    assert sheet.count("First empty your box at the hub") == 2, "in the list, and for the script"
    assert "about " in sheet


def test_nonsense_and_strangers_are_turned_away(phone: TestClient, tunde: TestClient) -> None:
    assert tunde.post("/route/troubles", data={"what": "alien"}).status_code == 422
    tunde.cookies.clear()
    assert phone.get("/route/troubles").status_code == 303
