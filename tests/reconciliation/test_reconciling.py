"""A day's payments against the provider's statement and the book: by API at night, or by a file that is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs
from typer.testing import CliRunner

from app import doctor
from app.cli import cli, opening
from app.kernel.clock import local_date
from app.payouts.models import PayoutAttempt
from app.payouts.statuses import PayoutStatus
from app.reconciliation.nightly import reconcile_due
from app.rewards.announcing import office_of
from tests.factories.till import EARNED_MINOR, Till
from tests.factories.vendors import Counter, a_counter

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(params=["paystack", "reloadly"])
def counter(sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Counter]:
    """Of each company whose statement can be asked for."""
    with a_counter(sqlite_url, request.param) as made:
        made.till.container.payment_providers.pop("manual")  # type: ignore[attr-defined]  # a plain dict in truth
        yield made


@pytest.fixture
def paystack(sqlite_url: str) -> Iterator[Counter]:
    with a_counter(sqlite_url, "paystack") as made:
        yield made


def at_night(till: Till) -> int:
    """The job, at four in the morning of the next day."""
    settings = till.container.settings
    today = local_date(till.clock.now(), settings.timezone)
    while local_date(till.clock.now(), settings.timezone) == today or not _is_four(till):
        till.clock.offset += timedelta(minutes=30)
    office = office_of(settings, till.container.payment_providers, till.container.post)
    return reconcile_due(till.container.database, office, settings.timezone, till.clock)


def _is_four(till: Till) -> bool:
    return (till.clock.now() + HOUR).hour == 4  # Lagos is an hour ahead


def reports(till: Till, desk: dict[str, str], **filters: str) -> list[dict[str, Any]]:
    listed = till.web.get("/api/v1/reconciliations", headers=desk, params=filters).json()["items"]
    return [till.web.get(f"/api/v1/reconciliations/{one['id']}", headers=desk).json() for one in listed]


def kinds(report: dict[str, Any]) -> list[str]:
    return [one["kind"] for one in report["differences"]]


def test_a_day_that_agrees_has_a_report_without_differences_and_is_compared_once(counter: Counter) -> None:
    till, desk = counter.till, counter.till.key("desk")
    for _ in range(3):
        counter.redeem(till.customer())
    counter.work()
    counter.work(HOUR)
    assert at_night(till) == 1
    (made,) = reports(till, desk, provider=counter.name)
    assert (kinds(made), made["source"], made["attempts"], made["lines"]) == ([], "api", 3, 3)
    assert made["paid_minor"] == made["booked_minor"] == 150_000
    office = office_of(till.container.settings, till.container.payment_providers, till.container.post)
    assert reconcile_due(till.container.database, office, "Africa/Lagos", till.clock) == 0
    assert len(reports(till, desk)) == 1


def test_a_credit_that_nobody_ordered_raises_an_alarm_and_stays_one_difference(counter: Counter) -> None:
    till, desk = counter.till, counter.till.key("desk")
    stolen = counter.company.take("f" * 32, "2348000000999", 70_000, "NGN")
    stolen.status, stolen.credits = "succeeded", 1
    with capture_logs() as logs:
        assert at_night(till) == 1
        assert at_night(till) >= 1
    alarms = [one["difference"] for one in logs if one["event"] == "reconciliation.alarm"]
    assert alarms == ["credit_without_attempt"]
    found = [one for one in reports(till, desk) if one["differences"]]
    assert [kinds(one) for one in found] == [["credit_without_attempt"]]
    (finding,) = doctor._reconciled(till.container)
    assert finding.what == f"reconciliation with {counter.name}"
    assert found[0]["differences"][0]["next_step"].startswith("Somebody paid from our account")


def test_the_provider_s_own_statement_tells_what_became_of_a_lost_answer(counter: Counter) -> None:
    """Nobody could be asked all day; at night the statement is had, and it is the provider's own word."""
    counter.begin(submit="drop_after", query="error", callback="never")
    till, desk, customer = counter.till, counter.till.key("desk"), counter.till.customer()
    payout_id = counter.redeem(customer)
    counter.work()
    counter.work(HOUR)
    assert till.status(payout_id) is PayoutStatus.UNKNOWN
    counter.begin_again()
    assert at_night(till) == 1
    assert till.status(payout_id) is PayoutStatus.PAID
    assert till.standing(customer) == (EARNED_MINOR - 50_000, 0)
    (made,) = reports(till, desk)
    assert kinds(made) == []
    till.check_book()


def test_a_file_moves_nothing_and_twice_is_once(paystack: Counter) -> None:
    counter = paystack
    till, desk, customer = counter.till, counter.till.key("desk"), counter.till.customer()
    paid = counter.redeem(customer)
    counter.work()
    counter.work()
    counter.begin(submit="drop_after", query="error", callback="never")
    open_one = counter.redeem(customer)
    till.work()
    (paid_reference,), (open_reference,) = till.references(paid), till.references(open_one)
    now = till.clock.now()
    day = str(local_date(now, "Africa/Lagos"))
    rows = [(paid_reference, "400.00"), (open_reference, "500.00"), ("e" * 32, "10.00")]
    head, word = "Reference,Amount,Created At,Status", "success"
    content = "\n".join([head, *(f"{name},{amount},{now.isoformat()},{word}" for name, amount in rows)])
    body = {"provider": counter.name, "date": day, "csv": content}
    first = till.web.post("/api/v1/reconciliations", headers=desk, json=body)
    assert first.status_code == 201, first.text
    assert sorted(kinds(first.json())) == ["amount_differs", "credit_without_attempt", "open_but_paid"]
    again = till.web.post("/api/v1/reconciliations", headers=desk, json=body).json()
    assert (again["id"], again["revision"], again["differences"]) == (
        first.json()["id"],
        1,
        first.json()["differences"],
    )
    assert till.status(open_one) is PayoutStatus.UNKNOWN
    bad = till.web.post("/api/v1/reconciliations", headers=desk, json={**body, "csv": head + "\nx"})
    assert bad.status_code == 422
    assert "line 2" in bad.json()["errors"][0]["detail"]
    till.check_book()


def test_the_command_says_by_its_exit_whether_they_differ(
    paystack: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = paystack
    till = counter.till
    counter.redeem(till.customer())
    counter.work()
    counter.work(HOUR)
    monkeypatch.setattr("app.logs.configure", lambda **_: None)
    monkeypatch.setattr(opening, "build", lambda _: till.container)
    monkeypatch.setattr(opening, "load_settings", lambda: till.container.settings)
    monkeypatch.setattr(type(till.container), "close", lambda _: None)
    arguments = [
        "reconcile",
        "--provider",
        counter.name,
        "--date",
        str(local_date(till.clock.now(), "Africa/Lagos")),
    ]
    agreed = CliRunner().invoke(cli, arguments)
    assert (agreed.exit_code, "0 differences" in agreed.stdout) == (0, True), agreed.output
    with till.container.database.unit_of_work() as session:
        session.execute(update(PayoutAttempt).values(reference="0" * 32, provider_reference="gone"))
    differing = CliRunner().invoke(cli, arguments)
    assert differing.exit_code == 1
    assert "booked_but_missing" in differing.stdout
    assert "credit_without_attempt" in differing.stdout
    file = tmp_path / "s.csv"
    file.write_text("nonsense\n")
    unreadable = CliRunner().invoke(cli, [*arguments, "--file", str(file)])
    assert unreadable.exit_code == 1
    assert "s.csv: line 1: there is no column" in unreadable.output
