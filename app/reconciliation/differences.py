"""Every way in which attempts, statement and book can disagree, by name, with what to do next. A closed set."""

from __future__ import annotations

import enum
from typing import Final


class Difference(enum.StrEnum):
    CREDIT_WITHOUT_ATTEMPT = "credit_without_attempt"
    PAID_TWICE = "paid_twice"
    PAID_THOUGH_GIVEN_BACK = "paid_though_given_back"
    PAID_THOUGH_TAKEN_BACK = "paid_though_taken_back"
    OPEN_BUT_PAID = "open_but_paid"
    OPEN_BUT_FAILED = "open_but_failed"
    OPEN_AND_MISSING = "open_and_missing"
    BOOKED_BUT_MISSING = "booked_but_missing"
    BOOKED_BUT_FAILED = "booked_but_failed"
    BOOKED_BUT_PENDING = "booked_but_pending"
    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    PAYEE_DIFFERS = "payee_differs"
    NOT_IN_BOOK = "not_in_book"
    BOOKED_WITHOUT_ATTEMPT = "booked_without_attempt"
    NO_STATEMENT = "no_statement"

    @property
    def next_step(self) -> str:
        """A sentence for whoever works through the report."""
        return _NEXT[self]

    @property
    def alarms(self) -> bool:
        """Money has left, or may have, that the book knows nothing of."""
        return self in _ALARMING


_D = Difference
_ALARMING: Final = frozenset({_D.CREDIT_WITHOUT_ATTEMPT, _D.PAID_TWICE, _D.PAID_THOUGH_GIVEN_BACK})
_NEXT: Final = {
    _D.CREDIT_WITHOUT_ATTEMPT: (
        "Somebody paid from our account and this service did not: change the account's keys, then ask the provider who"
        " ordered it. If somebody paid by hand, note that."
    ),
    _D.PAID_TWICE: "Ask the provider to take one of the two back; tell them both of their references.",
    _D.PAID_THOUGH_GIVEN_BACK: (
        "The household has both the credit and the payment: ask the provider to take it back, or book it as a loss."
    ),
    _D.PAID_THOUGH_TAKEN_BACK: (
        "The provider told us that it took the payment back, and its statement has it as paid: show them, and have it"
        " settled one way."
    ),
    _D.OPEN_BUT_PAID: "Compare it with the provider's own page, then resolve the payout as paid.",
    _D.OPEN_BUT_FAILED: "Compare it with the provider's own page, then resolve the payout as not paid.",
    _D.OPEN_AND_MISSING: (
        "Wait for the next day's statement; if it is not there either, ask the provider, then resolve the payout."
    ),
    _D.BOOKED_BUT_MISSING: (
        "We were told that it was paid and the statement has nothing: look at the neighbouring days, then ask the provider."
    ),
    _D.BOOKED_BUT_FAILED: (
        "We were told that it was paid, and the statement says that it failed or was returned: ask the provider. If it was"
        " returned, the household is owed its credit."
    ),
    _D.BOOKED_BUT_PENDING: "Reconcile the day again tomorrow; if it still waits, ask the provider.",
    _D.AMOUNT_DIFFERS: "Find out from the provider what arrived, and settle the difference with whoever is at fault.",
    _D.CURRENCY_DIFFERS: "Find out from the provider what arrived: the account or the payment is in another currency.",
    _D.PAYEE_DIFFERS: "Another phone was paid: ask the provider to take it back before it is spent.",
    _D.NOT_IN_BOOK: "Run weighback ledger check, and do not pay anything out before somebody understands this.",
    _D.BOOKED_WITHOUT_ATTEMPT: "Run weighback ledger check: the float was moved by something that made no payment.",
    _D.NO_STATEMENT: "Take the day's statement from the provider's page and hand it in: weighback reconcile --file.",
}
