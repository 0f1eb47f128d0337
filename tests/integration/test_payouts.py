"""Spending credit: reserved once, paid once, given back whole; and every late or contrary word."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from app.adapters.payments.standin import SIGNATURE_HEADER, signature
from app.errors import Conflict, InsufficientBalance, InvalidInput, Refused
from app.payouts import deciding
from app.payouts import service as payouts
from app.payouts.manual import Desk
from app.payouts.models import AttemptResult, PayoutObservation, Verdict
from app.payouts.statuses import PayoutStatus
from app.rewards.announcing import Announcer
from app.rewards.models import RedemptionStatus
from tests.factories.purse import EARNED_MINOR, SECRET, Purse, a_purse
from tests.standins.payments import KEY
from tests.waiting import PATIENCE_SECONDS

HOUR = timedelta(hours=1)
NO_TLS = httpx.create_ssl_context(verify=False)
"""Made once: reading the certificates would be most of a callback's time."""


def attempt_reference(purse: Purse, payout_id: Any) -> str:
    with purse.database.unit_of_work() as session:
        return payouts.attempts(session, payout_id)[-1].reference


def tell(purse: Purse, body: dict[str, Any], *, key: str = KEY, secret: str = SECRET) -> int:
    """Call back as the company would; the HTTP status."""
    raw = json.dumps(body).encode()
    url = f"{purse.container.settings.public_url}/webhooks/payments/standin/{secret}"
    headers = {SIGNATURE_HEADER: signature(key, raw)}
    return httpx.put(url, content=raw, headers=headers, timeout=PATIENCE_SECONDS, verify=NO_TLS).status_code


def word(purse: Purse, payout_id: Any, status: str, **more: Any) -> dict[str, Any]:
    reference = attempt_reference(purse, payout_id)
    said = {"reference": reference, "status": status, "amount_minor": 50_000, "currency": "NGN"}
    return {**said, "phone": purse.street.phone, **more}


def test_fifty_redemptions_at_once_spend_a_balance_exactly(database_url: str) -> None:
    with a_purse(database_url) as purse:

        def try_to_redeem(_: int) -> bool:
            try:
                purse.redeem(50_000)
            except InsufficientBalance:
                return False
            return True

        with ThreadPoolExecutor(50) as pool:
            assert sum(pool.map(try_to_redeem, range(50))) == EARNED_MINOR // 50_000
        purse.work()
        purse.work(HOUR)
        standing = purse.standing()
        assert (standing["credit"], standing["hold"], standing["standin"]) == (0, 0, EARNED_MINOR)
        assert sorted(purse.company.credits().values()) == [1, 1, 1, 1]
        purse.check_book()


def test_one_confirmation_redeems_once_however_often_it_comes(database_url: str) -> None:
    with a_purse(database_url) as purse:
        with ThreadPoolExecutor(20) as pool:
            assert len(set(pool.map(lambda _: purse.redeem(50_000, key="text:1"), range(20)))) == 1
        with pytest.raises(Conflict):
            purse.redeem(55_000, key="text:1")
        assert purse.standing()["hold"] == 50_000


def test_four_workers_at_once_send_each_payment_once(database_url: str) -> None:
    with a_purse(database_url, duplicates="pay_again", settle_seconds=0.2) as purse:
        made = [purse.redeem(50_000) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: purse.work(), range(4)))
        purse.work(HOUR)
        assert [purse.credited(payout_id) for payout_id in made] == [1, 1, 1, 1]
        assert {purse.status(payout_id) for payout_id in made} == {PayoutStatus.PAID}


@pytest.mark.parametrize("amount", [0, -5_000, 4_999, 52_500, 1_005_000])
def test_an_amount_that_is_not_on_offer_is_refused_by_name(database_url: str, amount: int) -> None:
    with a_purse(database_url) as purse:
        with pytest.raises(InvalidInput) as refused:
            purse.redeem(amount)
        assert refused.value.field == "amount_minor"


def test_without_a_provider_nothing_is_taken(database_url: str) -> None:
    with a_purse(database_url) as purse:
        settings = purse.container.settings.model_copy(update={"payment_providers": []})
        object.__setattr__(purse.container, "settings", settings)
        with pytest.raises(Refused):
            purse.redeem(50_000)
        assert purse.standing()["credit"] == EARNED_MINOR


def test_paid_after_it_was_given_back_is_owed_to_the_programme(database_url: str) -> None:
    """The provider said for hours that it knew nothing, was sent it once more, and had paid all the same."""
    with a_purse(database_url, submit="drop_after", query="not_found", callback="never") as purse:
        payout_id = purse.redeem(50_000)
        for _ in range(5):
            purse.work(HOUR)
        assert purse.status(payout_id) is PayoutStatus.FAILED
        late = word(purse, payout_id, "succeeded")
        assert [tell(purse, late), tell(purse, late)] == [200, 200]
        standing = purse.standing()
        assert (standing["credit"], standing["payouts"]) == (EARNED_MINOR, -50_000)
        assert purse.payout(payout_id).review_reason
        purse.check_book()
        assert tell(purse, word(purse, payout_id, "reversed")) == 200
        assert purse.standing()["payouts"] == 0
        assert purse.texts() == ["payout.given_back.company"]


def test_not_found_is_believed_only_after_the_stated_time(database_url: str) -> None:
    """Thirty minutes by the house's rule, though this provider states ten."""
    with a_purse(database_url, submit="drop_before") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        for minutes in (1, 10, 18):
            purse.work(timedelta(minutes=minutes))
            assert purse.status(payout_id) is PayoutStatus.UNKNOWN
        with purse.database.unit_of_work() as session:
            assert "not_found" in {one.outcome for one in payouts.observations(session, payout_id)}
        purse.work(HOUR)
        assert purse.status(payout_id) is PayoutStatus.FAILED


def test_not_found_is_believed_only_when_read_twice_some_minutes_apart(database_url: str) -> None:
    with a_purse(database_url, submit="drop_before", query="error") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        purse.work(3 * HOUR)
        purse.company.set_switches({"query": "answer"})
        hurry = word(purse, payout_id, "processing")

        def ask_after(minutes: int) -> PayoutStatus:
            assert tell(purse, hurry, key="unsigned: it only has us ask at once") == 200
            purse.work(timedelta(minutes=minutes))
            return purse.status(payout_id)

        # The fourth read is the second that counts, and has it sent once more; then two count anew.
        assert {ask_after(minutes) for minutes in (0, 2, 2, 2, 40, 2, 2)} == {PayoutStatus.UNKNOWN}
        assert ask_after(2) is PayoutStatus.FAILED


def test_airtime_that_is_taken_back_becomes_credit_again(database_url: str) -> None:
    with a_purse(database_url) as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        assert purse.status(payout_id) is PayoutStatus.PAID
        purse.company.reverse(attempt_reference(purse, payout_id))
        purse.work()
        assert purse.status(payout_id) is PayoutStatus.REVERSED
        assert purse.redemption(payout_id).status is RedemptionStatus.REVERSED
        assert purse.standing()["credit"] == EARNED_MINOR
        purse.check_book()
        assert purse.texts() == ["payout.paid", "payout.taken_back"]


def test_a_provider_that_takes_its_word_back_moves_no_money(database_url: str) -> None:
    with a_purse(database_url) as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        assert tell(purse, word(purse, payout_id, "failed")) == 200
        assert purse.status(payout_id) is PayoutStatus.PAID
        assert purse.payout(payout_id).review_reason == "the provider says that a paid payout failed"
        assert purse.standing()["credit"] == 150_000


@pytest.mark.parametrize("paid", [True, False])
def test_a_person_decides_what_nobody_else_could_find_out(database_url: str, *, paid: bool) -> None:
    with a_purse(database_url, report="wrong_amount") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        assert purse.status(payout_id) is PayoutStatus.NEEDS_REVIEW
        heard = Announcer(purse.container.post, "NG")
        verdict = Verdict.PAID if paid else Verdict.NOT_PAID

        def decide() -> None:
            desk = Desk("ops", 500_000, heard, purse.clock.now())
            with purse.database.unit_of_work() as session:
                deciding.decide(session, payout_id, verdict, "asked them by phone", desk)

        decide()
        with pytest.raises(Conflict):
            decide()
        end = (
            (PayoutStatus.PAID, "payout.paid") if paid else (PayoutStatus.FAILED, "payout.given_back.person")
        )
        assert (purse.status(payout_id), purse.texts()[-1]) == end
        purse.check_book()


def test_everything_ever_said_is_kept_with_the_payee_masked(database_url: str) -> None:
    with a_purse(database_url, callback="unsigned") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        purse.work(HOUR)
        with purse.database.unit_of_work() as session:
            said = payouts.observations(session, payout_id)
            assert [(one.source, one.auth_level, one.outcome) for one in said] == [
                ("submit", "direct", "processing"),
                ("callback", "none", "succeeded"),
                ("query", "direct", "succeeded"),
            ]
            assert payouts.attempts(session, payout_id)[0].result is AttemptResult.SUCCEEDED
            rows = session.scalars(select(PayoutObservation)).all()
            exchanges = [exchange for one in rows for exchange in one.exchange or []]
            calls = [(one["method"], one["status"]) for one in exchanges]
            assert calls == [("POST", 202), ("POST", None), ("GET", 200)]
            kept = json.dumps([[one.detail, one.exchange] for one in rows])
        assert purse.street.phone[-10:] not in kept
        assert KEY not in kept


def test_a_callback_that_is_forged_only_makes_us_ask(database_url: str) -> None:
    with a_purse(database_url, outcome="never_settle") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        assert tell(purse, word(purse, payout_id, "failed"), key="somebody else's") == 200
        purse.work()
        assert purse.status(payout_id) is PayoutStatus.PENDING
        with purse.database.unit_of_work() as session:
            assert payouts.observations(session, payout_id)[-1].source == "query"


def test_the_callback_address_tells_strangers_nothing(database_url: str) -> None:
    with a_purse(database_url) as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        said = word(purse, payout_id, "succeeded")
        unknown = {**said, "reference": "f" * 32, "id": "nothing"}
        url = purse.container.settings.public_url + "/webhooks/payments"
        assert tell(purse, said, secret="guessed") == 404
        assert (
            httpx.post(f"{url}/another/{SECRET}", content=b"{}", timeout=PATIENCE_SECONDS).status_code == 404
        )
        assert (
            httpx.post(f"{url}/standin/{SECRET}", content=b"\xff\x00", timeout=PATIENCE_SECONDS).status_code
            == 422
        )
        assert (
            httpx.post(f"{url}/standin/{SECRET}", content=b"x" * 70_000, timeout=PATIENCE_SECONDS).status_code
            == 413
        )
        assert tell(purse, unknown, key="somebody else's") == 404
        assert tell(purse, unknown) == 200
        assert tell(purse, said) == 200


def test_a_callback_whose_commit_fails_is_answered_5xx_and_its_repeat_works(database_url: str) -> None:
    with a_purse(database_url, outcome="never_settle") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        said = word(purse, payout_id, "succeeded")

        def fail(_connection: Connection) -> None:
            raise OperationalError("COMMIT", {}, Exception("the disk is full"))

        event.listen(purse.database.engine, "commit", fail)
        try:
            assert tell(purse, said) >= 500
        finally:
            event.remove(purse.database.engine, "commit", fail)
        assert purse.status(payout_id) is PayoutStatus.PENDING
        assert tell(purse, said) == 200
        assert purse.status(payout_id) is PayoutStatus.PAID
        purse.check_book()


def test_fifty_callbacks_at_once_pay_once(database_url: str) -> None:
    with a_purse(database_url, outcome="never_settle") as purse:
        payout_id = purse.redeem(50_000)
        purse.work()
        said = word(purse, payout_id, "succeeded")
        with ThreadPoolExecutor(50) as pool:
            assert set(pool.map(lambda _: tell(purse, said), range(50))) == {200}
        assert purse.texts() == ["payout.paid"]
        purse.check_book()
