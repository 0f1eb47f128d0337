"""A night's look at a neighbourhood in the database, and what the office makes of what it found."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.container import Container
from app.integrity import nightly
from app.integrity.checks.seen import Check
from app.integrity.checks.verdict import found
from app.integrity.doubts import Doubts
from app.integrity.models import Finding, FindingStatus, IntegrityRun
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.weighing.doubting import Brought
from app.weighing.lines import WeighedLine
from app.weighing.models import Because, Material
from tests.integrity import test_checks as frauds
from tests.integrity.settling import settle
from tests.integrity.village import FIRST, Village
from workers.integrity import look_for_findings

WEEKS, RIDERS, HOMES = 4, 3, 14
LAST_DAY = FIRST + timedelta(weeks=WEEKS - 1, days=RIDERS - 1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.combine(LAST_DAY + timedelta(days=1), time(3), UTC))


@pytest.fixture
def village(container: Container) -> Village:
    """One rider rounds up, types everything in one go, and pays at the door for more than he brings to the hub."""
    made = Village(1, collectors=RIDERS, homes=HOMES, weeks=WEEKS)
    frauds.rounds_up(made)
    frauds.types_them_all_at_home(made)
    with container.database.unit_of_work() as session:
        settle(session, made)
    return made


def test_what_is_read_from_the_database_says_what_the_figures_say(
    container: Container, village: Village
) -> None:
    expected = {
        (one.test.check, one.test.subject.key)
        for one in found(village.tests(), 0.05)
        if one.test.check is not Check.WEIGHT
    }
    assert {check for check, _ in expected} >= {Check.ROUND, Check.HASTE, Check.PLACE}
    assert look_for_findings(container) == 1
    assert look_for_findings(container) == 0
    with container.database.unit_of_work() as session:
        rows = session.execute(select(Finding.check, Finding.subject)).all()
        assert {(check, subject) for check, subject in rows} == expected
        assert session.scalar(select(func.count()).select_from(IntegrityRun)) == 1


def test_the_report_says_what_was_found_how_sure_it_is_and_what_to_do(
    container: Container, office: TestClient, village: Village
) -> None:
    look_for_findings(container)
    report = office.get("/api/v1/reports/integrity").json()
    (rounding,) = [one for one in report["findings"] if one["check"] == "round"]
    assert (report["looked"], rounding["collector_id"]) == (True, str(frauds.RIDER))
    assert rounding["says"].startswith("100 % of the weights (")
    assert (rounding["certainty"], rounding["status"]) == (0.999, "open")
    assert "scale" in rounding["next_step"]

    address = f"/api/v1/integrity-findings/{rounding['id']}"
    assert office.post(f"{address}/decide", json={"outcome": "open", "word": "x"}).status_code == 422
    decided = office.post(f"{address}/decide", json={"outcome": "explained", "word": "The scale is broken."})
    assert (decided.json()["status"], decided.json()["word"]) == ("explained", "The scale is broken.")
    again = office.post(f"{address}/decide", json={"outcome": "confirmed", "word": "No."})
    assert again.status_code == 409

    # The next night sees the same weights, and does not bring up what was decided.
    with container.database.unit_of_work() as session:
        nightly.look(
            session,
            LAST_DAY + timedelta(days=1),
            nightly.Rules.of(container.settings),
            container.clock.now(),
        )
    waiting = office.get("/api/v1/integrity-findings", params={"status": "open", "limit": 200}).json()[
        "items"
    ]
    assert waiting
    assert [one for one in waiting if one["check"] == "round"] == []


def test_an_open_finding_about_whoever_weighed_holds_what_is_worth_a_look(
    container: Container, village: Village
) -> None:
    look_for_findings(container)
    judge = Doubts(above_certainty=0.8, above_minor=100_000, held_for=timedelta(days=5))
    with container.database.unit_of_work() as session:
        material_id = session.scalars(select(Material.id).where(Material.code == "PET")).one()

        def doubted(rider: int, amount_minor: int) -> Because | None:
            line = WeighedLine(material_id, "PET", "PET", 3_000, 0, amount_minor)
            who = frauds.RIDER if rider == 0 else village.doors[-1].collector_id
            door = village.doors[-1]
            brought = Brought(
                new_id(), door.household_id, village.weights[0].zone_id, who, [line], container.clock.now()
            )
            doubt = judge.doubt(session, brought)
            return doubt.because if doubt else None

        assert doubted(0, 150_000) is Because.COLLECTOR
        assert doubted(0, 50_000) is None
        assert doubted(1, 150_000) is None
        for finding in session.scalars(select(Finding).where(Finding.collector_id == frauds.RIDER)):
            nightly.decide(
                session,
                finding.id,
                FindingStatus.EXPLAINED,
                "seen",
                by="ada",
                now=container.clock.now(),
            )
        assert doubted(0, 150_000) is None
