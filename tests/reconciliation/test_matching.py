"""Every way in which attempts, statement and book can disagree has a name, and what agrees has none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from app.kernel.ids import new_id
from app.payouts.models import AttemptResult
from app.payouts.telling import StatementLine, StatementStatus
from app.reconciliation.differences import Difference
from app.reconciliation.matching import Attempted, compare

D, R, S = Difference, AttemptResult, StatementStatus
ATTEMPT = Attempted(new_id(), "ours", "theirs", 50_000, "NGN", "+2348000000001", R.SUCCEEDED, 50_000)
LINE = StatementLine(
    S.CREDITED, 50_000, "NGN", datetime(2026, 11, 28, tzinfo=UTC), "ours", "theirs", "+2348000000001"
)


def ended(result: AttemptResult | None) -> Attempted:
    paid = result in {R.SUCCEEDED, R.LATE}
    return replace(ATTEMPT, result=result, booked_minor=50_000 if paid else 0)


def line(status: StatementStatus) -> StatementLine:
    return replace(LINE, status=status)


OPEN, FAILED, REVERSED = ended(None), ended(R.FAILED), ended(R.REVERSED)
CREDITED, PENDING, RETURNED = line(S.CREDITED), line(S.PENDING), line(S.FAILED)


@dataclass(frozen=True)
class Case:
    what: str
    attempts: list[Attempted]
    lines: list[StatementLine]
    found: list[Difference]


CASES = [
    Case("paid and stated", [ATTEMPT], [CREDITED], []),
    Case("paid late, and stated", [ended(R.LATE)], [CREDITED], []),
    Case("paid late, and written off", [replace(ATTEMPT, result=R.WRITTEN_OFF)], [CREDITED], []),
    Case("known by the provider's reference alone", [ATTEMPT], [replace(LINE, reference=None)], []),
    Case("failed and stated so", [FAILED], [RETURNED], []),
    Case("failed and not stated", [FAILED], [], []),
    Case("taken back and stated so", [REVERSED], [RETURNED], []),
    Case("open and not at an end there either", [OPEN], [PENDING], []),
    Case("a fee of theirs", [ATTEMPT], [CREDITED, replace(LINE, status=S.OTHER, reference="x")], []),
    Case("nobody ordered it", [], [CREDITED], [D.CREDIT_WITHOUT_ATTEMPT]),
    Case("nobody ordered it, and it failed", [], [RETURNED], []),
    Case("twice", [ATTEMPT], [CREDITED, CREDITED], [D.PAID_TWICE]),
    Case("given back, and paid", [FAILED], [CREDITED], [D.PAID_THOUGH_GIVEN_BACK]),
    Case("taken back, and paid", [REVERSED], [CREDITED], [D.PAID_THOUGH_TAKEN_BACK]),
    Case("open, and paid", [OPEN], [CREDITED], [D.OPEN_BUT_PAID]),
    Case("open, and failed", [OPEN], [RETURNED], [D.OPEN_BUT_FAILED]),
    Case("open, and not there", [OPEN], [], [D.OPEN_AND_MISSING]),
    Case("paid, and not there", [ATTEMPT], [], [D.BOOKED_BUT_MISSING]),
    Case("paid, and failed", [ATTEMPT], [RETURNED], [D.BOOKED_BUT_FAILED]),
    Case("paid, and still on its way", [ATTEMPT], [PENDING], [D.BOOKED_BUT_PENDING]),
    Case("another amount", [ATTEMPT], [replace(LINE, amount_minor=1)], [D.AMOUNT_DIFFERS]),
    Case("another currency", [ATTEMPT], [replace(LINE, currency="KES")], [D.CURRENCY_DIFFERS]),
    Case("another phone", [ATTEMPT], [replace(LINE, payee_phone="+2348000000002")], [D.PAYEE_DIFFERS]),
    Case("a phone that is hidden", [ATTEMPT], [replace(LINE, payee_phone=None)], []),
    Case("paid, and not booked", [replace(ATTEMPT, booked_minor=0)], [CREDITED], [D.NOT_IN_BOOK]),
    Case("booked, and never paid", [replace(FAILED, booked_minor=5)], [], [D.BOOKED_WITHOUT_ATTEMPT]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_each_difference_has_its_name(case: Case) -> None:
    found = compare(case.lines, [], case.attempts, stated=True)
    assert [one.kind for one in found] == case.found


def test_without_a_statement_attempts_and_book_are_compared_and_one_is_asked_for() -> None:
    found = compare([], [], [ATTEMPT, replace(ATTEMPT, booked_minor=0)], stated=False)
    assert [one.kind for one in found] == [D.NOT_IN_BOOK, D.NO_STATEMENT]
    assert compare([], [], [], stated=False) == [], "nothing was paid, so nothing is missing"


def test_what_lies_across_midnight_is_found_in_the_hours_around() -> None:
    assert compare([], [CREDITED], [ATTEMPT], stated=True) == []
    yesterdays = replace(ATTEMPT, of_the_day=False)
    assert compare([CREDITED], [], [yesterdays], stated=True) == []
    strange = compare([], [replace(LINE, reference="x", provider_reference="x")], [], stated=True)
    assert strange == [], "it is a difference of its own day"


def test_every_difference_is_met_in_these_cases_and_says_what_to_do() -> None:
    met = {kind for case in CASES for kind in case.found} | {D.NO_STATEMENT}
    assert met == set(D)
    assert all(len(kind.next_step) > 40 for kind in D)
