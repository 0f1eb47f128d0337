"""A payment that never arrived goes out once more under its own reference, and is paid once whatever that comes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.payouts.statuses import PayoutStatus
from tests.factories.till import Till, a_till
from tests.fakes.company import Company

AMOUNT_MINOR = 50_000
SOON = timedelta(minutes=6)
PAID, FAILED, REVIEW = PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.NEEDS_REVIEW


@pytest.fixture
def company() -> Company:
    return Company(resendable=True)


@pytest.fixture
def till(sqlite_url: str, company: Company) -> Iterator[Till]:
    with a_till(sqlite_url, "fake", payout_not_found_final_minutes=60) as made:
        made.employ(fake=company)
        yield made


def lost(till: Till, company: Company, first: str, answers: str = "truth") -> UUID:
    """A payout whose first call got no answer, and which one read has not found."""
    company.submits, company.answers = first, answers
    payout_id = till.redeem(till.customer(), AMOUNT_MINOR)
    till.work()
    till.work(SOON)
    assert len(company.sent) == 1
    return payout_id


def credited(company: Company) -> int:
    return sum(payment.credits for payment in company.payments.values())


def test_what_was_lost_on_the_way_is_paid_by_the_second_call(till: Till, company: Company) -> None:
    payout_id = lost(till, company, "loses_request")
    company.submits = "settles"
    till.work(SOON)
    assert (till.status(payout_id), credited(company)) == (PAID, 1)
    assert company.sent == till.references(payout_id) * 2


def test_it_is_sent_again_only_once_and_given_back_an_hour_after_that(till: Till, company: Company) -> None:
    payout_id = lost(till, company, "loses_request")
    till.work(timedelta(hours=3))
    assert len(company.sent) == 2
    till.work(timedelta(minutes=20))
    till.work(timedelta(minutes=20))
    assert till.status(payout_id) is PayoutStatus.UNKNOWN, "the hour counts from the second call"
    till.work(timedelta(minutes=40))
    assert (till.status(payout_id), len(company.sent)) == (FAILED, 2)


@pytest.mark.parametrize("second", ["refuses", "unreachable", "loses_request"])
def test_a_second_call_that_is_turned_away_gives_nothing_back(
    till: Till, company: Company, second: str
) -> None:
    """Its phone was topped up a moment ago, say, and so it was: by the first call."""
    payout_id = lost(till, company, "loses_answer", answers="not_found")
    company.submits = second
    till.work(SOON)
    assert (till.status(payout_id), len(company.sent)) == (PayoutStatus.UNKNOWN, 2)
    company.answers = "truth"
    till.work(SOON)
    assert (till.status(payout_id), credited(company)) == (PAID, 1)


def test_a_second_call_that_is_a_duplicate_shows_that_the_first_arrived(till: Till, company: Company) -> None:
    """So what it denies is for a person, and never given back by itself."""
    payout_id = lost(till, company, "loses_answer", answers="not_found")
    till.work(SOON)
    assert till.status(payout_id) is PayoutStatus.PENDING
    for _ in range(3):
        till.work(timedelta(hours=2))
    assert (till.status(payout_id), credited(company), len(company.sent)) == (REVIEW, 1, 2)


def test_nothing_is_sent_again_where_a_reference_may_be_taken_twice(till: Till, company: Company) -> None:
    company.resendable = False
    payout_id = lost(till, company, "loses_request")
    company.submits = "settles"
    for _ in range(3):
        till.work(timedelta(hours=1))
    assert (till.status(payout_id), len(company.sent)) == (FAILED, 1)
