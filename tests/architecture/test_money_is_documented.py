"""docs/money.md names every account, transfer, state and switch that there is."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from app.adapters.payments.standin_company import Switches
from app.ledger.chart import CHART, AccountKind, Heading
from app.payouts.alarms import NEXT_STEP, RAISED_AFTER, AlarmKind
from app.payouts.statuses import PayoutStatus

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "money.md").read_text()
PICTURE = (ROOT / "docs" / "payout-states.svg").read_text()


@pytest.mark.parametrize("switch", [field.name for field in fields(Switches)])
def test_every_switch_of_the_pretend_company_is_documented_with_its_positions(switch: str) -> None:
    (row,) = [line for line in DOCUMENT.splitlines() if line.startswith("|") and f"`{switch}`" in line]
    positions = [
        position for position in get_args(get_type_hints(Switches)[switch]) if isinstance(position, str)
    ]
    assert [position for position in positions if f"`{position}`" not in row] == []


@pytest.mark.parametrize("heading", CHART, ids=lambda heading: heading.code)
def test_the_chart_of_accounts_says_of_each_kind_whether_it_may_go_below_zero(heading: Heading) -> None:
    (row,) = [line for line in DOCUMENT.splitlines() if line.startswith(f"| `{heading.code}` |")]
    assert row.split("|")[2].strip() == ("yes" if heading.may_go_below_zero else "never")


def test_every_kind_of_account_is_in_the_chart_once() -> None:
    assert sorted(heading.kind for heading in CHART) == sorted(AccountKind)


@pytest.mark.parametrize("status", PayoutStatus)
def test_every_state_of_a_payout_is_drawn(status: PayoutStatus) -> None:
    assert f">{status.name}</text>" in PICTURE
    assert "(payout-states.svg)" in DOCUMENT


def test_every_transfer_that_a_payout_books_is_documented() -> None:
    booking = (ROOT / "app" / "payouts" / "booking.py").read_text()
    kinds = re.findall(r'_book\(\s*session, payout, f?"([a-z-]+)', booking)
    assert len(kinds) > 5
    for kind in kinds:
        assert f"`payout_{kind.replace('-', '_')}`" in DOCUMENT


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_alarm_says_what_the_operator_does(kind: AlarmKind) -> None:
    (row,) = [line for line in DOCUMENT.splitlines() if line.startswith(f"| `{kind}` |")]
    _, _, raised, meaning, step, _ = row.split("|")
    age = RAISED_AFTER[kind]
    hours = age.total_seconds() / 3600
    spoken = (
        f"{hours / 24:.0f} day"
        if hours >= 24
        else f"{hours:.0f} hour"
        if hours >= 1
        else f"{hours * 60:.0f} minutes"
    )
    assert (spoken if age else "at once") in raised
    assert len(meaning.split()) > 5
    assert len(step.split()) > 3
    assert NEXT_STEP[kind]


def test_no_alarm_is_documented_that_there_is_not() -> None:
    table = DOCUMENT[DOCUMENT.index("| alarm | raised |") :].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(AlarmKind)
