"""WRONG: a weighing is disputed, a person answers, the book gets a new entry of the difference."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest

from app.cases import service as cases
from app.cases.models import Dispute, DisputeStatus
from app.db import Database
from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.ledger import reading
from app.ledger import service as ledger
from app.weighing import service as weighing
from tests.factories.street import LIMITS, RecordingPost, Street, a_street


def weighed(database: Database, now: datetime, grams: Mapping[str, int]) -> Street:
    street = a_street(database, now)
    with database.unit_of_work() as session:
        submission = weighing.Submission(new_id(), street.pickup_id, street.collector_id, grams, now)
        weighing.record(session, submission, now, RecordingPost(), LIMITS)
    return street


def dispute(database: Database, street: Street, now: datetime) -> UUID:
    with database.unit_of_work() as session:
        return cases.open_dispute(session, street.household_id, "plastic was 5kg", now).id


def answer(
    database: Database,
    dispute_id: UUID,
    grams: Mapping[str, int] | None,
    now: datetime,
    post: RecordingPost | None = None,
) -> Dispute:
    with database.unit_of_work() as session:
        return cases.resolve(
            session,
            dispute_id,
            grams=grams,
            decision="looked at the photo",
            by="ops",
            now=now,
            post=post or RecordingPost(),
            limits=LIMITS,
        )


def balance(database: Database, street: Street) -> int:
    with database.unit_of_work() as session:
        assert reading.check(session) == []
        return ledger.balance(session, street.household_id)


def spend(database: Database, street: Street, amount_minor: int, now: datetime) -> None:
    with database.unit_of_work() as session:
        accounts = ledger.household_accounts(session, street.household_id)
        ledger.transfer(
            session,
            key=str(new_id()),
            kind="reserve",
            postings=[ledger.Posting(accounts.credit_id, accounts.hold_id, amount_minor)],
            reason="airtime",
            cause=ledger.Cause("household", street.household_id),
            effective_at=now,
            now=now,
        )


def test_a_raised_weight_adds_the_difference_and_edits_nothing(database: Database, clock: FixedClock) -> None:
    now, post = clock.now(), RecordingPost()
    street = weighed(database, now, {"PET": 2_000})
    done = answer(database, dispute(database, street, now), {"PET": 5_000}, now, post)
    assert (done.status, done.difference_minor) == (DisputeStatus.CORRECTED, 30_000)
    assert balance(database, street) == 50_000
    assert [sent.body for sent in post.sent] == [
        "You were right about Tue 3 Mar. Correct weight: 5kg. We added N300. Your credit is now N500."
    ]
    with database.unit_of_work() as session:
        kinds = [row.kind for row in reading.transfers(session, household_id=street.household_id)]
        latest = weighing.latest_for(session, street.household_id)
        assert latest is not None
        assert kinds == ["correction", "weighing"]
        assert [line.grams for line in weighing.lines_of(session, latest.id)] == [2_000]
        assert cases.standing_grams(session, latest.id) == {"PET": 5_000}


def test_a_lowered_weight_takes_back_the_difference(database: Database, clock: FixedClock) -> None:
    now, post = clock.now(), RecordingPost()
    street = weighed(database, now, {"PET": 2_000, "CAN": 1_000})
    answer(database, dispute(database, street, now), {"PET": 2_000}, now, post)
    assert balance(database, street) == 20_000
    assert post.sent[0].key == "dispute.lowered"


def test_what_was_spent_already_is_not_taken_back(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = weighed(database, now, {"PET": 5_000})
    spend(database, street, 45_000, now)
    done = answer(database, dispute(database, street, now), {"PET": 1_000}, now)
    assert (done.corrected_credit_minor, done.difference_minor) == (10_000, -5_000)
    assert balance(database, street) == 0


def test_a_correction_is_corrected_against_what_was_booked(database: Database, clock: FixedClock) -> None:
    """Taken back 5,000 of 40,000, then found right after all: 5,000 come back, not 40,000."""
    now = clock.now()
    street = weighed(database, now, {"PET": 5_000})
    spend(database, street, 45_000, now)
    answer(database, dispute(database, street, now), {"PET": 1_000}, now)
    answer(database, dispute(database, street, now), {"PET": 5_000}, now)
    assert balance(database, street) == 5_000


def test_an_upheld_weight_books_nothing(database: Database, clock: FixedClock) -> None:
    now, post = clock.now(), RecordingPost()
    street = weighed(database, now, {"PET": 2_000})
    done = answer(database, dispute(database, street, now), None, now, post)
    assert (done.status, done.transfer_id) == (DisputeStatus.UPHELD, None)
    assert balance(database, street) == 20_000
    assert [(sent.phone, sent.key) for sent in post.sent] == [(street.phone, "dispute.upheld")]


def test_nothing_at_all_can_be_the_right_weight(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = weighed(database, now, {"PET": 2_000})
    answer(database, dispute(database, street, now), {"PET": 0}, now)
    assert balance(database, street) == 0


def test_fifty_texts_of_wrong_open_one_dispute(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = weighed(database, now, {"PET": 2_000})
    with ThreadPoolExecutor(50) as pool:
        opened = set(pool.map(lambda _: dispute(database, street, now), range(50)))
    assert len(opened) == 1


def test_a_dispute_is_answered_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = weighed(database, now, {"PET": 2_000})
    dispute_id = dispute(database, street, now)

    def try_to_answer(_: int) -> bool:
        try:
            answer(database, dispute_id, {"PET": 3_000}, now)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_to_answer, range(8))) == 1
    assert balance(database, street) == 30_000


def test_what_makes_no_sense_is_refused_and_the_dispute_stays_open(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street = weighed(database, now, {"PET": 2_000})
    dispute_id = dispute(database, street, now)
    for grams, field in (({"PET": -1}, "grams.PET"), ({"GOLD": 1}, "grams.GOLD")):
        with pytest.raises(InvalidInput) as refused:
            answer(database, dispute_id, grams, now)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        answer(database, new_id(), None, now)
    with database.unit_of_work() as session:
        assert session.get_one(Dispute, dispute_id).status is DisputeStatus.OPEN


def test_nobody_disputes_what_was_never_weighed(database: Database, clock: FixedClock) -> None:
    street = a_street(database, clock.now())
    with pytest.raises(NotFound):
        dispute(database, street, clock.now())
