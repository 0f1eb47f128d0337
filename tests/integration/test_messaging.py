"""Texts in and out, on both databases, with a scripted gateway: taken once, sent once, never late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.kernel.clock import FixedClock
from app.messaging import contacts, inbox, leases, pacing
from app.messaging.inbox import InboundText
from app.messaging.models import ConsentEvent, DeliveryReport, InboxMessage, OutboxMessage, OutboxStatus
from app.messaging.ports import FateUnknown, NotSent, OptedOut, Rejected
from app.messaging.sending import backoff
from tests.factories.desk import NOW, PHONE, Desk, a_desk
from tests.factories.languages import CATALOGUE

TODAY = date(2026, 11, 23)
INBOUND = InboundText("fake", "SM1", PHONE, "+2348000009000", "PICKUP", raw={"Body": "PICKUP"})


@pytest.fixture
def desk(database: Database) -> Desk:
    return a_desk(database)


def test_the_same_delivery_again_is_given_the_same_answer(database: Database) -> None:
    with database.unit_of_work() as session:
        first = inbox.receive(session, INBOUND, NOW)
        inbox.answer(
            session, first.row_id, "Done.", to=INBOUND, template="pickup.requested", language="en", now=NOW
        )
    with database.unit_of_work() as session:
        again = inbox.receive(session, INBOUND, NOW)
        assert (first.first_time, again.first_time, again.reply) == (True, False, "Done.")
        [kept] = session.scalars(select(OutboxMessage))
        assert (kept.status, kept.body, kept.parts) == (OutboxStatus.REPLIED, "Done.", 1)
        assert len(session.scalars(select(InboxMessage)).all()) == 1


def test_the_same_delivery_many_times_at_once_is_first_only_once(database: Database) -> None:
    def deliver(_: int) -> tuple[bool, str | None]:
        with database.unit_of_work() as session:
            received = inbox.receive(session, INBOUND, NOW)
            if received.first_time:
                inbox.answer(
                    session, received.row_id, "Done.", to=INBOUND, template="x", language="en", now=NOW
                )
            return received.first_time, received.reply

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(deliver, range(50)))
    assert sorted(outcomes, key=repr) == [(False, "Done.")] * 49 + [(True, None)]


def test_a_text_that_no_database_can_hold_is_kept_as_far_as_it_can(database: Database) -> None:
    odd = replace(INBOUND, body="PICK\x00UP \ud83d", raw={"Body": "PICK\x00UP \ud83d"})
    with database.unit_of_work() as session:
        inbox.receive(session, odd, NOW)
        assert session.scalars(select(InboxMessage.body)).one() == "PICKUP ?"


def test_opting_out_and_in_again_is_logged_once_each(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        assert contacts.opt_out(session, PHONE, "sms", NOW)
        assert not contacts.opt_out(session, PHONE, "sms", NOW)
    assert desk.text() is None
    with desk.database.unit_of_work() as session:
        assert contacts.opt_in(session, PHONE, "sms", NOW)
        logged = session.scalars(select(ConsentEvent.agreed).order_by(ConsentEvent.id)).all()
        assert logged == [False, True]
    assert desk.text() is not None


def test_a_text_is_rendered_measured_and_sent(desk: Desk) -> None:
    row_id = desk.text()
    assert desk.jobs.nudges == ["deliver_texts"]
    assert desk.deliver() == 1
    row = desk.row(row_id)
    [(gateway_id, taken)] = desk.gateway.taken
    assert (taken.phone, taken.body) == (PHONE, CATALOGUE.text("next.none", "en"))
    assert (row.status, row.provider_message_id, row.parts) == (OutboxStatus.SENT, gateway_id, 1)
    assert desk.deliver() == 0


def test_a_repeated_key_writes_and_sends_nothing_more(desk: Desk) -> None:
    first = desk.text(dedupe_key="reminder:1")
    assert desk.text(dedupe_key="reminder:1", key="join.place.again") == first
    desk.deliver()
    assert len(desk.gateway.taken) == 1


def test_nothing_is_sent_early_and_nothing_late(desk: Desk) -> None:
    early = desk.text(not_before=NOW + timedelta(hours=1))
    late = desk.text(expires_at=NOW)
    assert desk.jobs.nudges == ["deliver_texts"], "for what is due now only"
    desk.deliver()
    assert desk.gateway.taken == []
    assert (desk.row(late).status, desk.row(late).error_code) == (OutboxStatus.DROPPED, "expired")
    desk.deliver(NOW + timedelta(hours=1))
    assert desk.row(early).status == OutboxStatus.SENT


def test_who_opts_out_while_a_text_waits_does_not_get_it(desk: Desk) -> None:
    row_id = desk.text()
    with desk.database.unit_of_work() as session:
        contacts.opt_out(session, PHONE, "sms", NOW)
    desk.deliver()
    assert desk.gateway.taken == []
    assert (desk.row(row_id).status, desk.row(row_id).error_code) == (OutboxStatus.DROPPED, "opted-out")


def test_what_was_surely_not_sent_is_tried_again_later_and_later_then_given_up(desk: Desk) -> None:
    row_id = desk.text()
    desk.gateway.answers.extend([NotSent("20429")] * 3)
    desk.deliver()
    assert desk.deliver() == 0, "not at once"
    moment = NOW + backoff(1)
    desk.deliver(moment)
    assert desk.row(row_id).not_before == moment + backoff(2) > moment + backoff(1)
    desk.deliver(moment + backoff(2))
    assert (desk.row(row_id).status, desk.row(row_id).error_code) == (OutboxStatus.FAILED, "20429")


@pytest.mark.parametrize("error", [Rejected("21211"), OptedOut("21610")])
def test_what_the_gateway_rejects_is_not_tried_again(desk: Desk, error: Rejected) -> None:
    row_id = desk.text()
    desk.gateway.answers.append(error)
    desk.deliver()
    assert (desk.row(row_id).status, desk.row(row_id).error_code) == (OutboxStatus.FAILED, error.code)
    assert desk.deliver(NOW + timedelta(days=1)) == 0
    with desk.database.unit_of_work() as session:
        assert contacts.opted_out(session, PHONE) is isinstance(error, OptedOut)


@pytest.mark.parametrize("taken", [True, False])
def test_a_text_whose_answer_was_lost_is_looked_up_before_anything_else(desk: Desk, *, taken: bool) -> None:
    row_id = desk.text()
    desk.gateway.answers.append(FateUnknown("timeout"))
    desk.gateway.lost = taken
    desk.deliver()
    assert desk.row(row_id).status == OutboxStatus.UNCLEAR
    assert desk.deliver(NOW + timedelta(days=1)) == 0, "not before the lease has ended"
    desk.gateway.lost = False
    desk.after_the_lease()
    while desk.deliver():
        pass
    assert len(desk.gateway.taken) == 1
    assert desk.row(row_id).status == OutboxStatus.SENT


def test_twins_of_unknown_fate_are_not_both_taken_for_the_one_that_was_sent(desk: Desk) -> None:
    rows = [desk.text(), desk.text()]
    desk.gateway.answers.extend([FateUnknown("timeout")] * 2)
    desk.gateway.lost = True
    desk.gateway.on_send = lambda: desk.gateway.__setattr__("lost", not desk.gateway.taken)
    desk.deliver()
    assert len(desk.gateway.taken) == 1
    desk.gateway.on_send = lambda: None
    desk.after_the_lease()
    while desk.deliver():
        pass
    assert len(desk.gateway.taken) == 2
    assert {desk.row(row_id).provider_message_id for row_id in rows} == {"fake-1", "fake-2"}


def test_where_the_gateway_cannot_be_asked_a_text_of_unknown_fate_is_never_sent_again(desk: Desk) -> None:
    row_id = desk.text()
    desk.gateway.answers.append(FateUnknown("timeout"))
    desk.gateway.can_look_up = False
    desk.deliver()
    desk.after_the_lease()
    while desk.deliver(NOW + timedelta(days=1)):
        pass
    assert desk.gateway.taken == []
    row = desk.row(row_id)
    assert (row.status, row.error_code, row.leased_until) == (OutboxStatus.UNCLEAR, "fate-unknown", None)


def test_a_gateway_that_cannot_answer_now_is_asked_again_later(desk: Desk) -> None:
    row_id = desk.text()
    desk.gateway.answers.append(FateUnknown("timeout"))
    desk.deliver()
    desk.after_the_lease()
    desk.gateway.find_fails = NotSent("away")
    assert desk.deliver() == 0
    assert desk.row(row_id).status == OutboxStatus.UNCLEAR
    desk.gateway.find_fails = None
    desk.after_the_lease()
    while desk.deliver():
        pass
    assert desk.row(row_id).status == OutboxStatus.SENT


def test_many_workers_at_once_send_each_text_once(desk: Desk) -> None:
    for number in range(40):
        desk.text(phone=f"+23480000001{number:02d}")
    start = threading.Barrier(3)

    def work(_: int) -> None:
        start.wait(30)
        while desk.deliver():
            pass

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    phones = [text.phone for _, text in desk.gateway.taken]
    assert len(phones) == len(set(phones)) == 40


def test_a_lease_that_was_lost_lets_nothing_out(desk: Desk) -> None:
    desk.text()

    def take(owner: str, wall: datetime) -> list[leases.Lease]:
        with desk.database.unit_of_work() as session:
            return leases.lease(
                session, desk.gateway, owner, now=NOW, wall=wall, limit=9, pace=desk_pace(1000)
            )

    def begin(leased: leases.Lease, wall: datetime) -> bool:
        with desk.database.unit_of_work() as session:
            return leases.begin(session, leased, now=NOW, wall=wall)

    [first] = take("first", NOW)
    assert take("second", NOW) == []
    later = NOW + leases.LEASE + timedelta(seconds=1)
    [second] = take("second", later)
    assert not begin(first, later)
    assert begin(second, later)
    assert not begin(second, later), "it is on its way already"


def test_a_text_that_expires_while_it_waits_for_its_turn_is_dropped(desk: Desk) -> None:
    row_id = desk.text(expires_at=NOW + timedelta(seconds=10))
    with desk.database.unit_of_work() as session:
        [leased] = leases.lease(session, desk.gateway, "me", now=NOW, wall=NOW, limit=9, pace=desk_pace(1000))
    with desk.database.unit_of_work() as session:
        assert not leases.begin(session, leased, now=NOW + timedelta(seconds=10), wall=NOW)
    assert (desk.row(row_id).status, desk.row(row_id).error_code) == (OutboxStatus.DROPPED, "expired")


def desk_pace(per_second: float) -> pacing.Pace:
    return pacing.Pace(per_second, timedelta(seconds=15))


def test_a_sender_keeps_its_pace_over_all_workers_and_restarts(database: Database) -> None:
    def reserve(sender: str, count: int, wall: datetime) -> list[float]:
        with database.unit_of_work() as session:
            slots = pacing.reserve(session, sender, count, wall, desk_pace(2))
            return [(slot - NOW).total_seconds() for slot in slots]

    assert reserve("A", 3, NOW) == [0, 0.5, 1]
    assert reserve("A", 2, NOW) == [1.5, 2], "another worker goes on where the first left off"
    assert reserve("B", 1, NOW) == [0], "another sender has its own pace"
    assert reserve("A", 1, NOW + timedelta(minutes=1)) == [60], "nothing is saved up"
    assert len(reserve("A", 100, NOW + timedelta(minutes=1))) == 30, "no slot beyond the horizon"
    assert reserve("A", 1, NOW - timedelta(days=1)) == [-86400], "a wrong clock does not stop it for a day"


@pytest.mark.parametrize(
    ("order", "final"),
    [
        (["sent", "delivered"], OutboxStatus.DELIVERED),
        (["delivered", "sent"], OutboxStatus.DELIVERED),
        (["delivered", "undelivered"], OutboxStatus.DELIVERED),
        (["undelivered", "sent"], OutboxStatus.UNDELIVERED),
        (["undelivered", "delivered"], OutboxStatus.DELIVERED),
        (["beamed-up", "sent"], OutboxStatus.SENT),
    ],
)
@pytest.mark.parametrize("early", [True, False])
def test_reports_in_any_order_and_before_their_time_come_to_the_same(
    desk: Desk, order: list[str], final: OutboxStatus, *, early: bool
) -> None:
    def report() -> None:
        for status in order:
            desk.report("fake-1", status)

    if early:
        # While the gateway's own answer is still on its way to us.
        desk.gateway.on_send = report
    row_id = desk.text()
    desk.deliver()
    if not early:
        report()
    assert desk.row(row_id).status == final
    with desk.database.unit_of_work() as session:
        assert session.scalars(select(DeliveryReport.status).order_by(DeliveryReport.id)).all() == order


def test_a_report_that_says_the_person_opted_out_is_obeyed(desk: Desk) -> None:
    desk.text()
    desk.deliver()
    desk.report("fake-1", "undelivered", "opted-out")
    assert desk.text() is None


def test_texts_of_a_gateway_that_is_gone_go_by_another(desk: Desk) -> None:
    row_id = desk.text()
    with desk.database.unit_of_work() as session:
        session.execute(update(OutboxMessage).values(gateway="closed-down"))
    desk.deliver()
    assert desk.row(row_id).gateway == "fake"
    assert desk.row(row_id).status == OutboxStatus.SENT


def test_texts_wait_for_their_senders_pace(desk: Desk) -> None:
    waits: list[float] = []
    slow: Callable[[], int] = replace(
        desk.sending, per_second=1, sleep=waits.append, wall=FixedClock(NOW)
    ).deliver_due
    for number in range(3):
        desk.text(phone=f"+234800000020{number}")
    slow()
    assert sorted(waits) == [1, 2]
