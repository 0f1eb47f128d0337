"""Whatever a network loses, repeats or delays, and whoever is sent where meanwhile: each weighing counts once.

A model of the phone (a queue that lets go of a record only on the service's word for its id) before the real
handlers, over a database that lives through all examples.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import bootstrap
from app.cases.service import standing_grams
from app.container import Container
from app.fieldwork.models import FieldRecord
from app.ledger import service as ledger
from app.pickups.models import Pickup
from app.routing.models import RouteStop
from app.settings import load_settings
from app.weighing.models import ConflictingSubmission, Visit, Weighing
from tests.factories.day import a_day, more_stops
from tests.web.routesheet.conftest import MORNING, MovableClock, a_phone, sign_in
from tests.web.routesheet.phone import Sheet, made

STOPS = 3
RATE = 12_000
_stop = st.integers(0, STOPS - 1)
_which = st.integers(0, 20)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("weigh"), _stop, st.integers(1, 9_000)),
        st.tuples(st.just("miss"), _stop, st.just(0)),
        st.tuples(st.just("correct"), _stop, st.integers(0, 9_000)),
        st.tuples(st.just("send"), _which, _which),
        st.tuples(st.just("deliver"), _which, _which),
        st.tuples(st.just("answer"), _which, _which),
        st.tuples(st.just("lose"), _which, _which),
        st.tuples(st.just("reassign"), _stop, st.just(0)),
    ),
    max_size=30,
)


@dataclass
class ModelPhone:
    """What the sheet's script does, as a few lines."""

    stops: list[UUID]
    queue: dict[str, dict[str, Any]] = field(default_factory=dict)
    saved: list[dict[str, Any]] = field(default_factory=list)
    words: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    last: dict[int, str] = field(default_factory=dict)
    """The record that a correction of the stop would supersede."""

    def save(self, kind: str, stop: int, **what: Any) -> None:
        record = made(kind, self.stops[stop], MORNING, **what)
        self.queue[record["id"]] = record
        self.saved.append(record)
        if kind != "missed":
            self.last[stop] = record["id"]

    def batch(self) -> list[dict[str, Any]]:
        """All that waits for no word about another record."""
        return [record for record in self.queue.values() if record.get("supersedes") not in self.queue]

    def hear(self, answers: list[dict[str, Any]]) -> None:
        for one in answers:
            self.words[one["id"]].add(one["answer"])
            self.queue.pop(one["id"], None)


@dataclass
class Network:
    sheet: Sheet
    on_the_way: list[list[dict[str, Any]]] = field(default_factory=list)
    on_the_way_back: list[list[dict[str, Any]]] = field(default_factory=list)

    def deliver(self, which: int) -> None:
        """The batch reaches the service; it may do so again."""
        if self.on_the_way:
            batch = self.on_the_way[which % len(self.on_the_way)]
            self.on_the_way_back.append(self.sheet.post(*batch, sent_at=MORNING).json()["answers"])


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Container, Network]]:
    path = tmp_path_factory.mktemp("any_network") / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = load_settings(environment="test", database_url=f"sqlite:///{path}", secret_key="t" * 32)
    container = bootstrap.build(settings, clock=MovableClock(MORNING))
    day = a_day(container.database, MORNING, MORNING.date())
    browser = a_phone(container)
    assert sign_in(browser).status_code == 303
    yield container, Network(Sheet(browser, day.collector))
    container.close()


@settings(max_examples=60)
@given(steps=STEPS)
def test_each_weighing_is_counted_once(
    world: tuple[Container, Network], steps: list[tuple[str, int, int]]
) -> None:
    container, network = world
    network.on_the_way.clear()
    network.on_the_way_back.clear()
    with container.database.unit_of_work() as session:
        phone = ModelPhone(more_stops(session, network.sheet.collector, MORNING, STOPS))
    for what, first, second in steps:
        _step(container, phone, network, (what, first, second))
    for _ in range(len(phone.saved) + 1):  # in the end there is a network
        network.on_the_way[:] = [phone.batch()]
        network.deliver(0)
        phone.hear(network.on_the_way_back.pop())
    assert not phone.queue
    with container.database.unit_of_work() as session:
        _nothing_is_lost(session, phone)
        for stop in range(STOPS):
            _counted_once(session, phone, stop)


def _step(container: Container, phone: ModelPhone, network: Network, step: tuple[str, int, int]) -> None:
    what, first, second = step
    match what:
        case "weigh":
            phone.save("weighing", first, grams={"PET": second})
        case "miss":
            phone.save("missed", first, reason="nobody_home", note="")
        case "correct" if first in phone.last:
            phone.save("correction", first, grams={"PET": second}, supersedes=phone.last[first])
        case "send":
            network.on_the_way.append(phone.batch())
        case "deliver":
            network.deliver(first)
        case "answer" if network.on_the_way_back:
            phone.hear(network.on_the_way_back.pop(first % len(network.on_the_way_back)))
        case "lose" if network.on_the_way:
            network.on_the_way.pop(first % len(network.on_the_way))
        case "reassign":
            with container.database.unit_of_work() as session:
                session.execute(delete(RouteStop).where(RouteStop.pickup_id == phone.stops[first]))


def _nothing_is_lost(session: Session, phone: ModelPhone) -> None:
    """Every record that was ever saved is in the books, or lies aside for a person."""
    ids = [UUID(record["id"]) for record in phone.saved]
    found = {
        *session.scalars(select(Visit.id).where(Visit.id.in_(ids))),
        *session.scalars(select(FieldRecord.id).where(FieldRecord.id.in_(ids))),
        *session.scalars(
            select(ConflictingSubmission.visit_id).where(ConflictingSubmission.visit_id.in_(ids))
        ),
    }
    assert found == set(ids)


def _counted_once(session: Session, phone: ModelPhone, stop: int) -> None:
    pickup = session.get_one(Pickup, phone.stops[stop])
    weighed = session.scalars(select(Weighing).where(Weighing.pickup_id == pickup.id)).all()
    tried = [r for r in phone.saved if r["kind"] == "weighing" and r["pickup"] == str(pickup.id)]
    assert len(weighed) == bool(tried)
    if not tried:
        assert ledger.balance(session, pickup.household_id) == 0
        return
    standing = next(r["grams"] for r in tried if r["id"] == str(weighed[0].id))
    chain, corrections = str(weighed[0].id), [r for r in phone.saved if r["kind"] == "correction"]
    while following := [
        r for r in corrections if r["supersedes"] == chain and "accepted" in phone.words[r["id"]]
    ]:
        assert len(following) == 1, "two corrections of one record cannot both stand"
        chain, standing = following[0]["id"], following[0]["grams"]
    standing = {code: grams for code, grams in standing.items() if grams}
    assert standing_grams(session, weighed[0].id) == standing
    expected = (2 * sum(standing.values()) * RATE + 1_000) // 2_000
    assert ledger.balance(session, pickup.household_id) == expected
