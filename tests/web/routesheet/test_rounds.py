"""The collectors' page of rounds: whose is whose, and the draw to check."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.collectors import absences
from app.collectors.models import AbsenceReason, Collector
from app.container import Container
from app.places.models import Hub
from app.rotation.drawing import keep_drawn
from app.rotation.models import RoundDraw
from app.settings import Fairness
from tests.factories.day import Day
from tests.web.routesheet.conftest import MovableClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_collector_sees_his_round_who_is_away_and_how_it_was_drawn(
    tunde: TestClient, container: Container, day: Day, clock: MovableClock
) -> None:
    assert 'href="/route/rounds"' in tunde.get("/route").text
    assert "No rounds are drawn" in tunde.get("/route/rounds").text
    settings = container.settings.model_copy(update={"fairness": Fairness.ROTATE})
    now, sunday = clock.now(), date(2026, 3, 8)
    with container.database.unit_of_work() as session:
        hub = session.get_one(Hub, day.hub_id)
        keep_drawn(session, hub, sunday, settings, now)
        [draw] = session.scalars(select(RoundDraw))
        keep_drawn(session, hub, sunday, settings, now)
        seed = draw.seed
        absences.add(
            session,
            day.other,
            first_day=sunday,
            last_day=sunday + timedelta(9),
            reason=AbsenceReason.SICK,
            now=now,
        )
    clock.pass_(days=6)
    page = tunde.get("/route/rounds").text
    for shown in (
        "Ojuelegba",
        "Ngozi Eze</b> (away; Tunde Bakare stands in)",
        seed,
        draw.promise,
        "After that",
    ):
        assert shown in page
    for language in container.settings.languages:
        with container.database.unit_of_work() as session:
            session.get_one(Collector, day.collector).language = language
        answer = tunde.get("/route/rounds")
        assert answer.status_code == 200
        assert "sheet." not in answer.text.replace("/route/sheet-", "")
