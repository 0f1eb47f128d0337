"""Every provider of ours keeps the contract that `app.payouts.contract` ships for everybody's."""

from __future__ import annotations

from app.adapters.payments.manual import Manual
from app.adapters.payments.paystack import Paystack
from app.adapters.payments.standin import Standin
from app.payouts.contract import ProviderContract, WireContract
from app.payouts.ports import PaymentProvider


class TestManual(ProviderContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return Manual(currency="NGN", currency_exponent=2)


class TestStandin(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return Standin(api_url=api_url, key="made-up", currency="NGN")


class TestPaystack(WireContract):
    def provider(self, api_url: str) -> PaymentProvider:
        return Paystack(
            secret_key="made-up",
            currency="NGN",
            bank_code="999992",
            programme_name="Weighback",
            api_url=api_url,
        )
