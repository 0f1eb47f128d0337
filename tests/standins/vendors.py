"""The payment companies that have a stand-in, by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.standins.company import Company
from tests.standins.paystack import PaystackCompany

COMPANIES: dict[str, Callable[[], Company]] = {"paystack": PaystackCompany}
