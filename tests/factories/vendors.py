"""Each payment provider with its stand-in, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx

from app.adapters.payments.africastalking_airtime import AfricasTalkingAirtime
from app.adapters.payments.daraja import Daraja
from app.adapters.payments.mtn_momo import MtnMomo
from app.adapters.payments.paystack import Paystack
from app.adapters.payments.reloadly import Reloadly
from app.payouts.ports import PaymentProvider
from tests.factories.till import SECRET, Customer, Till, a_till
from tests.standins import africastalking_airtime, daraja, mtn_momo, paystack, reloadly
from tests.standins.company import Callback, Company, InProcess, Mood
from tests.standins.vendors import COMPANIES


@dataclass(frozen=True)
class Vendor:
    company: Callable[[], Company]
    make: Callable[[str, httpx.AsyncBaseTransport | None], PaymentProvider]
    phone: str | None = None
    """The one that can be paid, where it cannot be a made-up one of ours."""
    currency: str = "NGN"

    def adapter(self, company: Company) -> PaymentProvider:
        """It speaks to `company` in this process."""
        return self.make("https://company.test", InProcess(company))

    def adapter_at(self, api_url: str) -> PaymentProvider:
        return self.make(api_url, None)


def _paystack(api_url: str, transport: httpx.AsyncBaseTransport | None) -> PaymentProvider:
    return Paystack(
        secret_key=paystack.KEY,
        currency="NGN",
        bank_code="999992",
        programme_name="Weighback",
        api_url=api_url,
        transport=transport,
    )


def _africastalking(api_url: str, transport: httpx.AsyncBaseTransport | None) -> PaymentProvider:
    return AfricasTalkingAirtime(
        username=africastalking_airtime.USERNAME,
        api_key=africastalking_airtime.KEY,
        currency="NGN",
        currency_exponent=2,
        api_url=api_url,
        transport=transport,
    )


def _daraja(api_url: str, transport: httpx.AsyncBaseTransport | None) -> PaymentProvider:
    return Daraja(
        consumer_key=daraja.CONSUMER_KEY,
        consumer_secret=daraja.CONSUMER_SECRET,
        shortcode=daraja.SHORTCODE,
        initiator_name=daraja.INITIATOR,
        security_credential=daraja.CREDENTIAL,
        callback_url="https://weighback.test/webhooks/payments/daraja/secret",
        programme_name="Weighback",
        api_url=api_url,
        transport=transport,
    )


def _mtn_momo(api_url: str, transport: httpx.AsyncBaseTransport | None) -> PaymentProvider:
    return MtnMomo(
        api_user=mtn_momo.API_USER,
        api_key=mtn_momo.API_KEY,
        subscription_key=mtn_momo.SUBSCRIPTION_KEY,
        target_environment="sandbox",
        currency="NGN",
        currency_exponent=2,
        callback_url="https://weighback.test/webhooks/payments/mtn_momo/secret",
        programme_name="Weighback",
        api_url=api_url,
        transport=transport,
    )


def _reloadly(api_url: str, transport: httpx.AsyncBaseTransport | None) -> PaymentProvider:
    return Reloadly(
        client_id=reloadly.CLIENT_ID,
        client_secret=reloadly.CLIENT_SECRET,
        currency="NGN",
        currency_exponent=2,
        api_url=api_url,
        auth_url=api_url,
        transport=transport,
    )


_MAKERS: dict[str, Callable[[str, httpx.AsyncBaseTransport | None], PaymentProvider]] = {
    "africastalking": _africastalking,
    "mtn_momo": _mtn_momo,
    "paystack": _paystack,
    "reloadly": _reloadly,
}
VENDORS = {name: Vendor(COMPANIES[name], make) for name, make in _MAKERS.items()} | {
    "daraja": Vendor(COMPANIES["daraja"], _daraja, daraja.PHONE, "KES")
}


@dataclass
class Counter:
    """A till whose payouts go to one company."""

    name: str
    till: Till
    company: Company
    provider: PaymentProvider

    def begin(self, **mood: object) -> None:
        """A new account with the company, in that mood."""
        vendor = VENDORS[self.name]
        self.company = vendor.company()
        self.company.mood = Mood(**mood)  # type: ignore[arg-type]  # a row of a table
        self.company.send = self.send
        self.company.now = self.till.clock.now
        self.provider = vendor.adapter(self.company)
        self.till.employ(**{self.name: self.provider})

    def begin_again(self) -> None:
        """The same account, in the best of moods."""
        self.company.mood = Mood()

    def send(self, callback: Callback) -> int:
        path = f"/webhooks/payments/{self.name}/{SECRET}"
        if callback.path is not None:
            path = callback.path if callback.path.startswith("/") else f"{path}/{callback.path}"
        headers = {"Content-Type": "application/json", **callback.headers}
        answer = self.till.web.request(callback.method, path, content=callback.body, headers=headers)
        return int(answer.status_code)

    def ask(self, callback: Callback) -> str:
        """What a validation callback is answered."""
        assert callback.path is not None
        answer = self.till.web.post(callback.path, content=callback.body)
        return str(answer.json()["status"])

    def work(self, later: timedelta = timedelta()) -> None:
        """Let time pass, the worker do what is due, and the company settle and report."""
        self.till.work(later)
        self.company.settle()
        self.company.call_back()

    def redeem(self, customer: Customer, amount_minor: int = 50_000) -> UUID:
        """The payout's id; it goes to a phone that the company can pay."""
        return self.till.redeem(customer, amount_minor, VENDORS[self.name].phone)

    def credited(self, payout_id: UUID) -> int:
        """How often the phone was credited for this payout, over all its attempts."""
        credits_of = self.company.credits()
        return sum(credits_of.get(reference, 0) for reference in self.till.references(payout_id))


@contextmanager
def a_counter(database_url: str, name: str) -> Iterator[Counter]:
    secret = africastalking_airtime.SECRET
    vendor = VENDORS[name]
    with a_till(database_url, name, africastalking_webhook_secret=secret, currency=vendor.currency) as till:
        company = vendor.company()
        counter = Counter(name, till, company, vendor.adapter(company))
        counter.begin()
        yield counter
