"""Plays a story in one language: types what it says, writes down what is heard, and holds it to its claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from sqlalchemy import select

from app.cases.models import Dispute
from app.conversation.catalogue import USUAL_PARTS, Catalogue
from app.conversation.fit import measure
from app.flows.registry import TEXTS
from app.flows.talk import Talk
from app.households import service as households
from app.kernel.phone import Phone as Number
from app.ledger import reading
from app.ledger import service as ledger
from app.ledger.statements import balance_of
from app.merchants import service as merchants
from app.messaging.gateways import SmsGateways
from app.messaging.models import Contact, OutboxMessage, OutboxStatus
from app.messaging.outbox import Postman
from app.payouts import holds
from app.places.models import Zone
from app.rewards import goals
from app.rewards.models import RewardKind
from app.rewards.vouchers import codes, issuing
from app.weighing import service as weighing
from app.weighing.service import Submission
from tests.factories.languages import LANGUAGES
from tests.factories.shop import a_reward
from tests.factories.street import LIMITS
from tests.fakes.sms import FakeGateway, RecordedJobs
from tests.flows.dialling import CODE, Keypad
from tests.flows.golden.stage import Stage
from tests.flows.golden.story import Line, Story, typed
from tests.flows.phones import Phone, Town, town_settings

FIRST_NUMBERS = {"amina": 1, "bola": 2000, "mama": 5001, "school": 5000}
"""Amina has joined; Bola is a stranger, Mama keeps a shop once it is given; the school is only paid."""
CODE_OF_A_VOUCHER = "4821937063"
"""Of each: a story has one at most."""


@cache
def talk_in(language: str) -> Talk:
    """As where a programme's first language is this one. Made once: it keeps nothing of a conversation."""
    return a_talk(language)


def a_talk(language: str, **settings: Any) -> Talk:
    """With a real outbox, which nobody empties."""
    catalogue = Catalogue.load(TEXTS, (language, *(code for code in LANGUAGES if code != language)))
    gateways = SmsGateways({"fake": FakeGateway()}, {"*": ["fake"]})
    post = Postman(catalogue, gateways, RecordedJobs())
    return Talk(town_settings(**settings), catalogue, post, RecordedJobs())


def play(story: Story, stage: Stage, language: str) -> str:
    """What was heard, as it stands in the story's file. Raises `AssertionError` for a claim that does not hold."""
    player = _Player(stage.set_for(talk_in(language)), language)
    player.everybody_speaks(language)
    with patch.object(codes, "new_code", lambda: CODE_OF_A_VOUCHER):
        for line in story.lines:
            try:
                player.goes_on(line)
            except AssertionError as wrong:
                raise AssertionError(f"{story.name}, {language}: {' '.join(_said(line))}: {wrong}") from wrong
    player.check_all()
    return "\n".join(player.heard)


def _said(line: Line) -> list[str]:
    return [part for part in (line.who, line.verb, line.words) if part]


@dataclass
class _Player:
    town: Town
    language: str
    heard: list[str] = field(default_factory=list)
    keypads: dict[str, Keypad] = field(default_factory=dict)
    posted: int = 0

    def everybody_speaks(self, language: str) -> None:
        with self.town.database.unit_of_work() as session:
            households.set_phone_language(session, self.town.amina.number, language, self.town.now)

    def goes_on(self, line: Line) -> None:
        if line.who == "given":
            self._given(f"{line.verb} {line.words}")
        elif line.who == "then":
            self._then(f"{line.verb} {line.words}")
        else:
            self._does(line)
        self._read_post()

    def _does(self, line: Line) -> None:
        words = typed(line.words, self.town.talk.catalogue, self.language)
        name = line.who.title()
        match line.verb:
            case "texts":
                self.heard.append(f"{name} texts: {words}")
                self._wrote(self._phone(line.who).says(words).heard)
            case "dials":
                self.heard.append(f"{name} dials {words or CODE}")
                self._showed(self._keypad(line.who).dials(words or CODE))
            case "types":
                self.heard.append(f"{name} types: {words}")
                self._showed(self._keypad(line.who).types(words))
            case "is":
                assert words == "cut off", line
                self.heard.append(f"{name} is cut off")
                self._keypad(line.who).cut()
            case "waits":
                count, unit = words.split()
                self.heard.append(f"{name} waits {words}")
                self.town.later(**{unit: int(count)})
            case _:
                raise ValueError(f"nobody knows how {line.who} {line.verb}")

    def _given(self, what: str) -> None:
        if money := re.fullmatch(r"amina has N([\d,]+)", what):
            self.town.credit(_minor(money[1]))
        elif weighed := re.fullmatch(r"amina gives ([\d.]+) kg of plastic", what):
            stop = Submission(
                id=uuid4(),
                pickup_id=self.town.street.pickup_id,
                collector_id=self.town.street.collector_id,
                grams={"PET": round(float(weighed[1]) * 1000)},
                weighed_at=self.town.now,
            )
            with self.town.database.unit_of_work() as session:
                weighing.record(session, stop, self.town.now, self.town.talk.post, LIMITS)
        elif what == "mama takes vouchers for food":
            with self.town.database.unit_of_work() as session:
                a_reward(session, "FOOD", RewardKind.VOUCHER, self.town.now)
                merchants.create(
                    session,
                    code="MAMA",
                    name="Mama Nkechi",
                    phones=[Number(self.phone_number("mama"))],
                    zone_id=self.town.street.zone_id,
                    language=self.language,
                    payee_phone=Number(self.phone_number("mama")),
                    provider=None,
                    now=self.town.now,
                )
        elif what == "people save for school":
            payee = {"goal_payee_phone": self.phone_number("school")}
            with self.town.database.unit_of_work() as session:
                a_reward(session, "SCHOOL", RewardKind.GOAL, self.town.now, **payee)
        else:
            raise ValueError(f"given what? {what}")

    def _then(self, what: str) -> None:
        for pattern, holds_true in _CLAIMS.items():
            if claim := re.fullmatch(pattern, what):
                holds_true(self, claim.groupdict())
                return
        raise ValueError(f"then what? {what}")

    def check_all(self) -> None:
        """Every text within its parts, and the books true."""
        catalogue = self.town.talk.catalogue
        with self.town.database.unit_of_work() as session:
            for sent in session.scalars(select(OutboxMessage)):
                budget = catalogue.spoken(sent.language).budgets.get(sent.template, USUAL_PARTS)
                assert measure(sent.body).parts <= budget, sent.body
            assert reading.check(session) == []
            assert holds.check(session, [issuing.claims(session)]) == []

    def phone_number(self, who: str) -> str:
        return self._phone(who).number

    def keypad_of(self, who: str) -> Keypad:
        return self._keypad(who)

    def _phone(self, who: str) -> Phone:
        return self.town.phone(FIRST_NUMBERS[who])

    def _keypad(self, who: str) -> Keypad:
        return self.keypads.setdefault(who, Keypad(self.town, self._phone(who).number))

    def _wrote(self, reply: str | None) -> None:
        self._line("  < ", "    ", reply) if reply is not None else self.heard.append("  (no answer)")

    def _showed(self, keypad: Keypad) -> None:
        self._line("  | ", "  | ", keypad.screen)
        if keypad.seen[-1].ends:
            self.heard.append("  (the end)")

    def _line(self, first: str, further: str, text: str) -> None:
        head, *tail = text.split("\n")
        self.heard += [f"{first}{head}", *(f"{further}{each}" for each in tail)]

    def _read_post(self) -> None:
        """Texts of our own accord, that the worker would send now."""
        with self.town.database.unit_of_work() as session:
            rows = list(
                session.scalars(
                    select(OutboxMessage)
                    .where(OutboxMessage.status == OutboxStatus.QUEUED)
                    .order_by(OutboxMessage.id)
                )
            )
        names = {self._phone(who).number: who.title() for who in FIRST_NUMBERS}
        for row in rows[self.posted :]:
            self.heard.append(f"{names[row.phone]} gets:")
            self._line("  < ", "    ", row.body)
        self.posted = len(rows)


def _minor(naira: str) -> int:
    return int(naira.replace(",", "")) * 100


def _has_credit(player: _Player, claim: Mapping[str, str]) -> None:
    assert player.town.balance_minor() == _minor(claim["naira"])


def _has_put_aside(player: _Player, claim: Mapping[str, str]) -> None:
    with player.town.database.unit_of_work() as session:
        saved = goals.saved(session, player.town.street.household_id)
    assert sum(saved.values()) == _minor(claim["naira"]), saved


def _is_owed(player: _Player, claim: Mapping[str, str]) -> None:
    with player.town.database.unit_of_work() as session:
        assert balance_of(session, ledger.merchant_code("MAMA")) == _minor(claim["naira"])


def _was_sent(player: _Player, claim: Mapping[str, str]) -> None:
    wanted = (_minor(claim["naira"]), player.phone_number(claim["who"]))
    assert player.town.redemptions() == [wanted], player.town.redemptions()


def _nothing_sent(player: _Player, _claim: Mapping[str, str]) -> None:
    assert player.town.redemptions() == []


def _pickups(player: _Player, claim: Mapping[str, str]) -> None:
    phone = player.town.phone(FIRST_NUMBERS[claim["who"]])
    found = [
        f"{pickup.date.day} {pickup.date:%b} {pickup.status}{' and ready' if pickup.confirmed else ''}"
        for pickup in phone.pickups[: len(claim["pickups"].split(","))]
    ]
    assert ", ".join(found) == claim["pickups"], found


def _lives(player: _Player, claim: Mapping[str, str]) -> None:
    home = player.town.phone(FIRST_NUMBERS[claim["who"]]).households[-1]
    with player.town.database.unit_of_work() as session:
        zone = session.get_one(Zone, home.zone_id)
    assert (home.name, zone.name, home.landmark) == (claim["name"], claim["zone"], claim["landmark"]), home


def _is_no_member(player: _Player, claim: Mapping[str, str]) -> None:
    homes = player.town.phone(FIRST_NUMBERS[claim["who"]]).households
    assert all(home.status == "left" for home in homes), [home.status for home in homes]


def _disputes(player: _Player, claim: Mapping[str, str]) -> None:
    with player.town.database.unit_of_work() as session:
        found = list(session.scalars(select(Dispute.said)))
    assert found == [claim["said"]], found


def _agreed(player: _Player, claim: Mapping[str, str]) -> None:
    consents = player.town.phone(FIRST_NUMBERS[claim["who"]]).consents
    found = ", ".join(f"{'in' if agreed else 'out'} by {how}" for agreed, how in consents)
    assert found == claim["consents"], found


def _may_be_texted(player: _Player, claim: Mapping[str, str]) -> None:
    with player.town.database.unit_of_work() as session:
        contact = session.get(Contact, player.phone_number(claim["who"]))
    assert (contact is None or contact.opted_out_at is None) is (claim["may"] == "may")


def _is_written_to(player: _Player, claim: Mapping[str, str]) -> None:
    languages = player.town.talk.catalogue.languages
    place = (languages.index(player.language) + (claim["which"] == "another")) % len(languages)
    home = player.town.phone(FIRST_NUMBERS[claim["who"]]).households[-1]
    with player.town.database.unit_of_work() as session:
        found = {phone.language for phone in households.phones(session, home.id)}
    assert found == {languages[place]}, found


def _screens(player: _Player, claim: Mapping[str, str]) -> None:
    shown = player.keypad_of(claim["who"]).screens
    assert shown <= int(claim["most"]), f"it took {shown} screens"


def _phones(player: _Player, claim: Mapping[str, str]) -> None:
    with player.town.database.unit_of_work() as session:
        found = {phone.phone for phone in households.phones(session, player.town.street.household_id)}
    assert found == {player.phone_number(who) for who in claim["whose"].split(" and ")}, found


_WHO = r"(?P<who>amina|bola|school)"
_CLAIMS: Mapping[str, Callable[[_Player, Mapping[str, str]], None]] = {
    r"amina has N(?P<naira>[\d,]+)": _has_credit,
    r"amina has put N(?P<naira>[\d,]+) aside": _has_put_aside,
    r"mama is owed N(?P<naira>[\d,]+)": _is_owed,
    rf"N(?P<naira>[\d,]+) was sent to {_WHO}": _was_sent,
    r"nothing was sent": _nothing_sent,
    rf"{_WHO}'s pickups are (?P<pickups>.+)": _pickups,
    rf"{_WHO} is (?P<name>[\w ]+) in (?P<zone>\w+), (?P<landmark>.+)": _lives,
    rf"{_WHO} is no member": _is_no_member,
    r"the office reads: (?P<said>.+)": _disputes,
    rf"{_WHO} opted (?P<consents>.+)": _agreed,
    rf"{_WHO} (?P<may>may|may not) be texted": _may_be_texted,
    rf"{_WHO} is written to in (?P<which>this language|another)": _is_written_to,
    rf"{_WHO} saw at most (?P<most>\d) screens": _screens,
    r"the home's phones are those of (?P<whose>.+)": _phones,
}
