"""A collector's record as a text: the same record as in the queue, so that both ways count once."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from app import bootstrap
from app.container import Container
from app.fieldwork import texts
from app.fieldwork.records import Correction, Enrolment, NotCollected, Position, Weighed
from app.flows.turn import take_turn
from app.households import service as households
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.messaging.inbox import InboundText
from app.pickups.statuses import MissedReason
from app.settings import load_settings
from app.weighing.models import Via, Visit
from tests.conftest import NOON
from tests.factories.day import Day, a_day
from tests.web.routesheet.conftest import a_phone, sign_in
from tests.web.routesheet.phone import Sheet, made

_numbers = itertools.count()


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    settings = load_settings(environment="test", database_url=database_url, secret_key="t" * 32)
    container = bootstrap.build(settings, clock=FixedClock(NOON))
    yield container
    container.close()


@pytest.fixture
def day(container: Container) -> Day:
    return a_day(container.database, NOON, NOON.date())


def short(id_: UUID | str) -> str:
    return base64.urlsafe_b64encode(UUID(str(id_)).bytes).decode().rstrip("=")


def text(container: Container, sender: str, body: str) -> str | None:
    inbound = InboundText("twilio", f"SM{next(_numbers)}", sender, "+2348000000000", body)
    with container.database.unit_of_work() as session:
        return take_turn(session, container.talk, inbound, NOON)


def test_a_weighing_that_goes_both_ways_counts_once(container: Container, day: Day) -> None:
    key = texts.key_of("t" * 32, day.collector, NOON.date())
    record = made("weighing", day.pickups[0], NOON, grams={"CAN": 300, "PET": 2_500})
    seconds = "tbhcg0"
    body = f"WBK1 {key} {short(record['id'])} {short(day.pickups[0])} {seconds} PET2500 CAN300"
    assert text(container, day.phone, body) == "Saved. It counts once, even if it is sent again."
    assert text(container, day.phone, body) == "Saved. It counts once, even if it is sent again."
    browser = a_phone(container)
    sign_in(browser)
    assert Sheet(browser, day.collector).sync(record, sent_at=NOON) == ["duplicate"]
    with container.database.unit_of_work() as session:
        [visit] = session.scalars(select(Visit)).all()
    assert (str(visit.id), visit.via) == (record["id"], Via.SMS)

    other = made("weighing", day.pickups[0], NOON, grams={"PET": 9_000})
    again = body.replace(short(record["id"]), short(other["id"]))
    assert "recorded already" in str(text(container, day.phone, again))


def test_a_household_joins_by_its_collectors_text_and_is_weighed_by_the_next(
    container: Container, day: Day
) -> None:
    key = texts.key_of("t" * 32, day.collector, NOON.date())
    home, bag = short(new_id()), short(new_id())
    joins = f"WBK1 {key} {home} {home} tbhcg0 *08000000777 pcm SUR-01 6.5021,3.3591,14 Baba Sule/Yellow house"
    saved = "Saved. It counts once, even if it is sent again."
    assert text(container, day.phone, joins) == saved
    assert text(container, day.phone, f"WBK1 {key} {bag} {home} tbhcg0 PET2500") == saved
    assert text(container, day.phone, joins) == saved
    with container.database.unit_of_work() as session:
        [known] = households.for_phone(session, "+2348000000777")
        assert ledger.balance(session, known.id) == 30_000
    forged = joins.replace(key, "aaaaaa").replace(home, short(new_id()))
    assert "could not be saved" in str(text(container, day.phone, forged))


def test_nobody_else_can_text_a_collectors_record(container: Container, day: Day) -> None:
    body = f"WBK1 aaaaaa {short(new_id())} {short(day.pickups[0])} tbhcg0 PET2500"
    assert "could not be saved" in str(text(container, day.phone, body)), (
        "a sender's number is easily made up"
    )
    stranger = text(container, "+2348000000588", body)
    assert stranger is not None
    assert "saved" not in stranger.lower()
    with container.database.unit_of_work() as session:
        assert session.scalars(select(Visit)).all() == []


def test_every_kind_of_record_is_read() -> None:
    one, stop, earlier = new_id(), new_id(), new_id()
    head = f"WBK1 abc {short(one)} {short(stop)} tbhcg0 "

    def what(said: str) -> object:
        found = texts.read(head + said)
        assert found is not None
        return found.record and found.record.what

    assert what("PET2500 CAN300") == Weighed({"PET": 2_500, "CAN": 300})
    assert what(f"~{short(earlier)} PET1") == Correction(earlier, {"PET": 1})
    assert what(f"~{short(earlier)}") == Correction(earlier, {})
    assert what("!nobody_home Gate locked, 2 dogs") == NotCollected(
        MissedReason.NOBODY_HOME, "Gate locked, 2 dogs"
    )
    said = "*08000000777 pcm SUR-01 6.5021,-3.3591,14 Baba Sule/12 Ojo St/rear"
    joined = Enrolment(
        "08000000777", "Baba Sule", "pcm", "SUR-01", "12 Ojo St/rear", Position(6.5021, -3.3591, 14)
    )
    assert what(said) == joined
    assert what(said.replace("6.5021,-3.3591,14", "-")) == replace(joined, position=None)
    for nonsense in (
        "*0800 en",
        "*08000000777 pcm SUR-01 96,3,14 Baba/Here",
        "PET",
        "PET1 PET2",
        "!tired",
        "#4711",
        "~x PET1",
    ):
        assert what(nonsense) is None
    assert texts.read("WBK1 what is this") is None
