"""The payment companies that have a stand-in, by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.standins.africastalking_airtime import AirtimeCompany
from tests.standins.company import Company
from tests.standins.daraja import DarajaCompany
from tests.standins.mtn_momo import MomoCompany
from tests.standins.paystack import PaystackCompany
from tests.standins.reloadly import ReloadlyCompany

COMPANIES: dict[str, Callable[[], Company]] = {
    "africastalking": AirtimeCompany,
    "daraja": DarajaCompany,
    "mtn_momo": MomoCompany,
    "paystack": PaystackCompany,
    "reloadly": ReloadlyCompany,
}
