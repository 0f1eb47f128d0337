"""Whatever two phones of one home do, by text and on the keypad, in whatever order it reaches us, however often."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from app.cases.models import Dispute
from app.conversation.catalogue import USUAL_PARTS
from app.conversation.fit import fits_screen, measure
from app.db import Database
from app.flows.registry import REGISTRY
from app.households.service import add_phone
from app.ledger import reading
from app.ledger import service as ledger
from app.messaging.models import (
    ConsentEvent,
    Contact,
    Conversation,
    InboxMessage,
    OutboxMessage,
    OutboxStatus,
    UssdTurn,
)
from app.payouts import holds
from app.pickups.models import Pickup
from app.rewards.models import Redemption
from tests.factories.street import a_household, give_credit
from tests.flows.dialling import CODE, Keypad, follow_up_silent
from tests.flows.golden.player import a_talk
from tests.flows.phones import Phone, Town, a_town

CREDIT_MINOR = 150_000
TEXTS = st.sampled_from(
    [
        *("REDEEM", "REDEEM 500", "500", "1", "ok", "yes", "no", "0", "maybe", "2"),
        *("BALANCE", "NEXT", "PICKUP", "SKIP", "READY", "WRONG", "it was 5kg", "LANG", "LANG 1", "MENU"),
        *("LEAVE", "JOIN", "Ade Bello", "Yaba", "12 Ojo St", "MOVE", "PHONES", "PIN", "4821", "HISTORY"),
        *("STOP", "START", "HELP", "thanks", "", "redem 500"),
    ]
)
"""Many of money, and some of everything."""
SPENDING = st.sampled_from(
    [
        "REDEEM 500|ok",
        "REDEEM|500|1",
        "REDEEM 500",
        "REDEEM 500|maybe|1",
        "REDEEM 500|no|ok",
        "REDEEM 500|STOP|1",
    ]
) | st.sampled_from(["STOP|BALANCE|HELP|START", "STOP|STOP|REDEEM 500|1", "LEAVE|1|REDEEM 500|1"])
PRESSING = st.sampled_from(
    ["500|1", "500", "500|0|500|1", "500|00|1", "500|1|1", "500|maybe|1", "500|STOP|1"]
)
CODES = st.sampled_from([CODE, CODE, "*347*55*4*500#", "*347*55*4*500*1#", "*347*55*2*1#", "*347*55*3#"])
KEYS = st.sampled_from(
    [
        "1",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "0",
        "00",
        "98",
        "500",
        "*",
        "yes",
        "no",
        "STOP",
        "START",
        "",
        "REDEEM",
    ]
)
WHO = st.sampled_from([0, 1])
YES = {"1", "ok", "yes"}
INTERJECTIONS = ("help", "words-only")
"""Said in between: the question before them is still open."""
HEARD_THOUGH_OUT = ("help", "consent", "join", "phones.accepted")
_numbers = itertools.count(5_000, 2)


@dataclass
class Person:
    """One phone, with all it sent and the last question it was asked."""

    phone: Phone
    keypad: Keypad
    texts: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Message id, words, reply."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Session, whole text, screen."""
    asked: str = ""


class Conversations(RuleBasedStateMachine):
    """`town` is set by whoever runs it."""

    town: Town

    @initialize()
    def begin(self) -> None:
        town, first = self.town, next(_numbers)
        with town.database.unit_of_work() as session:
            number = town.phone(first).number
            self.home = a_household(session, town.street.zone_id, number, town.now)
            second = town.phone(first + 1).number
            add_phone(session, self.home, phone=second, language="pcm", now=town.now)
            give_credit(session, self.home, CREDIT_MINOR, town.now)
        phones = [town.phone(number) for number in (first, first + 1)]
        self.people = [Person(phone, Keypad(town, phone.number)) for phone in phones]
        self.posted = self._posts()

    @rule(who=WHO, words=TEXTS)
    def texts(self, who: int, words: str) -> None:
        person = self.people[who]
        message_id = f"SMany{person.phone.number}-{len(person.texts)}"
        before, out = self._paid(), self._out(person)
        person.phone.says(words, message_id=message_id)
        reply, template = person.phone.heard, self._template(message_id)
        person.texts.append((message_id, words, reply))
        assert (reply is None) is (template is None)
        if out and template is not None:
            assert template.startswith(HEARD_THOUGH_OUT), (words, template)
        self._money_moved_only_after(person, words, before)
        if reply is not None and not str(template).startswith(INTERJECTIONS):
            person.asked = reply
        self._read_post()

    @rule(who=WHO, words=SPENDING)
    def texts_in_a_row(self, who: int, words: str) -> None:
        for each in words.split("|"):
            self.texts(who, each)

    @rule(who=WHO, which=st.integers(0, 40))
    def a_text_is_delivered_again(self, who: int, which: int) -> None:
        """The last one or one of long ago: the same answer, and nothing done."""
        person = self.people[who]
        if person.texts:
            message_id, words, reply = person.texts[-1 - which % len(person.texts)]
            before = self._everything()
            assert person.phone.says(words, message_id=message_id).heard == reply
            assert self._everything() == before

    @rule(who=WHO, code=CODES, shared=st.booleans())
    def dials(self, who: int, code: str, shared: bool) -> None:
        """One session id for both phones has been seen."""
        person = self.people[who]
        session_id = f"ATUid_shared_{self.people[0].phone.number}" if shared else None
        if session_id and any(session == session_id for session, _, _ in person.requests):
            session_id = None
        before = self._paid()
        person.keypad.dials(code, session_id=session_id)
        assert self._paid() == before, "a dialled shortcut never pays"
        self._saw(person)

    @rule(who=WHO, key=KEYS)
    def presses(self, who: int, key: str) -> None:
        person = self.people[who]
        if person.keypad.seen and not person.keypad.seen[-1].ends:
            before = self._paid()
            person.keypad.presses(key)
            self._money_moved_only_after(person, key, before)
            self._saw(person)

    @rule(who=WHO, keys=PRESSING)
    def presses_in_a_row(self, who: int, keys: str) -> None:
        self.dials(who, "*347*55*4#", shared=False)
        for key in keys.split("|"):
            self.presses(who, key)

    @rule(who=WHO, which=st.integers(0, 40))
    def a_request_is_made_again(self, who: int, which: int) -> None:
        """Of this session or one that is long over: the same screen, and nothing done."""
        person = self.people[who]
        if person.requests:
            session_id, text, screen = person.requests[-1 - which % len(person.requests)]
            before = self._everything()
            again = Keypad(self.town, person.phone.number, session_id)
            assert again.request(text).text == screen
            assert self._everything() == before

    @rule(who=WHO, stray=st.sampled_from(["1", "4*500*1", "4*500*1*1", "9*9", "*"]))
    def a_request_comes_out_of_order(self, who: int, stray: str) -> None:
        """One that does not go on from the last: shown where they stand, and nothing moves."""
        person = self.people[who]
        keypad = person.keypad
        known = {text for session_id, text, _ in person.requests if session_id == keypad.session_id}
        goes_on = stray.startswith(f"{keypad.text}*") or not keypad.text
        if keypad.seen and stray not in known and not goes_on:
            before = self._paid()
            keypad.again(stray)
            assert self._paid() == before
            person.requests.append((keypad.session_id, stray, keypad.screen))
            person.asked = keypad.screen

    @rule(who=WHO, status=st.sampled_from(["Incomplete", "Failed", "Success"]))
    def is_cut_off(self, who: int, status: str) -> None:
        person = self.people[who]
        if person.keypad.seen:
            before = self._paid()
            person.keypad.cut(status)
            assert self._paid() == before
            self._read_post()

    @rule(minutes=st.sampled_from([1, 4, 4, 35, 60 * 25]))
    def time_goes_by(self, minutes: int) -> None:
        before = self._paid()
        self.town.later(minutes=minutes)
        follow_up_silent(self.town)
        assert self._paid() == before
        self._read_post()

    @invariant()
    def one_conversation_each_in_a_known_state(self) -> None:
        for person in getattr(self, "people", ()):
            with self.town.database.unit_of_work() as session:
                mine = select(Conversation.state).where(Conversation.phone == person.phone.number)
                states = list(session.scalars(mine))
            assert len(states) <= 1
            assert set(states) <= set(REGISTRY.states)

    @invariant()
    def what_is_paid_and_what_is_left_make_the_whole(self) -> None:
        if hasattr(self, "home"):
            with self.town.database.unit_of_work() as session:
                left_minor = ledger.balance(session, self.home)
            assert left_minor + sum(amount for amount, _ in self._paid()) == CREDIT_MINOR
            assert left_minor >= 0

    def teardown(self) -> None:
        """However it ended, each finds the way: a menu by text, and the main menu on the keypad."""
        for person in getattr(self, "people", ()):
            screen = person.keypad.dials().presses("00").screen
            assert screen.split("\n")[1].startswith("1 "), screen
            person.phone.says("START").says("MENU")
            assert person.phone.heard

    def _saw(self, person: Person) -> None:
        keypad = person.keypad
        assert fits_screen(keypad.screen)
        person.requests.append((keypad.session_id, keypad.text, keypad.screen))
        person.asked = keypad.screen
        self._read_post()

    def _money_moved_only_after(self, person: Person, said: str, before: list[tuple[int, str]]) -> None:
        if self._paid() != before:
            assert said in YES, said
            assert any(asks in person.asked for asks in ("Send Airtime", "Make we send")), person.asked
            assert self._paid() == [*before, (50_000, person.phone.number)]

    def _read_post(self) -> None:
        """No text of our own accord to who wants none; and each within its parts."""
        posts = self._posts()
        for sent in posts[len(self.posted) :]:
            person = next(each for each in self.people if each.phone.number == sent.phone)
            assert not self._out(person), sent.body
            person.asked = sent.body
        self.posted = posts

    def _posts(self) -> list[OutboxMessage]:
        numbers = [person.phone.number for person in getattr(self, "people", ())]
        mine = OutboxMessage.phone.in_(numbers)
        with self.town.database.unit_of_work() as session:
            sent = list(session.scalars(select(OutboxMessage).where(mine).order_by(OutboxMessage.id)))
        for each in sent:
            budgets = self.town.talk.catalogue.spoken(each.language).budgets
            assert measure(each.body).parts <= budgets.get(each.template, USUAL_PARTS), each.body
        return [each for each in sent if each.status is OutboxStatus.QUEUED]

    def _template(self, message_id: str) -> str | None:
        """Of the reply to one text. Raises where there is more than one."""
        query = (
            select(OutboxMessage.template)
            .join(InboxMessage, OutboxMessage.in_reply_to_id == InboxMessage.id)
            .where(InboxMessage.provider_message_id == message_id)
        )
        with self.town.database.unit_of_work() as session:
            return session.scalars(query).one_or_none()

    def _out(self, person: Person) -> bool:
        with self.town.database.unit_of_work() as session:
            contact = session.get(Contact, person.phone.number)
            return contact is not None and contact.opted_out_at is not None

    def _paid(self) -> list[tuple[int, str]]:
        query = (
            select(Redemption.amount_minor, Redemption.payee_phone)
            .where(Redemption.household_id == self.home)
            .order_by(Redemption.id)
        )
        with self.town.database.unit_of_work() as session:
            return [(row.amount_minor, row.payee_phone) for row in session.execute(query)]

    def _everything(self) -> list[Any]:
        """What a turn could change."""
        counted = (InboxMessage, OutboxMessage, UssdTurn, ConsentEvent, Dispute, Redemption)
        with self.town.database.unit_of_work() as session:
            counts = [session.scalar(select(func.count()).select_from(table)) for table in counted]
            stands = session.execute(
                select(Conversation.phone, Conversation.state, Conversation.data, Conversation.language)
                .where(Conversation.phone.in_([person.phone.number for person in self.people]))
                .order_by(Conversation.phone)
            ).all()
            visits = session.execute(
                select(Pickup.id, Pickup.status).where(Pickup.household_id == self.home).order_by(Pickup.id)
            ).all()
            return [*counts, *stands, *visits, ledger.balance(session, self.home)]


@pytest.fixture
def lively(database: Database) -> Town:
    """Where nobody is told to wait, so that all of it is about what was said."""
    much = {
        "inbound_texts_per_phone_per_minute": 1_000,
        "inbound_texts_per_phone_per_hour": 10_000,
        "inbound_texts_per_phone_per_day": 10_000,
        "ussd_sessions_per_phone_per_day": 10_000,
    }
    return a_town(database, a_talk("en", **much))


def test_any_sequence_leaves_one_conversation_and_moves_no_money_unasked(lively: Town) -> None:
    examples = 60 if lively.database.dialect == "sqlite" else 12
    machine = type("InThisTown", (Conversations,), {"town": lively})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=30, deadline=None)
    )
    with lively.database.unit_of_work() as session:
        assert reading.check(session) == []
        assert holds.check(session) == []
        paid = session.scalar(select(func.count()).select_from(Redemption))
    assert paid, "nobody ever spent: the sequences prove nothing"
