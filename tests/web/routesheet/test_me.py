"""A collector's own page: what is counted, and a question that a person answers by text."""

from __future__ import annotations

from dataclasses import replace

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.cases import of_collectors as cases
from app.cases.models import CollectorCase
from app.collectors.models import Collector
from app.container import Container
from app.messaging.models import OutboxMessage
from tests.factories.day import Day
from tests.web.routesheet.conftest import MovableClock, a_phone, sign_in
from tests.web.routesheet.test_hub import at_the_doors


def test_a_collector_reads_what_is_counted_and_questions_it_and_hears_the_answer(
    container: Container, tunde: TestClient, day: Day, clock: MovableClock
) -> None:
    assert 'href="/route/me"' in tunde.get("/route").text
    at_the_doors(tunde, day, "10", "6,5")
    page = tunde.get("/route/me").text
    for counted in ("Stops: 2", "Weight: 16.5kg", "Ridden: 4 km"):
        assert page.count(counted) == 2, "today, and this month"
    assert "Earned" not in page, "no rate is set, and what the household gets is no pay"
    rates = {"collector_pay_minor_per_kilogram": 2_000, "collector_pay_minor_per_stop": 5_000}
    paid = a_phone(replace(container, settings=container.settings.model_copy(update=rates)))
    assert sign_in(paid).is_redirect
    assert paid.get("/route/me").text.count("Earned: N430") == 2, "16.5 x 20 + 2 x 50"

    assert "First write" in tunde.post("/route/me", data={"said": "  "}).text
    for said in ("One stop is missing", "One stop is missing", "and <its> kilos"):
        sent = tunde.post("/route/me", data={"said": said})
    assert "Sent." in tunde.get(sent.headers["location"]).text
    with container.database.unit_of_work() as session:
        (case,) = session.scalars(select(CollectorCase))
        assert case.said == "One stop is missing; and <its> kilos"
        cases.answer(session, case.id, "It is added now.", by="office", now=clock.now(), post=container.post)
        texts = session.scalars(select(OutboxMessage).where(OutboxMessage.phone == day.phone)).all()
        assert [text.body for text in texts] == ["Your question of Tue 3 Mar: It is added now."]
    page = tunde.get("/route/me").text
    assert "It is added now." in page
    assert "and &lt;its&gt; kilos" in page
    for language in container.settings.languages:
        with container.database.unit_of_work() as session:
            session.get_one(Collector, day.collector).language = language
        answer = tunde.get("/route/me")
        assert answer.status_code == 200
        assert "sheet." not in answer.text.replace("/route/sheet-", "")
