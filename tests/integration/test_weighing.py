"""A stop is weighed, credited and told of once, however often and however late its form arrives."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.conversation.fit import measure
from app.db import Database
from app.errors import InvalidInput, NotFound
from app.households import service as households
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.ledger import reading
from app.ledger import service as ledger
from app.pickups.models import Pickup
from app.pickups.statuses import MissedReason, PickupStatus
from app.weighing import service as weighing
from app.weighing.models import ConflictingSubmission, ConflictReason, Visit
from tests.factories.languages import CATALOGUE
from tests.factories.street import (
    LIMITS,
    RecordingPost,
    Street,
    a_household,
    a_pickup,
    a_rate,
    a_street,
    material_id,
)


def weigh(
    database: Database,
    street: Street,
    grams: Mapping[str, int],
    now: datetime,
    *,
    visit_id: UUID | None = None,
    post: RecordingPost | None = None,
    pickup_id: UUID | None = None,
) -> weighing.Recorded:
    with database.unit_of_work() as session:
        return weighing.record(
            session,
            weighing.Submission(
                visit_id or new_id(), pickup_id or street.pickup_id, street.collector_id, grams, now
            ),
            now,
            post or RecordingPost(),
            LIMITS,
        )


def miss(
    database: Database, street: Street, reason: MissedReason, now: datetime, post: RecordingPost
) -> weighing.RecordedMiss:
    with database.unit_of_work() as session:
        return weighing.record_missed(
            session,
            weighing.Missed(new_id(), street.pickup_id, street.collector_id, reason, "", now),
            now,
            post,
            LIMITS,
        )


def kept_aside(database: Database) -> list[ConflictReason]:
    with database.unit_of_work() as session:
        return list(session.scalars(select(ConflictingSubmission.reason)))


def test_weights_become_credit_and_the_household_is_told(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street, post = a_street(database, now), RecordingPost()
    done = weigh(database, street, {"PET": 2_500, "CAN": 333, "GLASS": 0}, now, post=post)
    assert (done.outcome, done.credit_minor, done.balance_minor) == ("recorded", 34_990, 34_990)
    (receipt,) = post.sent
    assert receipt.body == (
        "We weighed Cans 0.333kg, Plastic bottles 2.5kg. You earned N349.90. Your credit is now N349.90."
        " Not right? Text WRONG."
    )
    with database.unit_of_work() as session:
        pickup = session.get_one(Pickup, street.pickup_id)
        (booked,) = reading.transfers(session, household_id=street.household_id)
        latest = weighing.latest_for(session, street.household_id)
        assert latest is not None
        assert pickup.status is PickupStatus.COLLECTED
        assert (booked.cause_type, booked.cause_id, booked.effective_at) == ("weighing", latest.id, now)
        assert [(line.code, line.grams) for line in weighing.lines_of(session, booked.cause_id)] == [
            ("CAN", 333),
            ("PET", 2_500),
        ]


def test_the_same_form_fifty_times_at_once_counts_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street, post, visit_id = a_street(database, now), RecordingPost(), new_id()
    with ThreadPoolExecutor(50) as pool:
        done = list(
            pool.map(
                lambda _: weigh(database, street, {"PET": 1_000}, now, visit_id=visit_id, post=post),
                range(50),
            )
        )
    assert sorted(one.outcome for one in done) == ["duplicate"] * 49 + ["recorded"]
    assert {(one.credit_minor, one.balance_minor) for one in done} == {(10_000, 10_000)}
    assert len(post.sent) == 1
    assert kept_aside(database) == []


def test_the_same_form_a_day_later_is_still_the_same_form(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street, visit_id = a_street(database, now), new_id()
    weigh(database, street, {"PET": 1_000}, now, visit_id=visit_id)
    late = weigh(database, street, {"PET": 1_000, "CAN": 0}, now + timedelta(days=40), visit_id=visit_id)
    assert (late.outcome, late.balance_minor) == ("duplicate", 10_000)


def test_the_same_id_with_other_weights_is_kept_aside_and_not_paid(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street, visit_id = a_street(database, now), new_id()
    weigh(database, street, {"PET": 1_000}, now, visit_id=visit_id)
    for _ in range(2):
        other = weigh(database, street, {"PET": 9_000}, now, visit_id=visit_id)
        assert (other.outcome, other.credit_minor, other.balance_minor) == ("conflict", 10_000, 10_000)
    assert kept_aside(database) == [ConflictReason.OTHER_CONTENT]


def test_a_stop_is_paid_for_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = a_street(database, now)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: weigh(database, street, {"PET": 1_000}, now), range(8)))
    assert sorted(one.outcome for one in done) == ["conflict"] * 7 + ["recorded"]
    assert kept_aside(database) == [ConflictReason.SECOND_VISIT] * 7
    with database.unit_of_work() as session:
        assert ledger.balance(session, street.household_id) == 10_000


@pytest.mark.parametrize(
    ("grams", "field"),
    [({"PET": -5}, "grams.PET"), ({"PET": 200_001}, "grams.PET"), ({"GOLD": 5}, "grams.GOLD"), ({}, "grams")],
)
def test_what_cannot_be_a_weight_is_refused_by_field_and_nothing_is_kept(
    database: Database, clock: FixedClock, grams: dict[str, int], field: str
) -> None:
    street = a_street(database, clock.now())
    with pytest.raises(InvalidInput) as refused:
        weigh(database, street, grams, clock.now())
    assert refused.value.field == field
    with database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 0


def test_a_stop_is_weighed_from_its_day_until_two_weeks_later(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = a_street(database, now)
    with pytest.raises(InvalidInput, match="not due"):
        weigh(database, street, {"PET": 1}, now - timedelta(days=1))
    with pytest.raises(InvalidInput, match="office"):
        weigh(database, street, {"PET": 1}, now + timedelta(days=15))
    with pytest.raises(NotFound):
        weigh(database, street, {"PET": 1}, now, pickup_id=new_id())
    assert weigh(database, street, {"PET": 1_000}, now + timedelta(days=14)).outcome == "recorded"


def test_a_phone_whose_clock_runs_ahead_weighs_nothing_in_the_future(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street = a_street(database, now)
    ahead = weighing.Submission(
        new_id(), street.pickup_id, street.collector_id, {"PET": 1_000}, now + timedelta(days=400)
    )
    with database.unit_of_work() as session:
        done = weighing.record(session, ahead, now, RecordingPost(), LIMITS)
    assert done.weighing is not None
    assert done.weighing.weighed_at == now


def test_the_zones_own_rate_goes_first_and_rates_hold_from_their_date(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street, today = a_street(database, now), now.date()
    with database.unit_of_work() as session:
        pet, can = material_id(session, "PET"), material_id(session, "CAN")
        a_rate(session, pet, 12_000, now, valid_from=today - timedelta(days=60), zone_id=street.zone_id)
        a_rate(session, pet, 99_000, now, valid_from=today - timedelta(days=1))
        a_rate(session, can, 31_000, now, valid_from=today)
        a_rate(session, can, 50_000, now, valid_from=today + timedelta(days=1))
        rates = weighing.rates_on(session, street.zone_id, today)
        assert {code: rate.amount_minor_per_kilogram for code, rate in rates.items()} == {
            "PET": 12_000,
            "CAN": 31_000,
        }
    # Weighed the day after, still paid at the rate of the stop's own date.
    late = weigh(database, street, {"CAN": 1_000}, now + timedelta(days=1))
    assert late.credit_minor == 31_000


def test_a_missed_stop_is_told_politely_and_may_still_be_weighed(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street, post = a_street(database, now), RecordingPost()
    assert miss(database, street, MissedReason.NOBODY_HOME, now, post).outcome == "recorded"
    assert miss(database, street, MissedReason.UNSAFE, now, post).outcome == "conflict"
    assert [sent.key for sent in post.sent] == ["missed.nobody_home"]
    assert weigh(database, street, {"PET": 1_000}, now, post=post).outcome == "recorded"
    assert miss(database, street, MissedReason.NOBODY_HOME, now, post).outcome == "conflict"
    with database.unit_of_work() as session:
        pickup = session.get_one(Pickup, street.pickup_id)
        assert (pickup.status, pickup.missed_reason) == (PickupStatus.COLLECTED, None)
    assert [sent.key for sent in post.sent] == ["missed.nobody_home", "receipt"]


def test_a_household_that_declined_is_not_told_it_was_missed(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street, post = a_street(database, now), RecordingPost()
    with database.unit_of_work() as session:
        session.get_one(Pickup, street.pickup_id).status = PickupStatus.DECLINED
    assert miss(database, street, MissedReason.NOTHING_TO_GIVE, now, post).outcome == "recorded"
    with database.unit_of_work() as session:
        assert session.get_one(Pickup, street.pickup_id).status is PickupStatus.DECLINED
    assert post.sent == []


def test_the_service_alone_says_that_nobody_came(database: Database, clock: FixedClock) -> None:
    street = a_street(database, clock.now())
    with pytest.raises(InvalidInput) as refused:
        miss(database, street, MissedReason.NOT_VISITED, clock.now(), RecordingPost())
    assert refused.value.field == "reason"


def test_every_phone_of_the_household_gets_its_receipt_in_its_language(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street, post = a_street(database, now), RecordingPost()
    with database.unit_of_work() as session:
        households.add_phone(session, street.household_id, phone="+2348000000002", language="pcm", now=now)
        silent = households.add_phone(
            session, street.household_id, phone="+2348000000003", language="en", now=now
        )
        silent.gets_receipts = False
    weigh(database, street, {"PET": 1_000}, now, post=post)
    assert [sent.phone for sent in post.sent] == ["+2348000000001", "+2348000000002"]
    assert post.sent[1].body.startswith("We don weigh Plastic bottles 1kg.")


@pytest.mark.parametrize(
    "reason", [reason for reason in MissedReason if reason is not MissedReason.NOT_VISITED]
)
def test_there_is_a_text_for_every_reason(reason: MissedReason) -> None:
    assert f"missed.{reason.value}" in CATALOGUE.keys


def test_a_collector_who_did_not_have_the_stop_is_believed_and_marked(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street = a_street(database, now)
    with database.unit_of_work() as session:
        other = a_household(session, street.zone_id, "+2348000000004", now)
        stop = a_pickup(session, other, street.zone_id, now.date())
        done = weighing.record(
            session,
            weighing.Submission(new_id(), stop, street.collector_id, {"PET": 500}, now, off_route=True),
            now,
            RecordingPost(),
            LIMITS,
        )
        assert done.weighing is not None
        assert session.get_one(Visit, done.weighing.id).off_route


def test_a_receipt_is_one_part_however_many_materials(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street, post = a_street(database, now), RecordingPost()
    with database.unit_of_work() as session:
        households.add_phone(session, street.household_id, phone="+2348000000002", language="pcm", now=now)
    weigh(database, street, {"PET": 199_999, "CAN": 199_999}, now, post=post)
    assert [measure(sent.body).parts for sent in post.sent] == [1, 1]
