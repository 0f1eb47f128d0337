"""Chains of gateways: when one is down the next stands in, and nobody gets a text twice over both."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.errors import ConfigurationError, NotFound
from app.messaging import contacts, health, inbox, leases
from app.messaging.gateways import SmsGateways
from app.messaging.inbox import InboundText
from app.messaging.models import GatewayHealth, OutboxMessage, OutboxStatus
from app.messaging.pacing import Pace
from app.messaging.ports import FateUnknown, NotHere, NotNow, NotSent, OptedOut, Rejected
from app.messaging.sending import PARALLEL
from tests.factories.desk import NOW, Desk, a_desk
from tests.fakes.sms import FakeGateway

NOBODY_THERE = NotSent("ConnectError")
A_WHILE = timedelta(seconds=1)


@dataclass
class Wall:
    """Real time, as a test has it pass."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Pair:
    """A preferred gateway and its stand-in."""

    desk: Desk
    first: FakeGateway
    second: FakeGateway
    wall: Wall

    def write(self, count: int, start: int = 0) -> None:
        for number in range(start, start + count):
            self.desk.text(phone=f"+2348000000{number:03}")

    def work(self, now: datetime = NOW) -> None:
        while self.desk.deliver(now):
            pass

    def arrivals(self) -> Counter[str]:
        return Counter(text.phone for _, text in self.first.taken + self.second.taken)

    def row(self, phone: str) -> OutboxMessage:
        with self.desk.database.unit_of_work() as session:
            return session.scalars(select(OutboxMessage).where(OutboxMessage.phone == phone)).one()


@pytest.fixture
def pair(database: Database) -> Pair:
    second = FakeGateway("second", sender="+2348000009001")
    desk = a_desk(database, second, attempts_max=9)
    wall = Wall(datetime.now(UTC))
    desk.sending = replace(desk.sending, wall=wall, sleep=lambda _: None)
    return Pair(desk, desk.gateway, second, wall)


def test_texts_go_by_the_longest_prefix() -> None:
    local, rest = FakeGateway("local"), FakeGateway("rest")
    gateways = SmsGateways(
        {"local": local, "rest": rest}, {"+234": ["local"], "*": ["rest"], "+23480": ["rest"]}
    )
    carried = {
        phone: gateways.for_phone(phone).name
        for phone in ("+2347000000000", "+2348000000000", "+254700000000")
    }
    assert carried == {"+2347000000000": "local", "+2348000000000": "rest", "+254700000000": "rest"}
    with pytest.raises(NotFound):
        gateways["none"]


@pytest.mark.parametrize("routes", [{"*": ["none"]}, {"+234": ["fake"]}, {"*": []}])
def test_routes_that_lead_nowhere_stop_the_start(routes: dict[str, list[str]]) -> None:
    with pytest.raises(ConfigurationError, match="WEIGHBACK_SMS_GATEWAYS"):
        SmsGateways({"fake": FakeGateway()}, routes)


def test_the_next_in_the_chain_stands_in_and_after_the_last_comes_the_first() -> None:
    made = {name: FakeGateway(name) for name in ("a", "b", "c")}
    gateways = SmsGateways(made, {"*": ["a", "b", "c"], "+1": ["b"]})
    phone = "+2348000000000"
    assert gateways.instead_of("a", phone, down=()) == "b"
    assert gateways.instead_of("a", phone, down={"b"}) == "c"
    assert gateways.instead_of("c", phone, down=()) == "a"
    assert gateways.instead_of("a", phone, down={"b", "c"}) is None
    assert gateways.instead_of("b", "+15550000000", down=()) is None
    assert gateways.instead_of("elsewhere", "+15550000000", down=()) == "b"


def test_a_gateway_dies_in_the_middle_of_a_batch_and_each_text_arrives_once(pair: Pair) -> None:
    pair.write(80)
    pair.first.answers.extend([None] * 17)
    pair.first.always = NOBODY_THERE
    pair.work()
    pair.work(NOW + timedelta(minutes=1))  # the first that failed had been put off a little
    assert len(pair.first.taken) == 17
    assert len(pair.second.taken) == 63
    assert set(pair.arrivals().values()) == {1}
    assert len(pair.first.tried) - 17 <= health.FAILURES_IN_A_ROW + PARALLEL, (
        "it was left alone once it was down"
    )


def test_what_may_have_been_taken_goes_by_no_other_gateway(pair: Pair) -> None:
    pair.first.can_look_up = False
    pair.first.always, pair.first.lost = FateUnknown("ReadTimeout"), True
    pair.write(30)
    pair.work()
    unclear = {text.phone for text in pair.first.tried}
    assert health.FAILURES_IN_A_ROW <= len(unclear) <= health.FAILURES_IN_A_ROW + PARALLEL
    pair.wall.at += timedelta(hours=1)
    pair.first.always, pair.first.lost = None, False
    pair.work(NOW + timedelta(hours=1))
    assert len(pair.arrivals()) == 30
    assert set(pair.arrivals().values()) == {1}
    assert {pair.row(phone).status for phone in unclear} == {OutboxStatus.UNCLEAR}


def test_a_text_that_a_dead_worker_was_sending_goes_by_no_other_gateway(pair: Pair) -> None:
    pair.first.can_look_up = False
    pair.write(1)
    pace = Pace(1000, timedelta(seconds=1))
    with pair.desk.database.unit_of_work() as session:
        [leased] = leases.lease(session, pair.first, "dead", now=NOW, wall=pair.wall.at, limit=1, pace=pace)
        assert leases.begin(session, leased, now=NOW, wall=pair.wall.at)
        for _ in range(health.FAILURES_IN_A_ROW):
            health.failed(session, "fake", leased.row_id, pair.wall.at)
    pair.wall.at += leases.LEASE + A_WHILE
    pair.work(NOW + timedelta(hours=1))
    assert pair.arrivals() == Counter()
    assert pair.row(leased.text.phone).status == OutboxStatus.UNCLEAR


def test_what_was_looked_up_and_surely_not_taken_goes_by_the_other(pair: Pair) -> None:
    pair.first.always = FateUnknown("ReadTimeout")
    pair.write(health.FAILURES_IN_A_ROW)
    pair.work()
    assert pair.arrivals() == Counter()
    pair.desk.after_the_lease()
    pair.wall.at += timedelta(seconds=61)
    pair.work()
    assert len(pair.second.taken) >= health.FAILURES_IN_A_ROW - 1
    pair.work(NOW + timedelta(hours=1))
    assert set(pair.arrivals().values()) <= {1}


def test_one_text_tries_whether_it_is_up_again_and_then_all_come_back(pair: Pair) -> None:
    pair.first.always = NOBODY_THERE
    pair.write(10)
    pair.work()
    pair.work(NOW + timedelta(minutes=1))
    assert len(pair.second.taken) == 10
    tried = len(pair.first.tried)
    pair.write(10, start=10)
    pair.work()
    assert len(pair.first.tried) == tried, "not before its time"
    pair.wall.at += health.FIRST_PAUSE + A_WHILE
    pair.write(10, start=20)
    pair.work()
    assert len(pair.first.tried) == tried + 1, "one tries"
    pair.wall.at += health.FIRST_PAUSE + A_WHILE
    pair.write(10, start=30)
    pair.work()
    assert len(pair.first.tried) == tried + 1, "it failed, so the pause is longer now"
    pair.wall.at += health.FIRST_PAUSE
    pair.first.always = None
    pair.write(1, start=40)
    pair.work()
    pair.write(20, start=41)
    pair.work()
    assert len(pair.first.taken) == 21, "from the one that tried on"
    assert set(pair.arrivals().values()) == {1}
    assert len(pair.arrivals()) == 61


def test_a_worker_that_dies_while_it_tries_leaves_the_next_try_to_others(pair: Pair) -> None:
    pair.write(5)
    with pair.desk.database.unit_of_work() as session:
        row_id = session.scalars(select(OutboxMessage.id)).first()
        assert row_id is not None
        for _ in range(health.FAILURES_IN_A_ROW):
            health.failed(session, "fake", row_id, pair.wall.at - timedelta(hours=1))
        health.begin_probe(session, "fake", row_id, pair.wall.at)
    with pair.desk.database.unit_of_work() as session:
        assert health.ripe(session, pair.wall.at) == []
        assert health.ripe(session, pair.wall.at + health.PROBE_WITHIN) == ["fake"]


def test_a_pause_doubles_up_to_its_limit() -> None:
    least = health.FAILURES_IN_A_ROW
    assert health.pause(least) == health.FIRST_PAUSE
    assert health.pause(least + 1) == 2 * health.FIRST_PAUSE
    assert health.pause(least + 1000) == health.LAST_PAUSE


def test_many_workers_send_each_text_once_while_a_gateway_comes_and_goes(pair: Pair) -> None:
    pair.write(60)
    pair.first.answers.extend([None, NOBODY_THERE, NOBODY_THERE, NOBODY_THERE] * 6 + [NOBODY_THERE] * 6)
    start = threading.Barrier(3)

    def work(_: int) -> None:
        start.wait(30)
        pair.work()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    pair.work(NOW + timedelta(hours=1))
    assert len(pair.arrivals()) == 60
    assert set(pair.arrivals().values()) == {1}


def test_a_phone_that_one_gateway_does_not_reach_is_reached_by_the_other(pair: Pair) -> None:
    pair.first.answers.extend([NotHere("407")] * 4)
    pair.write(6)
    pair.work()
    assert (len(pair.first.taken), len(pair.second.taken)) == (2, 4)
    with pair.desk.database.unit_of_work() as session:
        assert health.FAILURES_IN_A_ROW < 4
        assert "fake" not in health.down(session)


def test_a_phone_that_nobody_reaches_is_not_tried_all_the_time(pair: Pair) -> None:
    pair.first.always = pair.second.always = NotHere("407")
    pair.write(1)
    pair.work()
    assert (len(pair.first.tried), len(pair.second.tried)) == (1, 1)
    for hours in range(1, 9):
        pair.work(NOW + timedelta(hours=hours))
    assert pair.row("+2348000000000").status == OutboxStatus.FAILED


def test_what_a_rule_forbids_at_this_hour_waits_and_does_not_go_round(pair: Pair) -> None:
    pair.first.answers.extend([NotNow("409")] * 4)
    pair.write(4)
    pair.work()
    assert pair.arrivals() == Counter()
    pair.work(NOW + timedelta(minutes=1))
    assert len(pair.first.taken) == 4


@pytest.mark.parametrize("refusal", [Rejected("403"), OptedOut("406")])
def test_a_refusal_is_final_and_an_opt_out_holds_for_all_gateways(pair: Pair, refusal: Rejected) -> None:
    pair.first.answers.extend([NOBODY_THERE, NOBODY_THERE, refusal])
    for number in range(3):
        pair.desk.text(phone=f"+234800000000{number}")
        pair.work()
    refused = "+2348000000002"
    assert pair.row(refused).status == OutboxStatus.FAILED
    opted_out = isinstance(refusal, OptedOut)
    with pair.desk.database.unit_of_work() as session:
        assert contacts.opted_out(session, refused) is opted_out
        state = session.get(GatewayHealth, "fake")
        assert state is not None
        assert state.failures == 0, "it has answered: it is not down"
    pair.first.always = NOBODY_THERE
    assert (pair.desk.text(phone=refused) is None) is opted_out


def test_where_all_are_down_a_text_waits_for_the_first_that_comes_back(pair: Pair) -> None:
    pair.first.always = pair.second.always = NOBODY_THERE
    pair.write(6)
    pair.work()
    pair.work(NOW + timedelta(minutes=1))
    assert pair.arrivals() == Counter()
    pair.second.always = None
    for minutes in range(2, 90, 4):
        pair.wall.at += timedelta(minutes=4)
        pair.work(NOW + timedelta(minutes=minutes))
    assert len(pair.second.taken) >= 5
    assert set(pair.arrivals().values()) == {1}
    assert len(pair.arrivals()) == 6


def test_a_reply_goes_by_the_gateway_that_the_text_came_by_and_before_all_else(pair: Pair) -> None:
    asked = InboundText("fake", "1", "+2348000000777", "20880", "BALANCE", replies_inline=False)
    later = NOW + timedelta(minutes=1)
    pair.write(3)
    with pair.desk.database.unit_of_work() as session:
        received = inbox.receive(session, asked, NOW)
        inbox.answer(session, received.row_id, "N0", to=asked, template="x", language="en", now=later)
    with pair.desk.database.unit_of_work() as session:
        pace = Pace(1000, timedelta(seconds=1))
        leased = leases.lease(session, pair.first, "me", now=later, wall=pair.wall.at, limit=3, pace=pace)
    assert [one.text.phone for one in leased] == [asked.phone, "+2348000000000", "+2348000000001"]
