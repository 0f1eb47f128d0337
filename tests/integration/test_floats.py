"""Our own money with those who pay: what is known of it, how long it lasts, and that nobody is promised more."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app import doctor
from app.adapters.payments.wire import to_minor
from app.errors import NoFloat
from app.ledger import reading
from app.payouts.floats.models import Level
from app.payouts.floats.watching import watch
from app.payouts.ports import Observation, ObservedStatus, SubmitOutcome, SubmitResult
from app.payouts.statuses import PayoutStatus
from app.payouts.telling import Told
from tests.factories.till import Till, a_till
from tests.factories.vendors import VENDORS, a_counter
from tests.fakes.company import Company
from tests.fakes.payments import UNCLEAR, FakeProvider

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Telling(FakeProvider):
    """A provider that says what it holds for us."""

    told: Told = field(default_factory=lambda: Told(0))

    async def balance(self) -> Told:
        return self.told


@dataclass
class TellingCompany(Company):
    """One that loses what it is sent, or settles it, and says what it holds for us."""

    async def balance(self) -> Told:
        return Told(500_000)


@pytest.fixture
def till(sqlite_url: str) -> Iterator[Till]:
    with a_till(sqlite_url, "first", "second") as made:
        made.container.payment_providers.pop("manual")  # type: ignore[attr-defined]  # a plain dict in truth
        yield made


def look(till: Till, warning_days: int = 3) -> None:
    watch(till.container.database, till.container.payment_providers, warning_days, till.clock)


def floats(till: Till, desk: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {one["provider"]: one for one in till.web.get("/api/v1/floats", headers=desk).json()["items"]}


def top_up(till: Till, desk: dict[str, str], amount_minor: int, receipt: str, provider: str = "first") -> Any:
    said = {"amount_minor": amount_minor, "receipt_number": receipt, "paid_at": till.clock.now().isoformat()}
    return till.web.post(f"/api/v1/floats/{provider}/top-ups", headers=desk, json=said)


def test_what_the_office_puts_there_is_booked_once_and_payouts_take_it_off(till: Till) -> None:
    first = FakeProvider()
    till.employ(first=first)
    desk = till.key("desk")
    till.redeem(till.customer())
    till.work()
    assert floats(till, desk)["first"]["known_minor"] is None, "without a top-up nobody knows"
    assert top_up(till, desk, 300_000, "A-1").status_code == 201
    assert top_up(till, desk, 300_000, " a-1 ").status_code == 201, "the same receipt again"
    assert top_up(till, desk, 200_000, "A-1").status_code == 409
    assert top_up(till, desk, 0, "A-2").status_code == 422
    assert top_up(till, desk, 1, "A-3", provider="nobody").status_code == 404
    assert floats(till, desk)["first"]["known_minor"] == 250_000
    first.answers.append(UNCLEAR)
    till.redeem(till.customer(), 60_000)
    assert floats(till, desk)["first"]["promised_minor"] == 60_000
    till.work()
    told = floats(till, desk)["first"]
    assert (told["promised_minor"], told["underway_minor"], told["known_minor"]) == (0, 60_000, 190_000)
    top_up(till, desk, -90_000, "BACK-1")
    assert floats(till, desk)["first"]["known_minor"] == 100_000
    listed = till.web.get("/api/v1/floats/first/top-ups", headers=desk).json()["items"]
    assert [one["amount_minor"] for one in listed] == [-90_000, 300_000]
    till.check_book()


def test_a_provider_s_word_counts_less_what_was_sent_since_and_grows_old(till: Till) -> None:
    first = Telling(told=Told(500_000))
    till.employ(first=first, second=FakeProvider())
    desk = till.key("desk")
    look(till)
    till.clock.offset += MINUTE
    till.redeem(till.customer(), 50_000)
    till.work()
    assert floats(till, desk)["first"]["known_minor"] == 450_000
    first.told = Told(450_000)
    till.clock.offset += HOUR
    look(till)
    assert floats(till, desk)["first"]["known_minor"] == 450_000, "it has taken it off itself by now"
    first.told = Told(failure="http_503")
    till.clock.offset += 11 * HOUR
    look(till)
    told = floats(till, desk)["first"]
    assert (told["known_minor"], told["failure"]) == (450_000, "http_503")
    till.clock.offset += 2 * HOUR
    assert floats(till, desk)["first"]["known_minor"] is None


def test_what_is_sent_once_more_counts_from_then(till: Till) -> None:
    """Between its word and its next one: by the first sending's time the payment would have been taken off already."""
    company = TellingCompany(submits="loses_request", resendable=True)
    till.employ(first=company)
    desk = till.key("desk")
    payout_id = till.redeem(till.customer(), 50_000)
    till.work()
    till.work(6 * MINUTE)
    look(till)
    company.submits = "settles"
    till.work(6 * MINUTE)
    assert (till.status(payout_id), len(company.sent)) == (PayoutStatus.PAID, 2)
    assert floats(till, desk)["first"]["known_minor"] == 450_000


def test_one_without_float_is_passed_over_and_where_none_has_any_nothing_is_promised(till: Till) -> None:
    first, second = Telling(told=Told(70_000)), Telling(told=Told(120_000))
    till.employ(first=first, second=second)
    look(till)
    customer = till.customer()
    made = [till.redeem(customer, amount) for amount in (50_000, 50_000, 60_000)]
    assert [till.payout(one).provider for one in made] == ["first", "second", "second"]
    with pytest.raises(NoFloat):
        till.redeem(customer, 30_000)
    assert till.standing(customer) == (40_000, 160_000), "nothing was set aside for it"
    till.redeem(customer, 20_000)
    till.work()
    assert {till.status(one) for one in made} == {PayoutStatus.PAID}
    first.told = Told(1_000_000)
    till.clock.offset += HOUR
    look(till)
    till.redeem(customer, 20_000)


def test_two_at_once_are_not_promised_one_float(database_url: str) -> None:
    with a_till(database_url, "first") as till:
        till.employ(first=Telling(told=Told(100_000)))
        look(till)
        customers = [till.customer() for _ in range(6)]

        def ask(number: int) -> bool:
            try:
                till.redeem(customers[number], 40_000)
            except NoFloat:
                return False
            return True

        with ThreadPoolExecutor(6) as together:
            assert sum(together.map(ask, range(6))) == 2


def test_a_float_is_warned_of_before_it_runs_out_once_a_day(till: Till) -> None:
    first = Telling(told=Told(2_500_000))
    till.employ(first=first)
    desk = till.key("desk")
    for _ in range(4):
        till.redeem(till.customer(), 200_000)
    till.work()
    with capture_logs() as logs:
        look(till)
        told = floats(till, desk)["first"]
        assert (told["level"], told["per_day_minor"], told["days_left"]) == ("enough", 800_000, 3)
        for later in (HOUR, HOUR, DAY):
            look_in(till, later, 30)
        first.told = Told(0)
        look_in(till, HOUR, 30)
    warned = [one["level"] for one in logs if one["event"] == "float.warning"]
    assert warned == ["low", "low", "out"]


def look_in(till: Till, later: timedelta, warning_days: int) -> None:
    till.clock.offset += later
    look(till, warning_days)


def test_credit_that_nobody_has_spent_yet_counts_as_what_is_to_come(till: Till) -> None:
    till.employ(first=Telling(told=Told(20_000)))
    for _ in range(3):
        till.customer()
    look(till)
    told = floats(till, till.key("desk"))["first"]
    assert (told["per_day_minor"], told["days_left"], told["level"]) == (20_000, 1, "low")


def test_operators_see_it_in_metrics_dashboard_and_doctor(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.employ(first=Telling(told=Told(0)))
    till.customer()
    look(till)
    assert 'weighback_float_minor{provider="first"} 0.0' in till.web.get("/metrics").text
    assert "The float with first has run out" in till.web.get("/dashboard").text
    monkeypatch.setattr(doctor, "load_settings", lambda: till.container.settings)
    monkeypatch.setattr(doctor, "build", lambda _: till.container)
    (found,) = [one for one in doctor.examine() if one.what == "float with first"]
    assert not found.well


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_each_company_s_own_word_on_our_float_is_read(sqlite_url: str, name: str) -> None:
    """Safaricom tells it with the result of a payment, the others are asked."""
    with a_counter(sqlite_url, name) as counter:
        desk = counter.till.key("desk")
        counter.company.float_minor = 7_654_300
        if name == "daraja":
            counter.redeem(counter.till.customer())
            counter.work()
        look(counter.till)
        told = floats(counter.till, desk)[name]
        assert (told["told_minor"], told["failure"]) == (7_654_300, None)
        assert told["level"] != Level.UNKNOWN


def test_what_fractions_of_fees_come_to_is_squared_with_rounding_and_nothing_more(till: Till) -> None:
    """Of three fees one whole kobo at most; in front of the book's own account for it, and known as no top-up."""
    discounted = SubmitResult(SubmitOutcome.SETTLED, Observation(ObservedStatus.SUCCEEDED, fee_minor=-250))
    till.employ(first=FakeProvider(answers=deque([discounted] * 3)))
    desk = till.key("desk")
    for _ in range(3):
        till.redeem(till.customer())
    till.work()
    assert floats(till, desk)["first"]["booked_minor"] == -3 * 50_000 + 3 * 250

    def square(amount_minor: int, statement: str) -> int:
        said = {
            "amount_minor": amount_minor,
            "receipt_number": statement,
            "paid_at": till.clock.now().isoformat(),
            "rounding": True,
        }
        return int(till.web.post("/api/v1/floats/first/top-ups", headers=desk, json=said).status_code)

    assert [square(2, "S-1"), square(1, "S-1"), square(1, "S-1"), square(1, "S-2")] == [422, 201, 201, 422]
    told = floats(till, desk)["first"]
    assert (told["booked_minor"], told["known_minor"]) == (-149_249, None)
    with till.container.database.unit_of_work() as session:
        standing = {view.code: view.balance_minor for view in reading.accounts(session)}
    assert standing["programme:rounding"] == 1
    till.check_book()


@pytest.mark.parametrize(("told", "minor"), [("2.5050", 250), ("2.515", 252), ("2.5049", 250), ("0", 0)])
def test_a_fee_in_fractions_of_the_minor_unit_is_booked_to_the_nearest(told: str, minor: int) -> None:
    assert to_minor(told, 2, nearest=True) == minor
    assert to_minor("2.5050", 2) is None, "an amount that was paid is never rounded"
