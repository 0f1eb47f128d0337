"""Why a payout came back is told in plain words: each provider's codes, and what no provider can pay at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.adapters.payments import daraja, mtn_momo, reloadly
from app.kernel.ids import new_id
from app.payouts.ports import CannotPay, Instruction
from app.payouts.reasons import Because
from tests.factories.vendors import VENDORS, a_counter
from tests.standins.daraja import DarajaCompany
from tests.standins.mtn_momo import MomoCompany


@pytest.mark.parametrize(
    ("name", "switch", "code", "because"),
    [
        ("daraja", "result_code", "2040", Because.PHONE),
        ("daraja", "result_code", "8", Because.AMOUNT),
        ("daraja", "result_code", "2001", Because.COMPANY),
        ("mtn_momo", "reason", "PAYEE_NOT_FOUND", Because.PHONE),
        ("mtn_momo", "reason", "PAYER_LIMIT_REACHED", Because.AMOUNT),
        ("mtn_momo", "reason", "NOT_ALLOWED", Because.COMPANY),
    ],
)
def test_the_household_hears_why(
    sqlite_url: str, name: str, switch: str, code: str, because: Because
) -> None:
    with a_counter(sqlite_url, name) as counter:
        counter.begin(outcome="fail")
        assert isinstance(counter.company, DarajaCompany | MomoCompany)
        setattr(counter.company, switch, code)
        customer = counter.till.customer()
        counter.redeem(customer)
        counter.work()
        counter.work()
        assert counter.till.texts(customer) == [f"payout.given_back.{because}"]


@pytest.mark.parametrize(
    ("reasons", "final"),
    [
        (daraja._BECAUSE, daraja._DECLINED),
        (mtn_momo._BECAUSE, mtn_momo._REASONS),
        (reloadly._BECAUSE, reloadly._FINAL),
    ],
)
def test_only_final_refusals_have_reasons(reasons: Mapping[str, Any], final: frozenset[str]) -> None:
    assert reasons.keys() <= final


def test_what_cannot_be_planned_says_whether_phone_or_amount_is_at_fault() -> None:
    provider = VENDORS["daraja"].adapter_at("http://127.0.0.1:9")
    for phone, amount, because in (
        ("+2348000000001", 50_000, Because.PHONE),
        ("+254708374149", 25_000_100, Because.AMOUNT),
        ("+254708374149", 50_050, Because.AMOUNT),
    ):
        with pytest.raises(CannotPay) as refused:
            provider.plan(Instruction(phone, amount, "KES"), new_id())
        assert refused.value.because is because
