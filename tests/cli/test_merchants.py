"""Merchants from the command line: what is owed is paid, and a statement is written."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access.models import AuditEvent
from app.db import Database
from app.kernel.clock import SystemClock
from tests.cli.test_commands import Run, run
from tests.merchants.market import Market, a_market

__all__ = ["run"]


def test_settling_pays_once_and_says_why_not(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = a_market(database, SystemClock().now() - timedelta(days=3))
    shop, idle = taken(market), market.shop("Idle")
    assert run("merchants", "settle").status == 1  # nobody is set up to pay
    monkeypatch.setenv("WEIGHBACK_PAYMENT_PROVIDERS", "manual")
    done = run("merchants", "settle")
    assert done.status == 0
    assert done.out.splitlines() == [
        f"{shop} 150000 on its way",
        f"{idle.code} 0 less than the minimum is owed",
    ]
    again = run("merchants", "settle", "--merchant", shop.lower())
    assert again.out == f"{shop} 0 an earlier settlement is still on its way\n"
    early = run("merchants", "settle", "--as-of", "2020-01-01", "--merchant", shop)
    assert early.out.startswith(f"{shop} 0 ")
    assert run("merchants", "settle", "--merchant", "NOBODY").status == 1
    assert run("ledger", "check").status == 0
    with database.unit_of_work() as session:
        by = session.scalars(select(AuditEvent.actor).where(AuditEvent.object_type == "settlement")).all()
    assert by == ["command line"]

    exported = list(csv.DictReader(io.StringIO(run("export", "vouchers").out)))
    assert [(row["paid_to"], row["status"], len(row["digits"])) for row in exported] == [(shop, "paid", 4)]

    written = run("merchants", "statement", shop, "--from", f"{market.now:%Y-%m-%d}")
    rows = list(csv.DictReader(io.StringIO(written.out)))
    assert [(row["what"], row["owed_minor"]) for row in rows] == [
        ("opening", "0"),
        ("voucher", "150000"),
        ("settlement", "0"),
        ("closing", "0"),
    ]


def taken(market: Market) -> str:
    shop = market.shop()
    voucher = market.voucher(market.household(), amount_minor=150_000)
    assert market.pays(shop, voucher.code).credited
    return shop.code
