"""What the demo's pretend company, over real sockets and in every mood, must come to: each row names the end.

Whatever happens, the phone is credited at most once per payout, and what the household has, what is set aside and
what was paid come to what it earned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.payments.standin import SIGNATURE_HEADER, Standin, signature
from app.payouts.ports import AuthLevel
from app.payouts.statuses import PayoutStatus
from app.rewards.models import RedemptionStatus
from tests.factories.purse import EARNED_MINOR, TIMEOUT_SECONDS, a_purse
from tests.standins.payments import KEY

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TIMES = (0 * MINUTE, MINUTE, 20 * MINUTE, 20 * MINUTE, 2 * HOUR, DAY, 2 * DAY)
"""Between one look of the worker and the next."""
_S = PayoutStatus


@dataclass(frozen=True)
class Mood:
    name: str
    end: PayoutStatus
    credited: int
    switches: dict[str, Any] = field(default_factory=dict)
    texts: tuple[str, ...] = ()


PAID, BACK, REVIEW = ("payout.paid",), ("payout.given_back.company",), ("payout.in_review",)
MOODS = [
    Mood("all is well", _S.PAID, 1, {}, PAID),
    Mood("it answers too late", _S.PAID, 1, {"answer_seconds": 2 * TIMEOUT_SECONDS}, PAID),
    Mood("it accepts, and the answer is lost", _S.PAID, 1, {"submit": "drop_after"}, PAID),
    Mood("it accepts, and answers 500", _S.PAID, 1, {"submit": "error_after"}, PAID),
    Mood("it accepts, and answers gibberish", _S.PAID, 1, {"submit": "garble"}, PAID),
    Mood("the call is lost on the way", _S.FAILED, 0, {"submit": "drop_before"}, BACK),
    Mood("it is down behind its gateway", _S.FAILED, 0, {"submit": "error_before"}, BACK),
    Mood("it never calls back", _S.PAID, 1, {"callback": "never"}, PAID),
    Mood("it calls back before it answers", _S.PAID, 1, {"callback": "before_answer"}, PAID),
    Mood("it calls back twice", _S.PAID, 1, {"callback": "twice"}, PAID),
    Mood("it does not sign its callbacks", _S.PAID, 1, {"callback": "unsigned"}, PAID),
    Mood(
        "it calls back before an answer that is lost",
        _S.PAID,
        1,
        {"callback": "before_answer", "submit": "drop_after"},
        PAID,
    ),
    Mood("it refuses references that it knows", _S.PAID, 1, {"duplicates": "refused"}, PAID),
    Mood(
        "it would pay the same reference again, and its answer is lost",
        _S.PAID,
        1,
        {"duplicates": "pay_again", "submit": "drop_after", "callback": "never"},
        PAID,
    ),
    Mood("the network refuses the airtime", _S.FAILED, 0, {"outcome": "fail"}, BACK),
    Mood("our float there is too small", _S.FAILED, 0, {"float_minor": 10_000}, BACK),
    Mood("it paid another amount", _S.NEEDS_REVIEW, 1, {"report": "wrong_amount"}, REVIEW),
    Mood("it paid in another currency", _S.NEEDS_REVIEW, 1, {"report": "wrong_currency"}, REVIEW),
    Mood("it paid somebody else", _S.NEEDS_REVIEW, 1, {"report": "wrong_phone"}, REVIEW),
    Mood("it never comes to an end", _S.NEEDS_REVIEW, 0, {"outcome": "never_settle"}, REVIEW),
    Mood(
        "it forgets what it accepted",
        _S.NEEDS_REVIEW,
        0,
        {"outcome": "never_settle", "query": "not_found"},
        REVIEW,
    ),
    Mood(
        "its answer is lost and it cannot be asked",
        _S.NEEDS_REVIEW,
        1,
        {"submit": "drop_after", "query": "error", "callback": "never"},
        REVIEW,
    ),
]


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: mood.name)
def test_every_mood_has_its_end_and_pays_at_most_once(sqlite_url: str, mood: Mood) -> None:
    reach_the_end(sqlite_url, mood)


@pytest.mark.parametrize("mood", MOODS[:3], ids=lambda mood: mood.name)
def test_on_either_database(database_url: str, mood: Mood) -> None:
    reach_the_end(database_url, mood)


def reach_the_end(database_url: str, mood: Mood) -> None:
    with a_purse(database_url, **mood.switches) as purse:
        payout_id = purse.redeem(50_000)
        for time in TIMES:
            purse.work(time)
            purse.check_book()
        assert purse.status(payout_id) is mood.end
        assert purse.credited(payout_id) == mood.credited
        assert tuple(purse.texts()) == mood.texts
        standing = purse.standing()
        in_hand = {_S.PAID: (150_000, 0), _S.FAILED: (EARNED_MINOR, 0), _S.NEEDS_REVIEW: (150_000, 50_000)}
        assert (standing["credit"], standing["hold"]) == in_hand[mood.end]
        told = {_S.PAID: "paid", _S.FAILED: "given_back", _S.NEEDS_REVIEW: "in_review"}
        assert purse.redemption(payout_id).status is RedemptionStatus(told[mood.end])


def test_what_was_never_sent_is_sent_later_and_once(database_url: str) -> None:
    """The one outcome after which a new attempt may be made: the connection was never there."""
    with a_purse(database_url) as purse:
        payout_id = purse.redeem(50_000)
        standin = purse.container.payment_providers["standin"]
        assert isinstance(standin, Standin)
        reachable, standin._wire._api_url = standin._wire._api_url, "http://127.0.0.1:9/closed"
        for _ in range(3):
            purse.work(HOUR)
            assert purse.status(payout_id) is PayoutStatus.RESERVED
        standin._wire._api_url = reachable
        purse.work(HOUR)
        assert purse.status(payout_id) is PayoutStatus.PAID
        assert purse.credited(payout_id) == 1
        purse.check_book()


def test_a_company_that_cannot_be_reached_for_half_a_day_gets_no_more_tries(database_url: str) -> None:
    with a_purse(database_url) as purse:
        payout_id = purse.redeem(50_000)
        standin = purse.container.payment_providers["standin"]
        assert isinstance(standin, Standin)
        standin._wire._api_url = "http://127.0.0.1:9/closed"
        for _ in range(13):
            purse.work(HOUR)
        assert purse.status(payout_id) is PayoutStatus.FAILED
        assert purse.standing()["credit"] == EARNED_MINOR


def test_a_signature_is_good_for_one_body_and_one_key() -> None:
    standin = Standin(api_url="http://127.0.0.1:9", key=KEY, currency="NGN")
    body = b'{"reference": "a"}'
    signed = {SIGNATURE_HEADER: signature(KEY, body)}
    assert standin.authenticate(signed, body, None) is AuthLevel.SIGNED
    assert standin.authenticate(signed, body + b" ", None) is AuthLevel.NONE
    assert standin.authenticate({SIGNATURE_HEADER: signature("other", body)}, body, None) is AuthLevel.NONE
    assert standin.authenticate({SIGNATURE_HEADER: "\u00fc"}, body, None) is AuthLevel.NONE
