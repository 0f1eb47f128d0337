"""Every provider of ours keeps the contract that `app.payouts.contract` ships for everybody's."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

import pytest

from app.adapters.payments.manual import Manual
from app.adapters.payments.standin import Standin
from app.payouts.contract import ProviderContract, WireContract
from app.payouts.ports import PaymentProvider
from app.payouts.statuses import PayoutStatus
from tests.factories.till import a_till
from tests.factories.vendors import VENDORS
from tests.standins import daraja


class TestManual(ProviderContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return Manual(currency="NGN", currency_exponent=2)


class TestStandin(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return Standin(api_url=api_url, key="made-up", currency="NGN")


class TestAfricasTalking(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return VENDORS["africastalking"].adapter_at(api_url)


class TestDaraja(WireContract):
    phone = daraja.PHONE

    def provider(self, api_url: str) -> PaymentProvider:
        return VENDORS["daraja"].adapter_at(api_url)


class TestMtnMomo(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return VENDORS["mtn_momo"].adapter_at(api_url)


class TestPaystack(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return VENDORS["paystack"].adapter_at(api_url)


class TestReloadly(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return VENDORS["reloadly"].adapter_at(api_url)


def test_another_package_offers_a_provider_by_its_entry_point(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The object under the entry point is a function of the settings; its name is what the setting names."""
    offered = EntryPoint("theirs", "tests.fakes.payments:make", "weighback.payment_providers")

    def found(group: str) -> list[EntryPoint]:
        return [offered] if group == offered.group else list(entry_points(group=group))

    monkeypatch.setattr("app.bootstrap._offered", found)
    with a_till(sqlite_url, "theirs", payment_providers=["theirs"]) as till:
        payout_id = till.redeem(till.customer())
        till.work()
        assert (till.status(payout_id), till.float_of("theirs")) == (PayoutStatus.PAID, 50_000)
