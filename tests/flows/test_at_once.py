"""Two requests of one phone at the same moment: one answer each, one effect, in whatever order they win."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.flows.dialling import dial
from app.flows.turn import take_turn
from app.households.service import add_phone
from app.ledger import reading
from app.messaging.inbox import InboundText
from app.messaging.ussd import UssdRequest
from app.payouts import holds
from tests.flows.dialling import CODE, GATEWAY, Keypad, keypad
from tests.flows.phones import HUB_NUMBER, Town

Request = Callable[[], str]
ROUNDS = range(4)
_ids = itertools.count(1)


@pytest.fixture
def rich(town: Town) -> Town:
    town.credit(400_000)
    return town


def at_once(*requests: Request) -> list[str]:
    """What each was answered; all leave the line together."""
    line = threading.Barrier(len(requests))

    def leaves(request: Request) -> str:
        line.wait(timeout=30)
        return request()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(leaves, requests))


def texting(town: Town, phone: str, body: str, message_id: str = "") -> Request:
    message_id = message_id or f"SMonce{next(_ids)}"
    text = InboundText("twilio", message_id, phone, HUB_NUMBER, body, None, {"Body": body})

    def deliver() -> str:
        with town.database.unit_of_work() as session:
            return take_turn(session, town.talk, text, town.now) or ""

    return deliver


def pressing(pad: Keypad, text: str) -> Request:
    request = UssdRequest(GATEWAY, pad.session_id, pad.number, CODE, "62130", text, {"text": text})

    def deliver() -> str:
        with pad.town.database.unit_of_work() as session:
            answer = dial(session, pad.town.talk, request, pad.town.now)
        return f"{'END' if answer.ends else 'CON'} {answer.text}"

    return deliver


def the_books_are_true(town: Town) -> None:
    with town.database.unit_of_work() as session:
        assert reading.check(session) == []
        assert holds.check(session) == []


def all_alike(answers: Sequence[str]) -> str:
    assert all(answer == answers[0] for answer in answers), answers
    return answers[0]


def test_one_text_delivered_three_times_at_once_pays_once(rich: Town) -> None:
    amina = rich.amina
    for paid in ROUNDS:
        amina.says("REDEEM 500").hears("Send Airtime of N500")
        reply = all_alike(at_once(*[texting(rich, amina.number, "1", f"SMthrice{paid}")] * 3))
        assert "is on its way" in reply
        assert len(rich.redemptions()) == paid + 1
    the_books_are_true(rich)


def test_one_press_of_keys_delivered_three_times_at_once_pays_once(rich: Town) -> None:
    pad = keypad(rich)
    for paid in ROUNDS:
        pad.dials().presses("4", "500").sees("Send Airtime of N500")
        answer = all_alike(at_once(*[pressing(pad, "4*500*1")] * 3))
        assert answer.startswith("END Done!")
        assert len(rich.redemptions()) == paid + 1
        assert len(pad.turns) == (paid + 1) * 4
    the_books_are_true(rich)


def test_one_call_that_begins_twice_at_once_is_one_session(town: Town) -> None:
    for number in ROUNDS:
        pad = keypad(town, 2200 + number)
        pad.session_id = f"ATUid_begins_{number}"
        answer = all_alike(at_once(*[pressing(pad, "")] * 3))
        assert "1 Join" in answer
        assert (len(pad.sessions), len(pad.turns)) == (1, 1)


def test_yes_by_text_and_on_the_keypad_at_once_pays_once(rich: Town) -> None:
    """Whoever comes second is told where things stand, and pays nothing."""
    pad, amina = keypad(rich), rich.amina
    for paid in ROUNDS:
        pad.dials().presses("4", "500").sees("Send Airtime of N500")
        told = at_once(texting(rich, amina.number, "ok"), pressing(pad, "4*500*1"))
        assert sum("is on its way" in each for each in told) == 1, told
        assert len(rich.redemptions()) == paid + 1
        rich.later(minutes=5)
    the_books_are_true(rich)


def test_a_text_and_a_call_at_once_are_one_conversation(rich: Town) -> None:
    """The question is open on both sides, or was taken back before it was repeated."""
    pad, amina = keypad(rich), rich.amina
    for number in ROUNDS:
        pad.session_id = f"ATUid_meets_{number}"
        amina.says("REDEEM 500")
        reply, screen = at_once(texting(rich, amina.number, "0"), pressing(pad, ""))
        assert "nothing was changed" in reply
        assert ("1 Carry on" in screen) is not ("1 Next pickup" in screen), screen
        pad.text = ""
        pad.presses("1").sees_nothing_of("Send Airtime")
        assert rich.redemptions() == []
        rich.later(minutes=5)


def test_two_phones_of_a_home_that_spend_it_all_at_once(town: Town) -> None:
    town.credit(50_000)
    with town.database.unit_of_work() as session:
        second = town.phone(2300).number
        add_phone(session, town.street.household_id, phone=second, language="en", now=town.now)
    phones = [town.amina, town.phone(2300)]
    for phone in phones:
        phone.says("REDEEM 500").hears("Send Airtime of N500")
    replies = at_once(*[texting(town, phone.number, "1") for phone in phones])
    assert sum("is on its way" in reply for reply in replies) == 1, replies
    assert sum("Nothing was taken" in reply or "nothing to spend" in reply for reply in replies) == 1
    assert (len(town.redemptions()), town.balance_minor()) == (1, 0)
    the_books_are_true(town)
