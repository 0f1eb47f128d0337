"""Every provider of ours keeps the contract that `app.payouts.contract` ships for everybody's."""

from __future__ import annotations

from app.adapters.payments.manual import Manual
from app.adapters.payments.standin import Standin
from app.payouts.contract import ProviderContract, WireContract
from app.payouts.ports import PaymentProvider
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
