"""What a payout comes to with each real provider when things go wrong: each row names the end it must reach.

Whatever happens, the phone is credited at most once per payout, and what the household has, what is set aside and
what was paid come to what it earned.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.payouts.statuses import PayoutStatus
from tests.factories.till import EARNED_MINOR
from tests.factories.vendors import VENDORS, Counter, a_counter

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TIMES = (0 * MINUTE, MINUTE, 20 * MINUTE, 2 * HOUR, DAY, HOUR, 2 * DAY)
"""Between one look of the worker and the next."""
AMOUNT_MINOR = 50_000
PAID, FAILED, REVIEW = PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.NEEDS_REVIEW
REVERSED = PayoutStatus.REVERSED


@dataclass(frozen=True)
class Fault:
    what: str
    end: PayoutStatus
    credited: int
    mood: dict[str, Any] = field(default_factory=dict)
    other_ends: dict[str, tuple[PayoutStatus, int]] = field(default_factory=dict)
    """For providers that can do better or worse here, and why, see their docstrings."""


NEVER_FOUND = {"africastalking": (REVIEW, 0), "daraja": (REVIEW, 0)}
"""The one knows no payment by our reference, the other never says for good that there is none."""
UNASKABLE = {"africastalking": (REVIEW, 1)}
"""The same, paid: only its callback would have told us the request id."""
FAILS_SILENTLY = {"daraja": (REVIEW, 0)}
"""Asked, it has no documented word for a payment that failed: only the payment's own result has."""
TELLS_LESS = {"africastalking": (PAID, 1)}
"""When asked, it tells neither amount nor phone."""
KEEPS_ITS_WORD = {"africastalking": (PAID, 1), "daraja": (PAID, 1), "mtn_momo": (PAID, 1)}
"""What they have paid, they do not take back."""
FAULTS = [
    Fault("all is well", PAID, 1),
    Fault("it answers too late", PAID, 1, {"submit": "slow"}),
    Fault("it accepts, and the answer is lost", PAID, 1, {"submit": "drop_after"}),
    Fault("it accepts, and answers 500", PAID, 1, {"submit": "error_after"}),
    Fault("it accepts, and answers gibberish", PAID, 1, {"submit": "garble"}),
    Fault("it accepts, and answers in a word that nobody knows", PAID, 1, {"submit": "unknown_word"}),
    Fault(
        "it accepts, the answer is lost, and it never calls back",
        PAID,
        1,
        {"submit": "drop_after", "callback": "never"},
        UNASKABLE,
    ),
    Fault("the call is lost on the way", FAILED, 0, {"submit": "drop_before"}, NEVER_FOUND),
    Fault(
        "the call is lost on the way, and the next one is not",
        PAID,
        1,
        {"submit": "drop_before_once"},
        NEVER_FOUND,
    ),
    Fault(
        "the answer is lost, and it denies what it took",
        REVIEW,
        1,
        {"submit": "drop_after_once", "query": "not_found", "callback": "never"},
    ),
    Fault("it is down behind its gateway", FAILED, 0, {"submit": "error_before"}, NEVER_FOUND),
    Fault("nobody can connect to it", FAILED, 0, {"submit": "unreachable"}),
    Fault("it refuses our key for a moment", PAID, 1, {"submit": "unauthorized_once"}),
    Fault("it never calls back", PAID, 1, {"callback": "never"}),
    Fault("it calls back before it answers", PAID, 1, {"callback": "before_answer"}),
    Fault(
        "it calls back before an answer that is lost",
        PAID,
        1,
        {"callback": "before_answer", "submit": "drop_after"},
    ),
    Fault("it calls back twice", PAID, 1, {"callback": "twice"}),
    Fault("its callbacks come out of order", PAID, 1, {"callback": "out_of_order"}),
    Fault("it calls back that it paid, then that it failed", PAID, 1, {"callback": "contradicting"}),
    Fault("a stranger calls back in its name", PAID, 1, {"callback": "forged"}),
    Fault("the money cannot be delivered", FAILED, 0, {"outcome": "fail"}),
    Fault(
        "it cannot be delivered, and nobody says so",
        FAILED,
        0,
        {"outcome": "fail", "callback": "never"},
        FAILS_SILENTLY,
    ),
    Fault("our float there is too small", FAILED, 0, {"outcome": "short"}),
    Fault("it pays, then takes it back", REVERSED, 1, {"outcome": "succeed_then_reverse"}, KEEPS_ITS_WORD),
    Fault("it paid another amount", REVIEW, 1, {"report": "wrong_amount"}, TELLS_LESS),
    Fault("it paid somebody else", REVIEW, 1, {"report": "wrong_phone", "callback": "never"}, TELLS_LESS),
    Fault("it never comes to an end", REVIEW, 0, {"outcome": "never_settle"}),
    Fault("it forgets what it accepted", REVIEW, 0, {"outcome": "never_settle", "query": "not_found"}),
    Fault(
        "its answer is lost and it cannot be asked",
        REVIEW,
        1,
        {"submit": "drop_after", "query": "error", "callback": "never"},
    ),
    Fault(
        "it can only be asked in a language that nobody knows",
        REVIEW,
        1,
        {"query": "unknown_word", "callback": "never"},
    ),
    Fault("its tokens die before their time", PAID, 1, {"token": "expires"}),
]
ON_BOTH_DATABASES = {"all is well", "it accepts, and the answer is lost", "it calls back twice"}
TEXTS = {
    PAID: ["payout.paid"],
    FAILED: ["payout.given_back"],  # and why
    REVIEW: ["payout.in_review"],
    REVERSED: ["payout.paid", "payout.taken_back"],
}


@pytest.fixture(scope="module", params=sorted(VENDORS))
def counter(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    """One service for all the rows of a provider; each row has a household and an account of its own."""
    path = tmp_path_factory.mktemp("faults") / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    with a_counter(f"sqlite:///{path}", request.param) as made:
        yield made


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_every_fault_has_its_end_and_pays_at_most_once(counter: Counter, fault: Fault) -> None:
    reach_the_end(counter, fault)


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_on_either_database(name: str, database_url: str) -> None:
    with a_counter(database_url, name) as counter:
        for fault in FAULTS:
            if fault.what in ON_BOTH_DATABASES:
                reach_the_end(counter, fault)


def told(texts: list[str]) -> list[str]:
    """Without the reason for what is given back."""
    return ["payout.given_back" if one.startswith("payout.given_back.") else one for one in texts]


def reach_the_end(counter: Counter, fault: Fault) -> None:
    till = counter.till
    counter.begin(**fault.mood)
    customer = till.customer()
    payout_id = counter.redeem(customer, AMOUNT_MINOR)
    end, credited = fault.other_ends.get(counter.name, (fault.end, fault.credited))
    for later in TIMES:
        counter.work(later)
        credit, hold = till.standing(customer)
        status, heard = till.status(payout_id), told(till.texts(customer))
        assert credit + hold + AMOUNT_MINOR * (status is PAID) == EARNED_MINOR
        assert ("payout.paid" in heard) is (status in {PAID, REVERSED}), (
            "paid is said when the book has it, not before"
        )
    assert till.status(payout_id) is end
    assert counter.credited(payout_id) == credited
    taken_and_denied = fault.mood.get("submit") == "drop_after_once"
    sent = 1 + (taken_and_denied and counter.provider.capabilities.resendable)
    assert all(payment.requests == sent for payment in counter.company.payments.values())
    assert till.standing(customer)[1] == (AMOUNT_MINOR if end is REVIEW else 0)
    assert told(till.texts(customer)) == TEXTS[end]
    till.check_book()
