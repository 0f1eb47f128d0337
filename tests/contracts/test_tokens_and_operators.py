"""MTN MoMo's and Reloadly's own ways: currencies, reasons, operators, and payments taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.adapters.payments.mtn_momo import MtnMomo, as_version_4
from app.errors import ConfigurationError
from app.kernel.ids import new_id
from app.payouts.ports import Instruction
from app.payouts.statuses import PayoutStatus
from app.settings import load_settings
from tests.factories.till import EARNED_MINOR
from tests.factories.vendors import Counter, a_counter
from tests.standins.mtn_momo import MomoCompany
from tests.standins.reloadly import ReloadlyCompany

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def momo(sqlite_url: str) -> Iterator[Counter]:
    with a_counter(sqlite_url, "mtn_momo") as made:
        yield made


@pytest.fixture
def reloadly(sqlite_url: str) -> Iterator[Counter]:
    with a_counter(sqlite_url, "reloadly") as made:
        yield made


def momo_in(environment: str, currency: str, exponent: int) -> MtnMomo:
    return MtnMomo(
        api_user="u",
        api_key="k",
        subscription_key="s",
        target_environment=environment,
        currency=currency,
        currency_exponent=exponent,
        callback_url="https://weighback.test",
        programme_name="Weigh'back",
        api_url="http://127.0.0.1:9",
    )


def test_each_country_has_its_currency_and_the_sandbox_has_euros() -> None:
    assert json.loads(
        momo_in("sandbox", "NGN", 2).plan(Instruction("+2348000000001", 50_050, "NGN"), new_id()).body
    ) | {"externalId": ""} == {
        "amount": "500.50",
        "currency": "EUR",
        "externalId": "",
        "payee": {"partyIdType": "MSISDN", "partyId": "2348000000001"},
        "payerMessage": "Weighback",
        "payeeNote": "Weighback",
    }
    uganda = momo_in("mtnuganda", "UGX", 0)
    planned = json.loads(uganda.plan(Instruction("+256700000001", 5_000, "UGX"), new_id()).body)
    assert (planned["amount"], planned["currency"]) == ("5000", "UGX")
    for environment, currency in (("mtnuganda", "NGN"), ("mars", "NGN")):
        with pytest.raises(ValueError):
            momo_in(environment, currency, 2)


def test_its_references_are_of_the_version_that_it_takes_and_the_attempt_alone_decides_them() -> None:
    attempt = new_id()
    assert as_version_4(attempt) == as_version_4(UUID(str(attempt)))
    assert as_version_4(attempt).version == 4


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("PAYEE_NOT_FOUND", PayoutStatus.FAILED),
        ("COULD_NOT_PERFORM_TRANSACTION", PayoutStatus.NEEDS_REVIEW),
        ("SOMETHING_NEW", PayoutStatus.NEEDS_REVIEW),
    ],
)
def test_a_failure_is_final_only_for_a_reason_on_the_list(
    momo: Counter, reason: str, end: PayoutStatus
) -> None:
    momo.begin(outcome="fail")
    assert isinstance(momo.company, MomoCompany)
    momo.company.reason = reason
    payout_id = momo.till.redeem(momo.till.customer())
    for later in (0 * DAY, HOUR, 3 * DAY):
        momo.work(later)
    assert momo.till.status(payout_id) is end


def test_a_phone_without_an_operator_or_with_another_currency_costs_nothing(reloadly: Counter) -> None:
    customer = reloadly.till.customer()
    nobody = reloadly.till.redeem(customer, phone="+2348000000666")
    reloadly.work()
    assert isinstance(reloadly.company, ReloadlyCompany)
    reloadly.company.operator |= {"supportsLocalAmounts": False}
    dollars = reloadly.till.redeem(customer)
    reloadly.work()
    assert [reloadly.till.status(one) for one in (nobody, dollars)] == [PayoutStatus.FAILED] * 2
    assert reloadly.company.payments == {}
    assert reloadly.till.standing(customer) == (EARNED_MINOR, 0)


def test_a_top_up_whose_answer_was_lost_is_found_in_the_reports(reloadly: Counter) -> None:
    reloadly.begin(submit="drop_after", callback="never")
    payout_id = reloadly.till.redeem(reloadly.till.customer())
    reloadly.work()
    reloadly.work(HOUR)
    assert reloadly.till.status(payout_id) is PayoutStatus.PAID


def test_a_provider_that_lacks_a_setting_stops_the_start_with_its_name() -> None:
    given = {"payment_providers": ["mtn_momo"], "payment_webhook_secret": "s", "mtn_momo_api_user": "u"}
    with pytest.raises(ConfigurationError, match=r"MTN_MOMO_API_KEY and .*MTN_MOMO_SUBSCRIPTION_KEY"):
        load_settings(environment="test", **given)
