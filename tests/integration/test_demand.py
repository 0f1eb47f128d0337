"""What a household is expected to give: its own history, leaning on its zone's where there is little of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.db import Database
from app.kernel.ids import new_id
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import MissedReason, PickupStatus
from app.routing.demand import Means, Prior, Record, expected, lean
from app.weighing import service as weighing
from app.weighing.models import Material
from tests.factories import neighbourhood
from tests.factories.street import LIMITS, RecordingPost, a_street

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)


def visits(
    session: Session, household_id: UUID, zone_id: UUID, bags: list[dict[str, int] | MissedReason]
) -> None:
    """One visit a week, the last one yesterday; each gave a bag, or the reason why not."""
    collector_id = session.scalars(select(Collector.id)).first()
    assert collector_id is not None
    for weeks, bag in enumerate(bags):
        day = TODAY - timedelta(days=1, weeks=weeks)
        at = datetime.combine(day, time(9), UTC)
        pickup = Pickup(
            household_id=household_id,
            zone_id=zone_id,
            date=day,
            window_start=time(8),
            window_end=time(12),
            kind=PickupKind.RECURRING,
            status=PickupStatus.ROUTED,
            created_at=at,
            updated_at=at,
        )
        session.add(pickup)
        session.flush()
        if isinstance(bag, MissedReason):
            word = weighing.Missed(new_id(), pickup.id, collector_id, bag, "", at)
            if bag is MissedReason.NOT_VISITED:
                pickup.status, pickup.missed_reason = PickupStatus.MISSED, bag
            else:
                weighing.record_missed(session, word, at, RecordingPost(), LIMITS)
        else:
            submission = weighing.Submission(new_id(), pickup.id, collector_id, bag, at)
            weighing.record(session, submission, at, RecordingPost(), LIMITS)


def test_a_mean_leans_on_its_prior_less_and_less_as_visits_add_up() -> None:
    assert lean(0, 0, 3_000, 4) == 3_000
    assert lean(10_000, 1, 3_000, 4) == pytest.approx(4_400)
    assert lean(400_000, 40, 3_000, 4) == pytest.approx(9_363.6, abs=0.1)


def test_where_nothing_is_known_what_is_stated_counts() -> None:
    means = Means.stated(Prior(), ["PET", "CAN"]).after(Record(), 4)
    assert means.grams == {"PET": 1_500, "CAN": 1_500}
    assert means.chance == {True: 0.95, False: 0.75}


def test_a_household_that_gives_much_is_expected_to_and_a_new_one_is_like_its_zone(
    database: Database,
) -> None:
    street = a_street(database, NOW)
    with database.unit_of_work() as session:
        session.execute(
            update(Material).where(Material.code == "PET").values(density_kilograms_per_cubic_metre=20)
        )
        rich = neighbourhood.household(session, NOW, street.zone_id).id
        empty = neighbourhood.household(session, NOW, street.zone_id).id
        new = neighbourhood.household(session, NOW, street.zone_id).id
        visits(session, rich, street.zone_id, [{"PET": 8_000}] * 8)
        visits(session, empty, street.zone_id, [MissedReason.NOTHING_TO_GIVE] * 8)
        visits(session, street.household_id, street.zone_id, [MissedReason.NOT_VISITED] * 8)
        homes = (rich, empty, new, street.household_id)
        found = expected(session, dict.fromkeys(homes, street.zone_id), TODAY)
    assert found[rich].grams["PET"] > 6_000 > found[new].grams["PET"] > 1_500
    assert found[rich].chance(confirmed=False) > found[new].chance(confirmed=False) > 0.5
    assert found[empty].chance(confirmed=False) < 0.4 < found[empty].chance(confirmed=True)
    assert found[street.household_id] == found[new], "days on which nobody came say nothing of the household"
    heavy = found[rich]
    assert heavy.millilitres == pytest.approx(
        1000 * (heavy.grams["PET"] / 20 + heavy.grams.get("CAN", 0) / 34), rel=0.01
    )
    grams, millilitres = heavy.load(confirmed=False)
    assert 0 < grams < heavy.total_grams
    assert 0 < millilitres < heavy.millilitres


def test_it_takes_three_queries_for_one_household_and_for_thirty(database: Database) -> None:
    street = a_street(database, NOW)
    with database.unit_of_work() as session:
        homes = [neighbourhood.household(session, NOW, street.zone_id).id for _ in range(30)]
        visits(session, homes[0], street.zone_id, [{"PET": 2_000}])
        statements: list[object] = []
        event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        found = expected(session, dict.fromkeys(homes, street.zone_id), TODAY)
    assert len(found) == 30
    assert len(statements) == 3
