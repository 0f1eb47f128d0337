"""Each payment provider with its stand-in, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx

from app.adapters.payments.paystack import Paystack
from app.payouts.ports import PaymentProvider
from tests.factories.till import SECRET, Till, a_till
from tests.standins import paystack
from tests.standins.company import Callback, Company, InProcess, Mood
from tests.standins.vendors import COMPANIES


@dataclass(frozen=True)
class Vendor:
    company: Callable[[], Company]
    make: Callable[[str, httpx.AsyncBaseTransport | None], PaymentProvider]
    phone: str = "+2348000000001"

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


VENDORS: dict[str, Vendor] = {"paystack": Vendor(COMPANIES["paystack"], _paystack)}


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
        self.provider = vendor.adapter(self.company)
        self.till.employ(**{self.name: self.provider})

    def send(self, callback: Callback) -> int:
        path = f"/webhooks/payments/{self.name}/{SECRET}"
        if callback.path is not None:
            path = callback.path if callback.path.startswith("/") else f"{path}/{callback.path}"
        headers = {"Content-Type": "application/json", **callback.headers}
        answer = self.till.web.request(callback.method, path, content=callback.body, headers=headers)
        return int(answer.status_code)

    def work(self, later: timedelta = timedelta()) -> None:
        """Let time pass, the worker do what is due, and the company settle and report."""
        self.till.work(later)
        self.company.settle()
        self.company.call_back()

    def credited(self, payout_id: UUID) -> int:
        """How often the phone was credited for this payout, over all its attempts."""
        credits_of = self.company.credits()
        return sum(credits_of.get(reference, 0) for reference in self.till.references(payout_id))


@contextmanager
def a_counter(database_url: str, name: str) -> Iterator[Counter]:
    with a_till(database_url, name) as till:
        vendor = VENDORS[name]
        company = vendor.company()
        counter = Counter(name, till, company, vendor.adapter(company))
        counter.begin()
        yield counter
