"""What texts cost: every naira of it, in the month it was spent, and never a guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select

from app.db import Database
from app.errors import InvalidInput
from app.insights.household_costs import HouseholdCost, household_costs, programme_cost
from app.insights.months import Month
from app.insights.text_costs import TextCosts, text_costs
from app.kernel.ids import new_id
from app.messaging import budgets
from app.messaging.models import OutboxMessage, OutboxStatus
from app.weighing import service as weighing
from tests.factories import street
from tests.factories.bills import a_call, a_text
from tests.factories.languages import CATALOGUE
from tests.factories.street import LIMITS, RecordingPost, a_street

LAGOS = "Africa/Lagos"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOVEMBER = Month.read("2026-11", NOW, LAGOS)


def costs_of(database: Database, month: Month = NOVEMBER) -> TextCosts:
    with database.unit_of_work() as session:
        return text_costs(session, month.edges(LAGOS), CATALOGUE)


def test_a_month_begins_and_ends_at_midnight_in_lagos(database: Database) -> None:
    midnight = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    second = timedelta(seconds=1)
    with database.unit_of_work() as session:
        a_text(session, midnight - second, template="next.none")
        a_text(session, midnight)
        a_text(session, midnight + timedelta(days=30) - second)
        a_text(session, midnight + timedelta(days=30), template="next.none")
    found = costs_of(database)
    assert [(one.template, one.texts) for one in found.templates] == [("receipt", 2)]
    december = Month.read("2026-12", NOW, LAGOS)
    assert costs_of(database, december).total.texts == 1
    assert december.edges(LAGOS)[1] == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    assert Month.read(None, midnight, LAGOS) == NOVEMBER
    with pytest.raises(InvalidInput):
        Month.read("2026-13", NOW, LAGOS)


def test_the_sums_agree_with_the_rows_however_they_are_cut(database: Database) -> None:
    random = Random(7)
    with database.unit_of_work() as session:
        for _ in range(120):
            parts = random.choice([1, 1, 1, 2, 3])
            price = random.choice([None, 4_000_000 * parts, 32_500_001 * parts])
            a_text(
                session,
                NOW + timedelta(hours=random.randrange(-900, 900)),
                template=random.choice(["receipt", "next.none", "gone"]),
                language=random.choice(["en", "pcm"]),
                gateway=random.choice(["twilio", "africastalking"]),
                parts=parts,
                price_micros=price,
                told_price_micros=random.choice([None, None, 3_999_999]),
            )
    start, end = NOVEMBER.edges(LAGOS)
    with database.unit_of_work() as session:
        rows = [
            row
            for row in session.scalars(select(OutboxMessage))
            if row.sent_at and start <= row.sent_at < end
        ]
    assert 50 < len(rows) < 120
    prices = [row.price_micros if row.told_price_micros is None else row.told_price_micros for row in rows]
    expected = (len(rows), sum(row.parts for row in rows), sum(filter(None, prices)), prices.count(None))

    found = costs_of(database)
    for cut in ([found.total], found.templates, found.gateways):
        each = [(one.texts, one.parts, one.known_micros, one.unpriced_texts) for one in cut]
        assert tuple(map(sum, zip(*each, strict=True))) == expected
    assert found.total.told_texts == sum(row.told_price_micros is not None for row in rows)
    dearest = [one.known_micros for one in found.templates]
    assert dearest == sorted(dearest, reverse=True)
    assert sum(one.percent or 0 for one in found.templates) == pytest.approx(100, abs=0.1)
    over = {(one.template, one.language): one.over_budget_texts for one in found.templates}
    assert over["receipt", "en"] == sum(
        row.parts > 1 for row in rows if (row.template, row.language) == ("receipt", "en")
    )
    assert over["gone", "en"] == 0, "what the catalogue does not have any more has no budget"


def test_an_unknown_price_is_said_and_never_counted_as_nothing(database: Database) -> None:
    with database.unit_of_work() as session:
        a_text(session, NOW, price_micros=None)
        a_text(session, NOW, price_micros=None, template="next.none")
        a_text(session, NOW, price_micros=0, gateway="console", template="next.none")
    found = costs_of(database)
    by_template = {one.template: one for one in found.templates}
    assert by_template["receipt"].cost_micros is None
    assert by_template["receipt"].cost_per_text_micros is None
    assert (by_template["next.none"].cost_micros, by_template["next.none"].unpriced_texts) == (0, 1)
    assert found.total.unpriced_texts == 2


def test_only_what_a_gateway_took_counts_and_what_may_have_been_taken_is_named(database: Database) -> None:
    with database.unit_of_work() as session:
        a_text(session, NOW, status=OutboxStatus.UNDELIVERED)
        for status in (OutboxStatus.QUEUED, OutboxStatus.FAILED, OutboxStatus.DROPPED, OutboxStatus.UNCLEAR):
            a_text(session, None, not_before=NOW, status=status, price_micros=None)
    found = costs_of(database)
    assert (found.total.texts, found.total.cost_micros, found.unclear_texts) == (1, 4_000_000, 1)


def _weighed(database: Database, pickup_id: UUID, place: street.Street, grams: dict[str, int]) -> None:
    with database.unit_of_work() as session:
        bag = weighing.Submission(new_id(), pickup_id, place.collector_id, grams, NOW)
        weighing.record(session, bag, NOW, RecordingPost(), LIMITS)


def test_households_whose_texts_leave_least_of_their_material_stand_first(database: Database) -> None:
    place = a_street(database, NOW)
    with database.unit_of_work() as session:
        others = [street.a_household(session, place.zone_id, f"+234800000001{n}", NOW) for n in range(3)]
        chatty, poor, silent = others
        for _ in range(5):
            a_text(session, NOW, household_id=chatty)
        a_text(session, NOW, household_id=poor, price_micros=None)
        a_text(session, NOW, household_id=place.household_id, told_price_micros=2_500_000)
        a_text(session, NOW)  # to somebody who has not joined yet
        a_text(session, NOW - timedelta(days=40), household_id=chatty)
        pickup_id = street.a_pickup(session, silent, place.zone_id, NOW.date())
    _weighed(database, place.pickup_id, place, {"PET": 2_000, "CAN": 500})
    _weighed(database, pickup_id, place, {"PET": 1_000})

    def page(after: UUID | None, limit: int) -> list[HouseholdCost]:
        with database.unit_of_work() as session:
            return household_costs(session, NOVEMBER.edges(LAGOS), "NGN", after=after, limit=limit)

    found = page(None, 10)
    assert [one.household_id for one in found] == [chatty, poor, silent, place.household_id]
    paged: list[HouseholdCost] = []
    while more := page(paged[-1].household_id if paged else None, 1):
        paged += more
    assert paged == found
    figures = [(one.texts, one.cost_micros, one.credit_minor, one.percent_of_credit) for one in found]
    assert figures == [
        (5, 20_000_000, 0, None),
        (1, None, 0, None),
        (0, 0, 10_000, 0.0),
        (1, 2_500_000, 35_000, 0.71),
    ]
    with database.unit_of_work() as session:
        all_of_it = programme_cost(session, NOVEMBER.edges(LAGOS), "NGN")
    assert (all_of_it.texts, all_of_it.cost_micros, all_of_it.unpriced_texts) == (8, 26_500_000, 1)
    assert (all_of_it.credit_minor, all_of_it.grams) == (45_000, 3_500)
    assert all_of_it.percent_of_credit == 5.89
    assert all_of_it.cost_per_kilogram_micros == 7_571_429


def test_a_ussd_session_costs_what_its_gateway_said_and_the_household_it_was_last_about(
    database: Database,
) -> None:
    place = a_street(database, NOW)
    with database.unit_of_work() as session:
        other = street.a_household(session, place.zone_id, "+2348000000011", NOW)
        a_call(session, NOW, 1_600_000, [None, other, place.household_id, None])
        a_call(session, NOW, None, [other])
        a_call(session, NOW, 3_200_000)
        a_call(session, NOW - timedelta(days=40), 1_600_000, [other])
        a_text(session, NOW, household_id=other)
    edges = NOVEMBER.edges(LAGOS)
    found = costs_of(database).ussd
    assert (found.sessions, found.cost_micros, found.unpriced_sessions) == (3, 4_800_000, 1)
    with database.unit_of_work() as session:
        each = household_costs(session, edges, "NGN", after=None, limit=9)
        all_of_it = programme_cost(session, edges, "NGN")
    figures = {
        one.household_id: (one.ussd_sessions, one.unpriced_ussd_sessions, one.cost_micros) for one in each
    }
    assert figures == {place.household_id: (1, 0, 1_600_000), other: (1, 1, 4_000_000)}
    assert (all_of_it.ussd_sessions, all_of_it.cost_micros) == (3, 8_800_000)


def test_a_text_that_outgrows_its_budget_in_real_life_is_warned_of_once() -> None:
    budgets._told.clear()
    logged: list[Any]
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            budgets.watch(CATALOGUE, "receipt", "en", "x" * 161)
            budgets.watch(CATALOGUE, "receipt", "pcm", "x" * 160)
            budgets.watch(CATALOGUE, "no.such.text", "en", "x" * 999)
    assert logged == [
        {
            "event": "text_over_budget",
            "log_level": "warning",
            "template": "receipt",
            "language": "en",
            "parts": 2,
            "budget_parts": 1,
        }
    ]
