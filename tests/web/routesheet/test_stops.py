from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
from fastapi.testclient import TestClient
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.container import Container
from app.households.models import Household
from app.ledger import service as ledger
from app.messaging.models import OutboxMessage
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.weighing.models import ConflictingSubmission, Visit, WeighingLine
from tests.factories.day import HOUSEHOLDS, PIN, Day, another_route
from tests.web.routesheet.conftest import MovableClock, a_phone, form_in, sign_in


def test_the_list_shows_the_days_stops_in_order_and_nobody_elses(tunde: TestClient) -> None:
    page = tunde.get("/route").text
    places = [page.index(f'<span class="name">{name}</span>') for name, _, _ in HOUSEHOLDS]
    assert places == sorted(places)
    assert "0 of 5 done" in page
    assert "Somebody Else" not in page


def test_a_stop_says_who_where_and_how_sure_we_are(tunde: TestClient, day: Day) -> None:
    page = tunde.get(f"/route/stops/{day.pickups[0]}").text
    for shown in (
        "Iya Basira",
        "Blue gate beside Celestial Church, Tejuosho",
        'href="tel:+2348000000001"',
        "0800 000 0001",
        'href="geo:6.5012,3.3581?q=6.5012,3.3581"',
        "may be 300 m off",
        "7am to 9:30am",
        "N120 per kg",
    ):
        assert shown in page
    assert "We do not know the place on the map" in tunde.get(f"/route/stops/{day.pickups[1]}").text


def test_what_is_not_on_the_collectors_list_is_not_there(tunde: TestClient, day: Day) -> None:
    for where in (f"/route/stops/{day.foreign}", "/route/stops/not-an-id", f"/route/visits/{day.foreign}"):
        answer = tunde.get(where)
        assert answer.status_code == 404
        assert "Somebody Else" not in answer.text


def test_yesterdays_households_are_gone_when_the_day_ends_at_the_hub(
    tunde: TestClient, day: Day, clock: MovableClock
) -> None:
    clock.pass_(hours=15, minutes=59)  # 23:59 in Lagos
    assert tunde.get(f"/route/stops/{day.pickups[0]}").status_code == 200
    clock.pass_(minutes=1)
    assert tunde.get(f"/route/stops/{day.pickups[0]}").status_code == 404
    assert "There are no stops for you today" in tunde.get("/route").text


def test_weights_become_credit_and_the_next_stop_is_offered(
    container: Container, tunde: TestClient, day: Day
) -> None:
    answer = weigh(tunde, day.pickups[0], {"kg-PET": "2,5", "kg-CAN": " 0.35 KG ", "kg-GLASS": "0"})
    assert answer.status_code == 303
    page = tunde.get(answer.headers["Location"]).text
    assert "<b>2.5kg</b> <b>N300</b>" in page
    assert "<b>2.85kg</b> <b>N510</b>" in page
    assert f'href="/route/stops/{day.pickups[1]}"' in page
    assert lines(container) == {350, 2_500}
    assert balance(container, day.pickups[0]) == 51_000
    assert texts(container) == [("+2348000000001", "receipt")]
    listed = tunde.get("/route").text
    assert "1 of 5 done" in listed
    assert "Weighed" in listed
    assert "<b>2.85kg</b> <b>N510</b>" in tunde.get(f"/route/stops/{day.pickups[0]}").text


def test_a_mistake_is_named_and_everything_typed_is_still_there(tunde: TestClient, day: Day) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    blank = form_in(tunde.get(stop))
    typed = {**blank, "kg-PET": "2,5", "kg-CAN": "0..3", "note": 'a "dog" <b>\n& more', "reason": "unsafe"}
    answer = tunde.post(stop, data=typed)
    assert answer.status_code == 422
    assert form_in(answer) == typed
    assert '<a href="#kg-CAN">Aluminium cans: Write the weight like 2.5 or 2,5.</a>' in answer.text
    assert 'aria-invalid="true" aria-describedby="kg-CAN-mistake"' in answer.text


NO_WEIGHTS = ("-1", "1e3", "nan", "2.5.1", "0,0001", "٣", "two", "1 2", "2.5%00", "2%ff", "%ed%a0%be")


def test_what_is_no_weight_is_refused(container: Container, tunde: TestClient, day: Day) -> None:
    for typed in NO_WEIGHTS:
        answer = tunde.post(
            f"/route/stops/{day.pickups[0]}",
            content=f"kg-PET={typed}".encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 422, typed
        assert 'id="kg-PET-mistake"' in answer.text, typed
    assert lines(container) == set()


def test_an_absurd_weight_is_refused_naming_the_limit(
    container: Container, tunde: TestClient, day: Day
) -> None:
    answer = weigh(tunde, day.pickups[0], {"kg-PET": "200.001"})
    assert answer.status_code == 422
    assert "More than 200kg at one stop is not possible" in answer.text
    assert weigh(tunde, day.pickups[0], {"kg-PET": "200"}).status_code == 303


def test_no_weight_at_all_asks_for_a_reason_instead(tunde: TestClient, day: Day) -> None:
    for typed in ("", "0", "0,00"):
        answer = weigh(tunde, day.pickups[0], {"kg-PET": typed})
        assert answer.status_code == 422
        assert "choose why you could not collect" in answer.text
        assert "<details open>" in answer.text


def test_a_material_taken_off_the_list_meanwhile_is_not_dropped_in_silence(
    container: Container, tunde: TestClient, day: Day
) -> None:
    answer = weigh(tunde, day.pickups[0], {"kg-PET": "1", "kg-TYRES": "3"})
    assert answer.status_code == 422
    assert "no longer taken" in answer.text
    assert lines(container) == set()


def test_sending_a_form_twice_counts_once_and_shows_the_same_page(
    container: Container, tunde: TestClient, day: Day
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2,5"}
    first, second = tunde.post(stop, data=typed), tunde.post(stop, data={**typed, "kg-PET": "2.50"})
    assert first.headers["Location"] == second.headers["Location"]
    assert tunde.get(first.headers["Location"]).text == tunde.get(second.headers["Location"]).text
    assert balance(container, day.pickups[0]) == 30_000
    assert len(texts(container)) == 1


def test_a_form_sent_many_times_at_once_counts_once(
    container: Container, tunde: TestClient, day: Day
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2,5"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tunde.post(stop, data=typed), range(16)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert balance(container, day.pickups[0]) == 30_000


def test_the_same_form_with_other_weights_is_kept_aside_and_says_so(
    container: Container, tunde: TestClient, day: Day
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2,5"}
    tunde.post(stop, data=typed)
    answer = tunde.post(stop, data={**typed, "kg-PET": "25"})
    assert answer.status_code == 409
    assert "This stop is already recorded" in answer.text
    assert "kept aside for the office" in answer.text
    assert "<b>2.5kg</b>" in answer.text
    assert balance(container, day.pickups[0]) == 30_000
    with container.database.unit_of_work() as session:
        (kept,) = session.scalars(select(ConflictingSubmission.content))
    assert kept["grams"] == {"PET": 25_000}


def test_a_reason_is_recorded_and_the_stop_can_still_be_weighed_later(
    container: Container, tunde: TestClient, day: Day
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    page = form_in(tunde.get(stop))
    said = {"do": "missed", "reason": "nobody_home", "note": "Gate locked.\r\nWe called."}
    answer = tunde.post(stop, data={**page, **said})
    assert "Nobody home" in tunde.get(answer.headers["Location"]).text
    assert status(container, day.pickups[0]) is PickupStatus.MISSED
    with container.database.unit_of_work() as session:
        assert session.scalars(select(Visit.note)).all() == ["Gate locked.\nWe called."]
    assert "1 of 5 done" in tunde.get("/route").text
    # The very page that said "nobody home", still open on the phone, has an id of its own for the weights.
    assert tunde.post(stop, data={**page, "kg-PET": "1"}).status_code == 303
    assert status(container, day.pickups[0]) is PickupStatus.COLLECTED


def test_a_report_that_makes_no_sense_is_not_taken(container: Container, tunde: TestClient, day: Day) -> None:
    senseless: list[tuple[dict[str, str], str]] = [
        ({}, "Choose why you could not collect."),
        ({"reason": "not_visited"}, "Choose why you could not collect."),
        ({"reason": "refused", "note": "x" * 301}, "more than 300 letters"),
        ({"reason": "refused", "kg-PET": "2"}, "You typed weights."),
    ]
    for typed, named in senseless:
        answer = weigh(tunde, day.pickups[0], {"do": "missed", **typed})
        assert answer.status_code == 422
        assert named in answer.text
    assert status(container, day.pickups[0]) is PickupStatus.ROUTED


def test_a_form_that_comes_the_next_morning_is_taken_but_shows_nobody(
    container: Container, tunde: TestClient, day: Day, clock: MovableClock
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2x"}
    clock.pass_(days=1)
    mistaken = tunde.post(stop, data=typed)
    assert form_in(mistaken) == typed
    saved = tunde.post(stop, data={**typed, "kg-PET": "2"})
    assert saved.status_code == 303
    for page in (mistaken, tunde.get(saved.headers["Location"])):
        assert not {"Iya Basira", "Blue gate", "+2348000000001"} & set(page.text.split('"'))
        assert "Iya Basira" not in page.text
        assert "Blue gate" not in page.text
    assert balance(container, day.pickups[0]) == 24_000


def test_a_form_that_comes_weeks_later_is_refused_in_plain_words(
    tunde: TestClient, day: Day, clock: MovableClock
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2"}
    clock.pass_(days=15)
    answer = tunde.post(stop, data=typed)
    assert answer.status_code == 422
    assert "tell the office" in answer.text
    assert form_in(answer)["kg-PET"] == "2"


def test_what_was_typed_survives_having_to_sign_in_again(
    container: Container, tunde: TestClient, day: Day, clock: MovableClock
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2,5", "note": "by the & gate", "do": "weigh"}
    tunde.post("/route/sign-out")
    asked = tunde.post(stop, data=typed)
    assert asked.status_code == 401
    fields = {**form_in(asked), "phone": "0800 000 9001", "pin": "1111"}
    fields = {**form_in(tunde.post("/route/sign-in", data=fields)), "pin": PIN}
    again = tunde.post("/route/sign-in", data=fields)
    assert again.status_code == 200
    assert {**form_in(again), "do": "weigh"} == typed
    assert tunde.post(stop, data={**form_in(again), "do": "weigh"}).status_code == 303
    assert balance(container, day.pickups[0]) == 30_000


def test_when_the_commit_fails_the_collector_hears_it_and_can_send_again(
    container: Container, tunde: TestClient, day: Day
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    typed = {**form_in(tunde.get(stop)), "kg-PET": "2,5"}

    def fail(_: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    event.listen(Session, "before_commit", fail)
    try:
        assert tunde.post(stop, data=typed).status_code == 503
    finally:
        event.remove(Session, "before_commit", fail)
    assert balance(container, day.pickups[0]) == 0
    assert tunde.post(stop, data=typed).status_code == 303
    assert balance(container, day.pickups[0]) == 30_000


def test_a_stop_called_off_after_planning_is_shown_as_such_and_not_counted(
    container: Container, tunde: TestClient, day: Day
) -> None:
    with container.database.unit_of_work() as session:
        session.execute(
            update(Pickup).where(Pickup.id == day.pickups[0]).values(status=PickupStatus.DECLINED)
        )
    page = tunde.get("/route").text
    assert "0 of 4 done" in page
    assert "Said not today" in page
    assert f'class="button main screen" href="/route/stops/{day.pickups[1]}"' in page
    assert weigh(tunde, day.pickups[0], {"kg-PET": "1"}).status_code == 303


def test_a_collectors_pages_are_in_his_language(container: Container, tunde: TestClient, day: Day) -> None:
    with container.database.unit_of_work() as session:
        session.execute(update(Collector).where(Collector.id == day.collector).values(language="pcm"))
    page = tunde.get("/route").text
    assert '<html lang="pcm">' in page
    assert "0 of 5 don finish" in page


def test_hostile_names_are_only_text(container: Container, tunde: TestClient, day: Day) -> None:
    with container.database.unit_of_work() as session:
        session.execute(update(Household).values(name="<script>alert(1)</script>", landmark='"><b>'))
    for page in (tunde.get("/route"), tunde.get(f"/route/stops/{day.pickups[0]}")):
        assert "<script>alert" not in page.text
        assert "<b>" not in page.text


def test_a_long_day_costs_no_more_statements_and_stays_small(
    container: Container, clock: MovableClock, day: Day
) -> None:
    households = [(f"Household {number}", "Behind the borehole " * 3, None) for number in range(40)]
    with container.database.unit_of_work() as session:
        longer = another_route(session, day, clock.now(), households)
    sizes, counts = [], []
    for number in (day.phone, longer):
        phone = a_phone(container)
        sign_in(phone, number)
        statements: list[str] = []

        def count(*given: Any, into: list[str] = statements) -> None:
            into.append(given[2])

        event.listen(container.database.engine, "after_cursor_execute", count)
        page = phone.get("/route")
        event.remove(container.database.engine, "after_cursor_execute", count)
        sizes.append(len(gzip.compress(page.content)))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert max(sizes) < 15_000


def weigh(phone: TestClient, pickup_id: UUID, typed: dict[str, str]) -> httpx.Response:
    stop = f"/route/stops/{pickup_id}"
    answer: httpx.Response = phone.post(stop, data={**form_in(phone.get(stop)), **typed})
    return answer


def lines(container: Container) -> set[int]:
    with container.database.unit_of_work() as session:
        return set(session.scalars(select(WeighingLine.grams)))


def status(container: Container, pickup_id: UUID) -> PickupStatus:
    with container.database.unit_of_work() as session:
        return session.scalars(select(Pickup.status).where(Pickup.id == pickup_id)).one()


def balance(container: Container, pickup_id: UUID) -> int:
    with container.database.unit_of_work() as session:
        household = session.scalars(select(Pickup.household_id).where(Pickup.id == pickup_id)).one()
        return ledger.balance(session, household)


def texts(container: Container) -> list[tuple[str, str]]:
    with container.database.unit_of_work() as session:
        return [(row.phone, row.template) for row in session.scalars(select(OutboxMessage))]
