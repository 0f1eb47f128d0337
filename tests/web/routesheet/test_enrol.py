"""A household joins at its door: once, with its yes, and never instead of one that is known."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.cases.models import CaseKind, CollectorCase
from app.container import Container
from app.fieldwork import enrolling
from app.fieldwork.models import Enrolment
from app.households import service as households
from app.households.models import Household
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.messaging import contacts
from app.messaging.models import ConsentEvent, OutboxMessage
from app.pickups.models import Pickup
from app.places.models import ServiceDay
from app.weighing.models import ConflictingSubmission, Visit
from tests.factories.day import PIN, Day
from tests.web.routesheet.conftest import MORNING, MovableClock, form_in
from tests.web.routesheet.phone import Sheet, made

PHONE = "0800 000 0777"
E164 = "+2348000000777"
HERE = {"latitude": 6.5020, "longitude": 3.3590, "accuracy_metres": 12}
NIGHT = timedelta(hours=16)


@pytest.fixture
def sheet(tunde: TestClient, day: Day) -> Sheet:
    return Sheet(tunde, day.collector)


def joining(**other: Any) -> dict[str, Any]:
    """An enrolment as the sheet writes it: it is its own first stop."""
    what = {
        "phone": PHONE,
        "name": "Baba Sule",
        "language": "pcm",
        "zone": "SUR-01",
        "landmark": "Yellow house behind the borehole",
        "position": HERE,
        "agreed": True,
    }
    record = made("enrolment", new_id(), MORNING, **{**what, **other})
    return {**record, "pickup": record["id"]}


def home_of(container: Container, phone: str = E164) -> Household:
    with container.database.unit_of_work() as session:
        [home] = households.for_phone(session, phone)
    return home


def balance(container: Container, phone: str = E164) -> int:
    home = home_of(container, phone)
    with container.database.unit_of_work() as session:
        return ledger.balance(session, home.id)


def count(container: Container, model: Any, *where: Any) -> int:
    with container.database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_a_home_that_says_yes_at_its_door_is_enrolled_once_and_greeted(
    container: Container, day: Day, sheet: Sheet, clock: MovableClock
) -> None:
    with container.database.unit_of_work() as session:
        monday = MORNING.date() + timedelta(days=6)
        session.add(
            ServiceDay(
                zone_id=day.zone_id,
                weekday=0,
                window_start=time(7),
                window_end=time(9),
                starts_on=monday,
                created_at=MORNING,
            )
        )
    record = joining()
    clock.pass_(seconds=NIGHT.total_seconds())  # it is midnight before the phone finds a network
    assert sheet.sync(record, sent_at=clock.now()) == ["accepted"]
    assert sheet.sync(record, sent_at=clock.now()) == ["duplicate"]
    assert sheet.sync({**record, "name": "Baba Musa"}, sent_at=clock.now()) == ["conflict"]

    home = home_of(container)
    assert (home.name, home.language, home.zone_id) == ("Baba Sule", "pcm", day.zone_id)
    assert (home.latitude, home.location_source, home.location_uncertainty_metres) == (6.502, "pin", 12)
    with container.database.unit_of_work() as session:
        [text] = session.scalars(select(OutboxMessage).where(OutboxMessage.phone == E164)).all()
        [consent] = session.scalars(select(ConsentEvent).where(ConsentEvent.phone == E164)).all()
        [enrolled] = session.scalars(select(Enrolment)).all()
        planned = session.scalars(select(Pickup.date).where(Pickup.household_id == home.id)).all()
    assert text.body == (
        "Welcome, Baba Sule! You join Weighback for your door. We go come Mon 9 Mar, 7am-9am. "
        "No be you? Text LEAVE. STOP for no text."
    )
    assert text.not_before == MORNING + timedelta(hours=22), "nobody is woken by it"
    assert (consent.agreed, consent.source) == (True, "door")
    assert consent.recorded_by == f"collector:{day.collector}"
    assert (enrolled.made_at, enrolled.received_at) == (MORNING, MORNING + NIGHT)
    assert monday in planned


def test_a_phone_that_is_known_makes_no_second_home_and_what_it_gave_is_its_own(
    container: Container, day: Day, sheet: Sheet
) -> None:
    known = "+2348000000001"
    homes = count(container, Household)
    record = joining(phone="0800 000 0001")
    answer = sheet.post(record, sent_at=MORNING).json()["answers"][0]
    assert answer == {
        "id": record["id"],
        "answer": "duplicate",
        "reason": "known-phone",
        "said": "Already with us: this phone has a home.",
    }, "and nothing of that home"
    assert count(container, Household) == homes
    assert count(container, OutboxMessage, OutboxMessage.phone == known) == 0

    weighed = made("weighing", UUID(record["id"]), MORNING, grams={"PET": 2_500})
    slip = made("correction", UUID(record["id"]), MORNING, grams={"PET": 1_000}, supersedes=weighed["id"])
    assert sheet.sync(weighed, slip, sent_at=MORNING) == ["accepted"] * 2
    assert sheet.sync(record, weighed, slip, sent_at=MORNING) == ["duplicate:known-phone", *["duplicate"] * 2]
    assert balance(container, known) == 12_000
    with container.database.unit_of_work() as session:
        assert session.scalars(select(Visit.pickup_id)).one() == day.pickups[0], "it was on the list anyway"


def test_a_home_at_the_same_place_under_another_phone_is_taken_and_the_office_looks(
    container: Container, day: Day, sheet: Sheet
) -> None:
    first = joining()
    beside = {**HERE, "latitude": HERE["latitude"] + 0.0001}  # 11 metres
    far = {**HERE, "latitude": HERE["latitude"] + 0.0004}
    again = joining(phone="0800 000 0778", landmark="behind borehole, yellow house", position=beside)
    neighbour = joining(phone="0800 000 0779", name="Mama Kofi", landmark="Flat 3, upstairs", position=beside)
    down_the_road = joining(phone="0800 000 0780", position=far)
    vague = joining(phone="0800 000 0781", position=None)
    records = (first, again, neighbour, down_the_road, vague)
    assert sheet.sync(*records, sent_at=MORNING) == [
        "accepted",
        "accepted:same-place",
        "accepted",
        "accepted",
        "accepted:same-place",
    ]
    with container.database.unit_of_work() as session:
        cases = session.scalars(select(CollectorCase).order_by(CollectorCase.id)).all()
    assert [case.kind for case in cases] == [CaseKind.POSSIBLE_DUPLICATE] * 2
    pair = [str(home_of(container, phone).id) for phone in ("+2348000000778", E164)]
    assert cases[0].household_ids == pair


def test_what_a_new_home_gives_on_the_same_visit_counts(container: Container, day: Day, sheet: Sheet) -> None:
    record = joining()
    stop = UUID(record["id"])
    heavy = made("weighing", stop, MORNING, grams={"PET": 900_000})
    weighed = made("weighing", stop, MORNING, grams={"PET": 2_500})
    early = made("weighing", new_id(), MORNING, grams={"PET": 1_000})
    assert sheet.sync(record, early, heavy, sent_at=MORNING) == [
        "accepted",
        "refused:unknown-stop",
        "refused:weights",
    ]
    assert count(container, Pickup, Pickup.id == stop) == 0, "nobody may be told that nobody came"
    assert count(container, ConflictingSubmission) == 2, (
        "what was weighed is kept, even at a stop nobody knows"
    )

    answer = sheet.post(weighed, sent_at=MORNING).json()["answers"][0]
    assert answer == {"id": weighed["id"], "answer": "accepted"}, "not off his route: he made the stop"
    assert sheet.sync(weighed, sent_at=MORNING) == ["duplicate"]
    slip = made("correction", stop, MORNING, grams={"PET": 2_000}, supersedes=weighed["id"])
    assert sheet.sync(slip, sent_at=MORNING) == ["accepted"]
    assert balance(container) == 24_000


def test_what_cannot_be_an_enrolment_is_refused_with_the_reason_and_kept(
    container: Container, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_a_yes = joining(agreed=False)
    not_itself = {**joining(), "pickup": str(new_id())}
    records = (joining(phone="12"), joining(zone="MOON"), joining(name="   "), without_a_yes, not_itself)
    assert sheet.sync(*records, sent_at=MORNING) == [
        "refused:phone",
        "refused:zone",
        "refused:malformed",
        "refused:malformed",
        "refused:malformed",
    ]
    assert count(container, ConflictingSubmission) == 3
    monkeypatch.setattr(enrolling, "MOST_A_DAY", 1)
    one_too_many = joining(phone="0800 000 0778")
    assert sheet.sync(joining(), one_too_many, sent_at=MORNING) == ["accepted", "refused:too-many"]


def test_nobody_else_ends_an_opt_out(container: Container, sheet: Sheet) -> None:
    with container.database.unit_of_work() as session:
        contacts.opt_out(session, E164, "text", MORNING)
    assert sheet.sync(joining(), sent_at=MORNING) == ["accepted:opted-out"]
    with container.database.unit_of_work() as session:
        assert contacts.opted_out(session, E164)
        assert session.scalars(select(ConsentEvent.agreed)).all() == [False]
        assert session.scalars(select(OutboxMessage)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_form_enrols_without_script_and_the_first_bag_is_weighed_at_once(
    container: Container, tunde: TestClient
) -> None:
    assert 'href="/route/enrol"' in tunde.get("/route").text
    page = tunde.get("/route/enrol")
    assert '<option value="SUR-01" selected>Ojuelegba</option>' in page.text, "where he works today"
    form = {**form_in(page), "zone": "SUR-01", "language": "ha", "landmark": "", "phone": PHONE}
    del form["agreed"]
    answer = tunde.post("/route/enrol", data={**form, "name": "7"})
    assert answer.status_code == 422
    for said in ("in letters", "where the house is", "say yes first"):
        assert said in answer.text
    assert f'value="{PHONE}"' in answer.text

    form |= {"name": "Baba Sule", "landmark": "By the borehole, G92X+4P", "agreed": "1"}
    tunde.cookies.clear()
    signed_out = tunde.post("/route/enrol", data=form)
    assert signed_out.status_code == 401
    again = tunde.post("/route/sign-in", data={**form_in(signed_out), "phone": "0800 000 9001", "pin": PIN})
    assert form_in(again).items() >= form.items() - {("zone", "SUR-01"), ("language", "ha")}, (
        "nothing is lost"
    )
    done = [tunde.post("/route/enrol", data=form).headers["location"] for _ in range(2)]
    assert done == [f"/route/enrol/{form['id']}"] * 2
    assert "Enrolled" in tunde.get(done[0]).text
    home = home_of(container)
    assert (home.language, home.location_source) == ("ha", "plus_code")

    stop = f"/route/stops/{form['id']}"
    weigh = {**form_in(tunde.get(stop)), "kg-PET": "2.5"}
    assert weigh.keys() >= {"weighing_id"}
    result = tunde.post(stop, data=weigh)
    assert result.status_code == 303
    assert "2.5kg" in tunde.get(result.headers["location"]).text
    assert balance(container) == 30_000
    with container.database.unit_of_work() as session:
        assert session.scalars(select(Visit.off_route)).one() is False

    known = tunde.post("/route/enrol", data={**form, "id": str(new_id()), "name": "Musa"})
    page = tunde.get(known.headers["location"])
    assert "Already with us" in page.text
    assert "Baba Sule" not in page.text
