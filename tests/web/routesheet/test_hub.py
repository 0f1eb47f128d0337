"""Weighing in at the hub: once per load, compared at once, and a case for a person where it does not agree."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.cases.models import CaseStatus, CollectorCase
from app.collectors.models import Collector
from app.container import Container
from app.integrity.models import HubWeighin
from app.settings import Settings
from app.weighing.models import ConflictingSubmission, Weighing
from tests.factories.day import PIN, Day
from tests.web.routesheet.conftest import CLERK, MovableClock, form_in
from tests.web.routesheet.phone import Sheet, made


def at_the_doors(tunde: TestClient, day: Day, *kilograms: str) -> None:
    for pickup, weight in zip(day.pickups, kilograms, strict=False):
        form = form_in(tunde.get(f"/route/stops/{pickup}"))
        assert tunde.post(
            f"/route/stops/{pickup}", data={**form, "kg-PET": weight, "do": "weigh"}
        ).is_redirect


def bring(clerk: TestClient, collector: UUID, **kilograms: str) -> tuple[dict[str, str], httpx.Response]:
    """The form as it was sent, and the page after it."""
    address = f"/hub/collectors/{collector}"
    form = form_in(clerk.get(address)) | {f"kg-{code}": weight for code, weight in kilograms.items()}
    sent = clerk.post(address, data=form)
    return form, clerk.get(sent.headers["location"]) if sent.is_redirect else sent


def cases(container: Container) -> list[tuple[CaseStatus, Any]]:
    with container.database.unit_of_work() as session:
        found = session.scalars(select(CollectorCase).order_by(CollectorCase.id))
        return [(one.status, one.figures) for one in found]


def test_a_load_counts_once_and_the_difference_is_shown_at_once(
    container: Container, tunde: TestClient, clerk: TestClient, day: Day
) -> None:
    assert clerk.get("/route").headers["location"] == "/hub"
    assert "Tunde Bakare" in clerk.get("/hub").text
    assert "Bisi Ade</a>" not in clerk.get("/hub").text
    at_the_doors(tunde, day, "10", "6,5")
    form, page = bring(clerk, day.collector, PET="16,2")
    assert "It agrees with the doors" in page.text
    assert "\u22120.3kg (allowed: 0.975kg)" in page.text, "5% of 16.5 kg, and 50 g for each of three readings"
    again = clerk.post(f"/hub/collectors/{day.collector}", data=form)
    assert again.is_redirect, "the button pressed twice is the same load"
    other = clerk.post(f"/hub/collectors/{day.collector}", data=form | {"kg-PET": "12"})
    assert other.status_code == 409
    assert "kept aside for the office" in other.text
    with container.database.unit_of_work() as session:
        assert len(session.scalars(select(HubWeighin)).all()) == 1
        (kept,) = session.scalars(select(ConflictingSubmission))
        assert kept.content["grams"] == {"PET": 12_000}
    assert cases(container) == []


def test_too_large_a_difference_opens_one_case_and_another_load_that_explains_it_closes_it(
    container: Container, tunde: TestClient, clerk: TestClient, day: Day
) -> None:
    at_the_doors(tunde, day, "10")
    _, page = bring(clerk, day.collector, PET="4")
    assert "does not agree" in page.text
    apart = {"material": "PET", "stops_grams": 10_000, "hub_grams": 4_000, "allowed_grams": 600}
    assert cases(container) == [(CaseStatus.OPEN, [apart])]
    bring(clerk, day.collector, PET="1", CARD="3")
    ((status, figures),) = cases(container)
    assert status is CaseStatus.OPEN
    assert [one["material"] for one in figures] == ["CARD", "PET"]
    page = clerk.get(f"/hub/collectors/{day.collector}")
    first, second = [part.split("/")[0] for part in page.text.split("/hub/weigh-ins/")[1:]]
    for _ in range(2):
        taken = clerk.post(f"/hub/weigh-ins/{second}/take-back", data={"day": ""})
    assert "Taken back" in clerk.get(taken.headers["location"]).text
    _, page = bring(clerk, day.collector, PET="6")
    assert "It agrees" in page.text
    ((status, _),) = cases(container)
    assert status is CaseStatus.CLOSED
    with container.database.unit_of_work() as session:
        trail = session.execute(
            select(AuditEvent.action, AuditEvent.object_type)
            .where(AuditEvent.actor.like("hub:%"))
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(one) for one in trail] == [
        ("opened", "case"),
        ("changed", "case"),
        ("taken_back", "hub_weighin"),
        ("changed", "case"),
        ("closed", "case"),
    ]
    assert clerk.post(f"/hub/weigh-ins/{first}/take-back", data={"day": ""}).is_redirect
    assert [status for status, _ in cases(container)] == [CaseStatus.CLOSED, CaseStatus.OPEN]


def test_what_a_phone_sends_after_the_weigh_in_changes_the_case_and_closes_it_and_its_book_says_why(
    container: Container, tunde: TestClient, clerk: TestClient, day: Day, clock: MovableClock
) -> None:
    first, second, *_ = day.pickups
    sheet = Sheet(tunde, day.collector)
    weighed_at = clock.now()
    at_the_doors(tunde, day, "10")
    bring(clerk, day.collector, PET="16")
    clock.pass_(hours=3)
    late = made("weighing", second, weighed_at, grams={"PET": 5_000})
    assert sheet.sync(late, sent_at=clock.now()) == ["accepted"]
    ((status, figures),) = cases(container)
    assert status is CaseStatus.OPEN
    assert figures[0]["stops_grams"] == 15_000, "the late stop is in the difference that the office sees"
    right = made("correction", second, clock.now(), supersedes=late["id"], grams={"PET": 6_200})
    assert sheet.sync(right, sent_at=clock.now()) == ["accepted"]
    assert [status for status, _ in cases(container)] == [CaseStatus.CLOSED]
    assert sheet.sync(right, late, sent_at=clock.now()) == ["duplicate", "duplicate"]
    gone = made("correction", first, clock.now(), supersedes=str(_weighing(container, first)), grams={})
    assert sheet.sync(gone, sent_at=clock.now()) == ["accepted"]
    assert [status for status, _ in cases(container)] == [CaseStatus.CLOSED, CaseStatus.OPEN]
    with container.database.unit_of_work() as session:
        book = session.execute(
            select(AuditEvent.actor, AuditEvent.action, AuditEvent.detail)
            .where(AuditEvent.object_type == "case")
            .order_by(AuditEvent.id)
        ).all()
    rider = f"collector:{day.collector}"
    assert [(actor, action) for actor, action, _ in book[1:]] == [
        (rider, "changed"),
        (rider, "closed"),
        (rider, "opened"),
    ]
    assert all("a stop was sent or corrected later" in str(detail) for _, _, detail in book[1:])


def _weighing(container: Container, pickup: UUID) -> UUID:
    with container.database.unit_of_work() as session:
        return session.scalars(select(Weighing.id).where(Weighing.pickup_id == pickup)).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_load_typed_while_the_session_ended_comes_back_filled_after_signing_in_and_counts_once(
    container: Container, clerk: TestClient, day: Day
) -> None:
    address = f"/hub/collectors/{day.collector}"
    form = form_in(clerk.get(address)) | {"kg-PET": "12,5", "kg-CARD": "3"}
    clerk.cookies.clear()
    asked = clerk.post(address, data=form)
    assert asked.status_code == 401
    kept = form_in(asked)
    wrong = clerk.post("/route/sign-in", data=kept | {"phone": CLERK, "pin": "9753"})
    assert wrong.status_code == 401
    shown = clerk.post("/route/sign-in", data=form_in(wrong) | {"phone": CLERK, "pin": PIN})
    assert "You are signed in again" in shown.text
    again = form_in(shown)
    assert {name: again[name] for name in form} == form, "as it was typed, under the same id"
    for _ in range(2):
        assert clerk.post(address, data=again).is_redirect
    with container.database.unit_of_work() as session:
        assert len(session.scalars(select(HubWeighin)).all()) == 1
    clerk.cookies.clear()
    as_rider = clerk.post("/route/sign-in", data=kept | {"phone": day.phone, "pin": PIN})
    assert as_rider.headers["location"] == "/route", "a rider is not shown the desk"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_slips_keep_what_was_typed_and_riders_cannot_weigh_in_their_own(
    container: Container, tunde: TestClient, clerk: TestClient, day: Day
) -> None:
    _, page = bring(clerk, day.collector, PET="1,2,3", CARD="4")
    assert page.status_code == 422
    assert form_in(page)["kg-PET"] == "1,2,3"
    assert form_in(page)["kg-CARD"] == "4"
    _, page = bring(clerk, day.collector)
    assert "Type at least one weight" in page.text
    assert bring(clerk, day.collector, PET="1001")[1].status_code == 422
    for address in ("/hub", f"/hub/collectors/{day.collector}"):
        assert tunde.get(address).status_code == 404
    tunde.cookies.clear()
    assert tunde.get("/hub").headers["location"] == "/route/sign-in"
    with container.database.unit_of_work() as session:
        assert session.scalars(select(HubWeighin)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_speak_every_language_and_what_was_brought_last_night_counts_for_that_day(
    container: Container, clerk: TestClient, day: Day, clock: MovableClock
) -> None:
    settings: Settings = container.settings
    form, _ = bring(clerk, day.collector, PET="1")
    clock.pass_(hours=17)
    late = form | {"weighing_id": "0193572a-6b00-7000-8000-0000000000aa"}
    assert clerk.post(f"/hub/collectors/{day.collector}", data=late).is_redirect
    with container.database.unit_of_work() as session:
        assert set(session.scalars(select(HubWeighin.date))) == {date.fromisoformat(form["day"])}
    for language in settings.languages:
        with container.database.unit_of_work() as session:
            session.scalars(select(Collector).where(Collector.phone == CLERK)).one().language = language
        for address in ("/hub", f"/hub/collectors/{day.collector}?day={form['day']}&said=taken_back"):
            answer = clerk.get(address)
            assert answer.status_code == 200
            assert "sheet." not in answer.text.replace("/route/sheet-", "")
