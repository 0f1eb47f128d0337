"""A call on the simulator's keypad, and what is kept of the wire, without a service behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.kernel.clock import FixedClock
from app.web.simulator.keypad import pad
from app.web.simulator.line import Lines
from app.web.simulator.troubles import Switches
from app.web.simulator.wire import KEEP, KEEP_PHONES, Wire

PHONE = "+2348000000001"


@dataclass
class Company:
    """Answers every press alike, and keeps what it was asked to pass on."""

    answer: tuple[int, str] = (200, "CON Yes?")
    passed_on: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def post(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        self.passed_on.append((path, dict(form)))
        return self.answer

    def written(self, phone: str, body: str) -> dict[str, str]:
        raise AssertionError(f"nobody texts here: {phone} {body}")

    def deliver(self, form: Mapping[str, str]) -> int:
        raise AssertionError(f"nobody texts here: {form}")

    def accept(self, form: Mapping[str, str], *, fails: bool = False) -> dict[str, Any]:
        raise AssertionError(f"nobody texts here: {form} {fails}")

    def allows(self, username: str, api_key: str) -> bool:
        raise AssertionError(f"nobody asks here: {username} {api_key}")


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def lines(company: Company, clock: FixedClock) -> Lines:
    return Lines(company, Switches(), clock)


def test_the_whole_history_is_sent_each_time_in_one_session(lines: Lines, company: Company) -> None:
    lines.dial(PHONE, "*347*55*2#")
    for keys in ("1", "a*b"):
        lines.press(PHONE, keys)
    assert [form["text"] for _, form in company.passed_on] == ["2", "2*1", "2*1*a*b"]
    assert len({form["sessionId"] for _, form in company.passed_on}) == 1
    assert {form["serviceCode"] for _, form in company.passed_on} == {"*347*55#"}


@pytest.mark.parametrize("answer", [(0, ""), (500, "CON Yes?"), (200, "Yes?"), (200, "")])
def test_an_answer_that_no_screen_can_show_ends_the_call_as_failed(
    lines: Lines, company: Company, clock: FixedClock, answer: tuple[int, str]
) -> None:
    company.answer = answer
    lines.dial(PHONE, "*347*55#")
    assert "External application down" in pad(lines.of(PHONE), clock.now(), "").screen
    assert [(path, form.get("status")) for path, form in company.passed_on] == [
        ("ussd", None),
        ("ussd-end", "Failed"),
    ]
    lines.press(PHONE, "1")
    assert len(company.passed_on) == 2


@pytest.mark.parametrize(("said", "size"), [("Yes {}?", (9, 182)), ("\u1eb8 k\u00fa!", (5, 80))])
def test_a_screen_is_counted_in_its_own_alphabet(
    lines: Lines, company: Company, clock: FixedClock, said: str, size: tuple[int, int]
) -> None:
    company.answer = (200, f"END {said}")
    lines.dial(PHONE, "*347*55#")
    shown = pad(lines.of(PHONE), clock.now() + timedelta(seconds=9), "")
    assert (shown.stands, shown.screen) == ("END", said)
    assert (shown.units, shown.limit) == size
    assert shown.seconds == 0, "the call was over at once"


def test_only_the_last_exchanges_of_the_last_phones_are_kept() -> None:
    wire = Wire()
    for number in range(KEEP_PHONES + 1):
        for path in range(KEEP + 1):
            wire.tell(phone=str(number), path=f"/{path}", headers={}, form={}, status=200, answer="")
    assert wire.of("0") == []
    assert [one.request.split()[1] for one in wire.of("1")] == [f"/{path}" for path in range(KEEP, 0, -1)]
