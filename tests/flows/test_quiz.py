"""Somebody answers a quiz that a campaign sent."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.campaigns import service, sponsors
from app.campaigns.kinds import CampaignKind
from app.campaigns.quiz import Quiz
from app.campaigns.service import Prize
from app.campaigns.sponsors import Direction
from app.households import service as households
from app.ledger import reading
from tests.campaigns.press import TUESDAY, Press, a_press
from tests.factories.street import RecordingPost, a_household, a_street
from tests.flows.phones import Phone, Town

QUESTION = "Which bottle do we buy?"
QUIZ = Quiz(
    answers={"en": ("Glass jar", "Water bottle", "Cup"), "pcm": ("Glass", "Water bottle", "Cup")},
    explanations={"en": "A water bottle is PET.", "pcm": "Water bottle na PET."},
    right="B",
)
PRIZE = Prize("COLA", "Cola & Co", 5_000, 20_000)


@dataclass
class Quizzed:
    """A town whose households are sent quizzes."""

    press: Press
    town: Town
    homes: list[UUID] = field(default_factory=list)

    @property
    def amina(self) -> Phone:
        return self.town.amina

    def sponsor_pays(self, amount_minor: int, direction: Direction = Direction.IN) -> None:
        with self.town.database.unit_of_work() as session:
            sponsors.move(
                session, "COLA", direction, amount_minor, reason="bank", currency="NGN", now=self.town.now
            )

    def sponsor_has(self) -> int | None:
        with self.town.database.unit_of_work() as session:
            return sponsors.left_minor(session, "COLA")

    def asks(self, quiz: Quiz = QUIZ, prize: Prize | None = None, **more: Any) -> UUID:
        """Send everybody a quiz that is open for two days."""
        self.press.clock.at = self.town.now
        campaign = self.press.campaign(
            CampaignKind.QUIZ,
            texts=dict.fromkeys(quiz.answers, QUESTION),
            quiz=quiz,
            prize=prize,
            ends_at=self.town.now + timedelta(days=2),
            **more,
        )
        self.press.work()
        self.town.later(minutes=1)
        return campaign

    def neighbour(self, number: int) -> Phone:
        phone = self.town.phone(number)
        with self.town.database.unit_of_work() as session:
            self.homes.append(a_household(session, self.town.street.zone_id, phone.number, self.town.now))
        return phone

    def second_phone(self, number: int) -> Phone:
        """Of Amina's home."""
        phone = self.town.phone(number)
        with self.town.database.unit_of_work() as session:
            home = self.town.street.household_id
            households.add_phone(session, home, phone=phone.number, language="en", now=self.town.now)
        return phone


@pytest.fixture
def quizzed(database_url: str) -> Iterator[Quizzed]:
    press = a_press(database_url)
    street = a_street(press.database, TUESDAY)
    town = Town(press.database, street, press.container.talk, RecordingPost(), now=TUESDAY)
    yield Quizzed(press, town)
    with press.database.unit_of_work() as session:
        assert reading.check(session) == []
    press.container.close()


def test_the_question_comes_with_its_letters_and_the_answer_with_the_reason(quizzed: Quizzed) -> None:
    quizzed.asks()
    assert [text.body for text in quizzed.press.outbox()] == [
        "Which bottle do we buy?\nA Glass jar\nB Water bottle\nC Cup\nReply A/B/C."
    ]
    quizzed.amina.says("B").hears("Right!", "A water bottle is PET.")


def test_an_answer_may_be_a_letter_or_its_words_and_anything_less_plain_does_not_count(
    quizzed: Quizzed,
) -> None:
    quizzed.asks()
    quizzed.amina.says("A or B").hears_nothing_of("Not quite")
    quizzed.amina.says("water bottle!").hears("Right!")


def test_a_wrong_answer_is_told_the_right_one_and_cannot_be_changed(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(20_000)
    quizzed.asks(prize=PRIZE)
    quizzed.amina.says("A").hears("Not quite", "B: Water bottle", "A water bottle is PET.")
    quizzed.amina.says("B").hears("answered A already")
    assert quizzed.town.balance_minor() == 0


def test_a_right_answer_earns_the_sponsors_credit_once(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(20_000)
    quizzed.asks(prize=PRIZE)
    quizzed.amina.says("B").hears("Right!", "Cola & Co gives you N50.", "Credit now N50.")
    quizzed.amina.says("B").hears("answered B already")
    quizzed.amina.says("BALANCE").hears("N50")
    assert (quizzed.town.balance_minor(), quizzed.sponsor_has()) == (5_000, 15_000)
    with quizzed.town.database.unit_of_work() as session:
        (booked,) = reading.transfers(session, household_id=quizzed.town.street.household_id)
    assert (booked.kind, booked.reason) == ("quiz_credit", "right answer to the quiz, from Cola & Co")
    assert booked.postings[0].source_code == "sponsor:COLA"


def test_a_text_that_is_delivered_again_is_answered_the_same_and_earns_nothing_more(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(20_000)
    quizzed.asks(prize=PRIZE)
    first = quizzed.amina.says("B", message_id="SM1").heard
    assert quizzed.amina.says("B", message_id="SM1").heard == first
    assert quizzed.town.balance_minor() == 5_000


def test_two_phones_of_one_home_earn_one_credit_even_at_the_same_moment(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(20_000)
    phones = [quizzed.amina, *(quizzed.second_phone(number) for number in (11, 12, 13))]
    quizzed.asks(prize=PRIZE)
    with ThreadPoolExecutor(4) as people:
        heard = [phone.heard or "" for phone in people.map(lambda phone: phone.says("B"), phones)]
    assert sum("gives you" in one for one in heard) == 1
    assert sum("had its credit" in one for one in heard) == 3
    assert quizzed.town.balance_minor() == 5_000


def test_the_budget_is_never_overdrawn_however_many_answer_at_once(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(100_000)
    phones = [quizzed.neighbour(number) for number in range(11, 17)]
    quizzed.asks(prize=PRIZE)
    with ThreadPoolExecutor(6) as people:
        heard = [phone.heard or "" for phone in people.map(lambda phone: phone.says("B"), phones)]
    assert sum("gives you" in one for one in heard) == 4
    assert sum("has been given out" in one for one in heard) == 2
    assert quizzed.sponsor_has() == 80_000


def test_a_sponsor_who_has_no_more_money_gives_none(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(9_999)
    first, second = quizzed.neighbour(11), quizzed.neighbour(12)
    quizzed.asks(prize=PRIZE)
    first.says("B").hears("gives you")
    second.says("B").hears("Right!", "has been given out")
    assert quizzed.sponsor_has() == 4_999


def test_a_late_answer_is_told_so_and_earns_nothing(quizzed: Quizzed) -> None:
    quizzed.sponsor_pays(20_000)
    quizzed.asks(prize=PRIZE)
    quizzed.town.later(days=2)
    quizzed.amina.says("B").hears("over", "B: Water bottle")
    assert quizzed.town.balance_minor() == 0
    quizzed.town.later(days=7)
    quizzed.amina.says("B").hears("did not understand")


def test_a_cancelled_quiz_takes_no_more_answers_though_all_of_it_is_sent(quizzed: Quizzed) -> None:
    other = quizzed.neighbour(11)
    campaign = quizzed.asks()
    other.says("B").hears("Right!")
    assert quizzed.press.status(campaign) == "done"
    quizzed.press.do(service.cancel, campaign)
    quizzed.amina.says("B").hears("This quiz is over")


def test_a_phone_that_speaks_for_several_homes_answers_once_without_being_asked_which(
    quizzed: Quizzed,
) -> None:
    quizzed.sponsor_pays(20_000)
    with quizzed.town.database.unit_of_work() as session:
        second = a_household(session, quizzed.town.street.zone_id, "+2348000000099", TUESDAY)
        households.add_phone(session, second, phone=quizzed.amina.number, language="en", now=TUESDAY)
    quizzed.asks(prize=PRIZE)
    quizzed.amina.says("B").hears("gives you")
    assert (quizzed.town.balance_minor(), quizzed.town.balance_minor(second)) == (5_000, 0)
    quizzed.town.phone(99).says("B").hears("gives you")
    assert quizzed.town.balance_minor(second) == 5_000


def test_a_question_asked_after_the_quiz_is_answered_first(quizzed: Quizzed) -> None:
    quizzed.asks()
    quizzed.amina.says("WRONG")
    quizzed.town.credit(50_000)
    quizzed.amina.says("REDEEM").hears("Airtime")
    quizzed.amina.says("B").hears_nothing_of("Right!")
    quizzed.amina.says("0").hears("nothing was changed")
    quizzed.amina.says("B").hears("Right!")


def test_a_quiz_that_comes_in_the_middle_of_a_question_leaves_it_open(quizzed: Quizzed) -> None:
    quizzed.town.credit(50_000)
    quizzed.amina.says("REDEEM").hears("Airtime")
    quizzed.asks()
    quizzed.amina.says("B").hears("Right!")
    quizzed.amina.says("200").hears("Send Airtime of N200")


def test_a_command_is_a_command_and_a_stranger_was_never_asked(quizzed: Quizzed) -> None:
    quizzed.asks(Quiz({"en": ("Balance", "Cans")}, {"en": "Cans."}, "B"))
    quizzed.amina.says("Balance").hears("credit is")
    quizzed.amina.says("cans").hears("Right!")
    quizzed.town.phone(77).says("B").hears_nothing_of("Right!")


def test_the_last_open_quiz_is_the_one_that_is_answered(quizzed: Quizzed) -> None:
    quizzed.asks()
    quizzed.town.later(hours=1)
    quizzed.asks(Quiz({"en": ("Rinse", "Burn")}, {"en": "Never burn plastic."}, "A"))
    quizzed.amina.says("A").hears("Right!", "Never burn")
    quizzed.amina.says("B").hears("Right!", "PET")


def test_in_pidgin_too(quizzed: Quizzed) -> None:
    quizzed.amina.says("LANG 2")
    quizzed.asks()
    assert quizzed.press.outbox()[-1].language == "pcm"
    quizzed.amina.says("B").hears("Na correct answer", "Water bottle na PET.")
