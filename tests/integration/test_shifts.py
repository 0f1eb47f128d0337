"""When collectors ride: their own week, or the usual hours where none was written down."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import event

from app.collectors import service as collectors
from app.collectors import shifts
from app.collectors.shifts import Break, Shift
from app.db import Database
from app.kernel.phone import Phone
from tests.factories import neighbourhood

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
USUAL = Shift(time(7), time(18))
EARLY = Shift(time(6), time(14), Break(time(10), time(12), 30))


def test_a_collector_rides_on_the_days_of_his_week_and_every_day_where_none_was_written_down(
    database: Database,
) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, NOW)
        always, tuesdays, away = (
            collectors.create(
                session,
                name="Rider",
                phone=Phone(f"+23480000081{number:02d}"),
                language="en",
                hub_id=zone.hub_id,
                capacity_grams=150_000,
                capacity_litres=800 + number,
                now=NOW,
            )
            for number in range(3)
        )
        shifts.set_week(session, tuesdays.id, [(1, EARLY)])
        shifts.set_zones(session, tuesdays.id, [zone.id])
        away.active = False
        session.flush()
        statements: list[object] = []
        event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        on_tuesday = shifts.working(session, zone.hub_id, TUESDAY, USUAL)
        assert len(statements) == 4
        assert {one.collector_id: one.shift for one in on_tuesday} == {always.id: USUAL, tuesdays.id: EARLY}
        assert [(one.capacity_litres, set(one.zones)) for one in on_tuesday] == [
            (800, set()),
            (801, {zone.id}),
        ]
        assert [one.collector_id for one in shifts.working(session, zone.hub_id, MONDAY, USUAL)] == [
            always.id
        ]
