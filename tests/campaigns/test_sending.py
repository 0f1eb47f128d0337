"""A text to many: each phone once or not at all, at a decent hour, and nothing else held up by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.campaigns import service
from app.campaigns.kinds import CampaignKind
from app.campaigns.progress import Progress
from app.db import Database
from app.errors import IllegalTransition, Refused
from app.households import service as households
from app.messaging import contacts, leases
from app.messaging.models import OutboxStatus
from app.messaging.pacing import Pace
from app.pickups import service as pickups
from tests.campaigns.press import TUESDAY, Press, a_press
from workers.campaigns import send_campaigns
from workers.deliver import deliver_texts

STEPS_AT_LEAST = 12


@pytest.fixture
def small_press(database_url: str) -> Iterator[Press]:
    """Has room for three texts of campaigns in the outbox."""
    made = a_press(database_url, campaign_queued_texts_max=3)
    yield made
    made.container.close()


def test_everybody_gets_it_once_in_small_lots_and_then_it_is_done(small_press: Press) -> None:
    phones = small_press.homes(*range(1, 9))
    campaign = small_press.campaign()
    small_press.write()
    assert [text.status for text in small_press.outbox()] == [OutboxStatus.QUEUED] * 3
    assert small_press.progress(campaign) == Progress(planned=8, left=5, queued=3)
    small_press.work()
    assert small_press.sent() == dict.fromkeys(phones, 1)
    assert small_press.outbox()[0].body == "Hello Amaka."
    assert small_press.progress(campaign) == Progress(planned=8, sent=8)
    assert small_press.status(campaign) == "done"


def test_a_phone_that_speaks_for_two_homes_gets_it_once_and_both_of_a_homes_phones_do(press: Press) -> None:
    press.homes(1)
    press.homes(1, 2)
    with press.database.unit_of_work() as session:
        second = households.for_phone(session, "+2348000000002")[0]
        households.add_phone(session, second.id, phone="+2348000000003", language="en", now=TUESDAY)
    press.campaign()
    press.work()
    assert press.sent() == {f"+234800000000{number}": 1 for number in (1, 2, 3)}


def test_who_joins_after_the_start_is_not_a_recipient(press: Press) -> None:
    first = press.homes(1)
    press.campaign()
    press.homes(2)
    press.work()
    assert list(press.sent()) == first


def test_two_workers_at_once_write_nobody_twice_and_keep_to_the_room_there_is(small_press: Press) -> None:
    phones = small_press.homes(*range(1, 13))
    small_press.campaign()
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(send_campaigns, [small_press.container] * 8))
    assert len(small_press.outbox()) == 3
    small_press.work()
    assert small_press.sent() == dict.fromkeys(phones, 1)


class Killed(BaseException):
    """What no handler of ours catches, as nobody catches SIGKILL: the transaction is undone, nothing else is."""


@contextmanager
def killed_at(fatal_step: int) -> Iterator[Callable[[], int]]:
    """Die at that step: a unit of work's beginning, the moment before its commit, and the one after."""
    steps = 0
    unit_of_work = Database.unit_of_work

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == fatal_step:
            raise Killed

    @contextmanager
    def stepwise(self: Database) -> Iterator[Session]:
        step()
        with unit_of_work(self) as session:
            yield session
            step()
        step()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "unit_of_work", stepwise)
        yield lambda: steps


def test_a_worker_killed_between_any_two_steps_forgets_nobody_and_writes_nobody_twice(press: Press) -> None:
    phones = press.homes(1, 2)
    times, killed = 0, True
    while killed:
        times += 1
        campaign = press.campaign(start=False)
        with press.database.unit_of_work() as session:
            at = press.clock.at + timedelta(seconds=1)
            service.start(session, campaign, at=at, timezone="Africa/Lagos", now=press.clock.at)
        press.clock.at += timedelta(seconds=1)
        with killed_at(times) as steps:
            try:
                press.write()
                killed = False
            except Killed:
                assert steps() == times
        press.write()
        written = Counter(text.phone for text in press.outbox())
        assert written == dict.fromkeys(phones, times), f"killed at {times}"
        assert press.progress(campaign) == Progress(planned=2, queued=2)
        press.do(service.cancel, campaign)  # out of the next one's way
    assert times > STEPS_AT_LEAST, "the steps were not found"


def test_who_opts_out_after_it_was_written_is_not_sent_it(press: Press) -> None:
    stays, goes, gone = press.homes(1, 2, 3)
    with press.database.unit_of_work() as session:
        contacts.opt_out(session, gone, "text", TUESDAY)
    campaign = press.campaign()
    press.write()
    with press.database.unit_of_work() as session:
        contacts.opt_out(session, goes, "text", TUESDAY)
    press.work()
    assert press.sent() == {stays: 1}
    assert press.progress(campaign) == Progress(planned=2, sent=1, opted_out=1)


def test_who_leaves_the_service_meanwhile_is_let_go(small_press: Press) -> None:
    phones = small_press.homes(1, 2, 3, 4)
    campaign = small_press.campaign()
    small_press.write()
    with small_press.database.unit_of_work() as session:
        pickups.leave(session, households.for_phone(session, phones[3])[0].id, TUESDAY)
    small_press.work()
    assert small_press.progress(campaign) == Progress(planned=4, sent=3, gone=1)


def test_a_pause_holds_back_what_is_queued_even_if_a_sender_has_it_in_hand(small_press: Press) -> None:
    phones = small_press.homes(*range(1, 6))
    campaign = small_press.campaign()
    small_press.write()
    gateway = next(iter(small_press.container.sms_gateways))
    wall = datetime.now(UTC)  # a lease is held in real time, whatever day it is in the campaign
    with small_press.database.unit_of_work() as session:
        in_hand = leases.lease(
            session,
            gateway,
            "a sender",
            now=TUESDAY,
            wall=wall,
            limit=2,
            pace=Pace(1000, timedelta(seconds=15)),
        )
        assert leases.begin(session, in_hand[0], now=TUESDAY, wall=wall)
    small_press.do(service.pause, campaign)
    with small_press.database.unit_of_work() as session:
        assert not leases.begin(session, in_hand[1], now=TUESDAY, wall=wall)
    small_press.work()
    assert not small_press.sent()
    assert small_press.progress(campaign) == Progress(planned=5, left=4, queued=1)

    with small_press.database.unit_of_work() as session:  # the sender it was begun with dies meanwhile
        leases.put_back(session, in_hand[0], TUESDAY, "no-answer", TUESDAY)
    with pytest.raises(IllegalTransition):
        small_press.do(service.pause, campaign)
    small_press.do(service.resume, campaign)
    with pytest.raises(Refused):
        small_press.do(service.resume, campaign)
    small_press.work()
    assert small_press.sent() == dict.fromkeys(phones, 1)


def test_a_cancelled_one_sends_nothing_more_and_never_comes_back(small_press: Press) -> None:
    small_press.homes(*range(1, 6))
    campaign = small_press.campaign()
    small_press.write()
    small_press.do(service.cancel, campaign)
    small_press.work()
    assert not small_press.sent()
    assert small_press.progress(campaign) == Progress(planned=5, cancelled=5)
    with pytest.raises(Refused):
        small_press.do(service.resume, campaign)


LAGOS_19_59 = datetime.fromisoformat("2026-11-24T19:59:00+01:00")


@pytest.mark.parametrize("kind", [CampaignKind.PROMOTION, CampaignKind.TIP])
def test_a_promotion_goes_out_until_eight_in_the_evening_where_the_household_lives(
    press: Press, kind: CampaignKind
) -> None:
    press.clock.at = LAGOS_19_59
    lagos = press.homes(1)
    nairobi = press.homes(2, timezone="Africa/Nairobi")
    press.campaign(kind)
    press.work()
    assert press.sent() == {lagos[0]: 1}
    press.work(hours=9)  # 06:59 in Nairobi
    assert press.sent() == {lagos[0]: 1}
    press.work(hours=1, minutes=1)  # 08:00
    assert press.sent() == {lagos[0]: 1, nairobi[0]: 1}


def test_at_eight_in_the_evening_it_waits_until_eight_in_the_morning(press: Press) -> None:
    press.clock.at = LAGOS_19_59 + timedelta(minutes=1)
    (phone,) = press.homes(1)
    press.campaign(CampaignKind.PROMOTION)
    press.work()
    press.work(hours=11, minutes=59)  # 07:59
    assert not press.sent()
    press.work(minutes=1)
    assert press.sent() == {phone: 1}


def test_what_was_written_before_eight_and_not_sent_by_then_is_sent_next_morning_once(press: Press) -> None:
    press.clock.at = LAGOS_19_59
    (phone,) = press.homes(1)
    campaign = press.campaign(CampaignKind.PROMOTION)
    press.write()
    press.clock.at += timedelta(minutes=1)
    deliver_texts(press.container)
    assert not press.sent()
    press.work()
    assert press.progress(campaign) == Progress(planned=1, left=1)
    press.work(hours=12)
    assert press.sent() == {phone: 1}


def test_a_service_text_keeps_to_the_usual_hours(press: Press) -> None:
    press.clock.at = LAGOS_19_59 + timedelta(minutes=30)
    (phone,) = press.homes(1)
    press.campaign(CampaignKind.ALERT)
    press.work()
    assert press.sent() == {phone: 1}
    press.clock.at += timedelta(hours=2)
    press.campaign(CampaignKind.NOTICE)
    press.work()
    assert press.sent() == {phone: 1}


def test_a_phone_gets_so_many_promotional_texts_a_week_and_service_texts_do_not_count(press: Press) -> None:
    (phone,) = press.homes(1)
    for kind in (CampaignKind.TIP, CampaignKind.PROMOTION, CampaignKind.NOTICE, CampaignKind.PROMOTION):
        press.campaign(kind)
        press.work(minutes=1)
    assert press.sent() == {phone: 4}
    fourth = press.campaign(CampaignKind.PROMOTION)
    press.work()
    assert press.progress(fourth) == Progress(planned=1, capped=1)
    press.campaign(CampaignKind.NOTICE)
    press.work()
    assert press.sent() == {phone: 5}
    press.clock.at += timedelta(days=7)
    press.campaign(CampaignKind.PROMOTION)
    press.work()
    assert press.sent() == {phone: 6}


def test_after_its_end_nobody_gets_it(small_press: Press) -> None:
    small_press.homes(*range(1, 6))
    campaign = small_press.campaign(ends_at=TUESDAY + timedelta(hours=1))
    small_press.write()
    small_press.work(hours=1)
    assert not small_press.sent()
    assert small_press.progress(campaign) == Progress(planned=5, expired=5)
    assert small_press.status(campaign) == "done"


def test_a_reminder_written_later_goes_before_it_and_so_does_an_alert(press: Press) -> None:
    press.homes(1)
    press.campaign(CampaignKind.PROMOTION)
    press.write()
    with press.database.unit_of_work() as session:
        press.container.post.text(
            session, phone="+2348000000009", language="en", key="next.none", values={}, now=TUESDAY
        )
    press.campaign(CampaignKind.ALERT)
    press.write()
    gateway = next(iter(press.container.sms_gateways))
    with press.database.unit_of_work() as session:
        taken = leases.lease(
            session,
            gateway,
            "a sender",
            now=TUESDAY,
            wall=TUESDAY,
            limit=9,
            pace=Pace(1000, timedelta(seconds=15)),
        )
    by_id = {text.id: text.template for text in press.outbox()}
    assert [by_id[one.row_id] for one in taken] == ["next.none", "campaign.alert", "campaign.promotion"]


def test_one_that_is_to_start_later_starts_then(press: Press) -> None:
    press.homes(1)
    campaign = press.campaign(start=False)
    at = TUESDAY + timedelta(hours=2)
    with press.database.unit_of_work() as session:
        service.start(session, campaign, at=at, timezone="Africa/Lagos", now=TUESDAY)
    press.homes(2)
    press.work(hours=1)
    assert not press.sent()
    press.work(hours=1)
    assert sum(press.sent().values()) == 2
