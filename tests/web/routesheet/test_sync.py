"""The sheet's queue is emptied by the service's word for each record, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.cases.service import standing_grams
from app.container import Container
from app.fieldwork import handover_codes
from app.fieldwork.clocks import Stamp, corrected
from app.fieldwork.models import FieldRecord, Verdict
from app.fieldwork.taking import take
from app.households.models import Household
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.pickups import handover
from app.pickups.models import Pickup
from app.weighing.models import ConflictingSubmission, ConflictReason, Via, Visit, Weighing
from tests.factories.day import Day
from tests.web.routesheet.conftest import MORNING, MovableClock, a_phone, sign_in
from tests.web.routesheet.phone import OURS, Sheet, made


@pytest.fixture
def sheet(tunde: TestClient, day: Day) -> Sheet:
    return Sheet(tunde, day.collector)


def balance(container: Container, pickup_id: object) -> int:
    with container.database.unit_of_work() as session:
        pickup = session.get_one(Pickup, pickup_id)
        return ledger.balance(session, pickup.household_id)


def kept_aside(container: Container) -> list[tuple[str, ConflictReason]]:
    with container.database.unit_of_work() as session:
        rows = session.scalars(select(ConflictingSubmission).order_by(ConflictingSubmission.received_at))
        return [(str(row.visit_id), row.reason) for row in rows]


def test_every_record_gets_its_own_answer(container: Container, day: Day, sheet: Sheet) -> None:
    first = made("weighing", day.pickups[0], MORNING, grams={"PET": 2_500, "CAN": 300})
    missed = made("missed", day.pickups[1], MORNING, reason="nobody_home", note="Gate locked")
    heavy = made("weighing", day.pickups[2], MORNING, grams={"PET": 900_000})
    broken: dict[str, Any] = {"id": str(new_id()), "kind": "weighing"}
    nowhere = made("weighing", new_id(), MORNING, grams={"PET": 1})
    strange = made("weighing", day.pickups[2], MORNING, grams={"GOLD": 1_000})
    last = made("weighing", day.pickups[3], MORNING, grams={"GLASS": 4_000})
    assert sheet.sync(first, missed, heavy, broken, nowhere, strange, last, sent_at=MORNING) == [
        "accepted",
        "accepted",
        "refused:weights",
        "refused:malformed",
        "refused:unknown-stop",
        "refused:weights",
        "accepted",
    ]
    assert balance(container, day.pickups[0]) == 30_000 + 18_000
    assert balance(container, day.pickups[3]) == 8_000
    # What could be read is kept for a person, though it cannot count.
    assert {id_ for id_, _ in kept_aside(container)} == {heavy["id"], nowhere["id"], strange["id"]}

    assert sheet.sync(first, missed, last, sent_at=MORNING) == ["duplicate"] * 3
    other = {**first, "grams": {"PET": 9_000}}
    as_missed = {**missed, "id": first["id"], "pickup": first["pickup"]}
    again = made("weighing", day.pickups[0], MORNING, grams={"PET": 100})
    assert sheet.sync(other, as_missed, again, sent_at=MORNING) == ["conflict"] * 3
    assert balance(container, day.pickups[0]) == 48_000
    assert [reason for _, reason in kept_aside(container)][-3:] == [
        ConflictReason.OTHER_CONTENT,
        ConflictReason.OTHER_CONTENT,
        ConflictReason.SECOND_VISIT,
    ]


def test_a_stop_that_is_somebody_elses_now_is_taken_and_marked(
    container: Container, day: Day, sheet: Sheet
) -> None:
    record = made("weighing", day.foreign, MORNING, grams={"PET": 1_000})
    answer = sheet.post(record, sent_at=MORNING).json()["answers"][0]
    assert answer == {"id": record["id"], "answer": "accepted", "off_route": True}
    with container.database.unit_of_work() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.off_route, visit.via) == (True, Via.SYNC)


def test_a_correction_books_the_difference_and_only_of_what_stands(
    container: Container, day: Day, sheet: Sheet
) -> None:
    stop = day.pickups[0]
    first = made("weighing", stop, MORNING, grams={"PET": 25_000})
    slip = made("correction", stop, MORNING, grams={"PET": 2_500}, supersedes=first["id"])
    more = made("correction", stop, MORNING, grams={"PET": 2_500, "CAN": 100}, supersedes=slip["id"])
    assert sheet.sync(first, slip, more, sent_at=MORNING) == ["accepted"] * 3
    assert sheet.sync(slip, more, sent_at=MORNING) == ["duplicate"] * 2
    assert balance(container, stop) == 30_000 + 6_000
    with container.database.unit_of_work() as session:
        weighed = session.scalars(select(Weighing)).one()
        assert standing_grams(session, weighed.id) == {"PET": 2_500, "CAN": 100}

    late = made("correction", stop, MORNING, grams={"PET": 1}, supersedes=first["id"])
    unknown = made("correction", stop, MORNING, grams={"PET": 1}, supersedes=str(new_id()))
    assert sheet.sync(late, unknown, sent_at=MORNING) == ["conflict", "refused:unknown-record"]
    nothing = made("correction", stop, MORNING, grams={}, supersedes=more["id"])
    assert sheet.sync(nothing, sent_at=MORNING) == ["accepted"]
    assert balance(container, stop) == 0


def test_nobody_corrects_what_somebody_else_weighed(container: Container, day: Day, sheet: Sheet) -> None:
    first = made("weighing", day.pickups[0], MORNING, grams={"PET": 1_000})
    assert sheet.sync(first, sent_at=MORNING) == ["accepted"]
    browser = a_phone(container)
    sign_in(browser, "0800 000 9002")
    theirs = made("correction", day.pickups[0], MORNING, grams={"PET": 90_000}, supersedes=first["id"])
    assert Sheet(browser, day.other).sync(theirs, sent_at=MORNING) == ["refused:unknown-record"]
    assert balance(container, day.pickups[0]) == 12_000


def test_a_batch_is_taken_only_from_whom_it_says_it_is(
    container: Container, day: Day, sheet: Sheet, phone: TestClient
) -> None:
    record = made("weighing", day.pickups[0], MORNING, grams={"PET": 1_000})
    assert Sheet(sheet.browser, day.other).post(record, sent_at=MORNING).status_code == 403
    assert Sheet(a_phone(container), day.collector).post(record, sent_at=MORNING).status_code == 401
    from_elsewhere = sheet.post(record, sent_at=MORNING, **{"Sec-Fetch-Site": "cross-site"})
    assert from_elsewhere.status_code == 403
    assert phone.post("/route/sync", json={}).status_code == 403, "without the header only our pages can add"
    assert phone.post("/route/sync", content="<html>", headers=OURS).status_code == 400
    assert balance(container, day.pickups[0]) == 0


def test_one_record_that_we_fail_at_is_not_answered_and_blocks_no_other(
    container: Container, day: Day, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(session: Any, record: Any, *args: Any, **rest: Any) -> Any:
        taken = take(session, record, *args, **rest)
        if record.pickup_id == day.pickups[0]:
            raise RuntimeError("after all was written")
        return taken

    monkeypatch.setattr("app.web.routesheet.sync.take", failing)
    bad, good = (made("weighing", stop, MORNING, grams={"PET": 1_000}) for stop in day.pickups[:2])
    answers = sheet.post(bad, good, sent_at=MORNING).json()["answers"]
    assert answers == [{"id": good["id"], "answer": "accepted"}]
    assert balance(container, day.pickups[0]) == 0
    monkeypatch.undo()
    assert sheet.sync(bad, good, sent_at=MORNING) == ["accepted", "duplicate"]


def test_all_three_times_are_kept_of_a_phone_that_woke_up_in_2019(
    container: Container, day: Day, sheet: Sheet, clock: MovableClock
) -> None:
    then = datetime(2019, 1, 1, 0, 10, tzinfo=UTC)
    record = made("weighing", day.pickups[0], then, grams={"PET": 1_000}, offset=None)
    assert sheet.sync(record, sent_at=then + timedelta(minutes=20)) == ["accepted"]
    with container.database.unit_of_work() as session:
        visit = session.scalars(select(Visit)).one()
    assert visit.device_at == then
    assert visit.received_at == MORNING
    assert visit.visited_at == MORNING - timedelta(minutes=20)


_NOW = MORNING
_OFF = timedelta(days=2_600)


@pytest.mark.parametrize(
    ("stamp", "sent_at", "expected"),
    [
        (Stamp(_NOW - timedelta(hours=2), timedelta(0)), _NOW, _NOW - timedelta(hours=2)),
        # A clock that is years behind all along, and one that is an hour ahead.
        (Stamp(_NOW - _OFF - timedelta(hours=1), _OFF), _NOW - _OFF, _NOW - timedelta(hours=1)),
        (Stamp(_NOW + timedelta(minutes=30), -timedelta(hours=1)), None, _NOW - timedelta(minutes=30)),
        # It was right when it weighed; the battery died, and it woke up years ago before it sent.
        (Stamp(_NOW - timedelta(hours=1), timedelta(0)), _NOW - _OFF, _NOW - timedelta(hours=1)),
        # It woke up years ago before it weighed, and knew nothing; the network has set it since.
        (Stamp(_NOW - _OFF, None), _NOW, _NOW),
        # A plain text message: no time of sending, a clock that is right.
        (Stamp(_NOW - timedelta(hours=3), None), None, _NOW - timedelta(hours=3)),
        (Stamp(datetime(9999, 12, 31, tzinfo=UTC), timedelta(days=70_000)), None, _NOW),
    ],
)
def test_a_phones_clock_is_set_right(stamp: Stamp, sent_at: datetime | None, expected: datetime) -> None:
    earliest = _NOW - timedelta(hours=20)
    assert corrected(stamp, sent_at=sent_at, received_at=_NOW, earliest=earliest) == expected


def test_a_handover_code_is_kept_with_whether_it_was_right(
    container: Container, day: Day, sheet: Sheet
) -> None:
    right = handover.code_of("t" * 32, "+2348000000001", MORNING.date())
    wrong = f"{(int(right) + 1) % 10_000:04}"
    records = [made("handover", day.pickups[0], MORNING, code=code) for code in (wrong, right)]
    place = made("position", day.pickups[0], MORNING, latitude=6.5, longitude=3.36, accuracy_metres=12)
    assert sheet.sync(*records, place, sent_at=MORNING) == ["accepted"] * 3
    assert sheet.sync(*records, place, sent_at=MORNING) == ["duplicate"] * 3
    with container.database.unit_of_work() as session:
        kept = session.scalars(select(FieldRecord).order_by(FieldRecord.id)).all()
        household = session.get_one(Household, session.get_one(Pickup, day.pickups[0]).household_id)
    assert [row.verdict for row in kept] == [Verdict.WRONG, Verdict.RIGHT, None]
    assert (household.latitude, household.location_source) == (6.5, "pin")
    assert balance(container, day.pickups[0]) == 0

    weighings = [made("weighing", stop, MORNING, grams={"PET": 1_000}) for stop in day.pickups[:3]]
    guess = made("handover", day.pickups[1], MORNING, code="99999")
    assert sheet.sync(*weighings, guess, sent_at=MORNING) == ["accepted"] * 4
    with container.database.unit_of_work() as session:
        [found] = handover_codes.by_collector(
            session, [MORNING - timedelta(days=1), MORNING + timedelta(days=1)]
        )
    assert (found.weighings, found.right, found.wrong, found.none) == (3, 1, 1, 1)
