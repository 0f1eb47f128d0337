"""REDEEM: what, how much, and one plain question before any money moves. On any doubt it asks again."""

from __future__ import annotations

from babel.numbers import get_currency_precision

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Option, Outcome, Reply, State, Step, line, numbered, pick, say
from app.conversation.values import Value
from app.flows.actions import Redeem
from app.flows.cooling import may_not_spend
from app.flows.home import about_a_home
from app.flows.pin import digits_of
from app.flows.snapshot import BALANCE, HOMES, REWARDS, Home, Offer, Snapshot
from app.kernel.phone import national

REWARD = "redeem.reward"
AMOUNT = "redeem.amount"
CONFIRM = "redeem.confirm"
PIN = "redeem.pin"

_NEEDS = frozenset({HOMES, BALANCE, REWARDS})


def _redeem(said: Said, facts: Snapshot, home: Home) -> Outcome:
    if home.cooling_until is not None and not home.has_pin:
        return Step(reply=may_not_spend(facts, home))
    if not facts.offers:
        return Step(reply=say("redeem.none", balance=facts.balance))
    data = {"home": home.reference}
    if len(facts.offers) > 1:
        return Step(REWARD, data=data)
    return _amount_of(said, facts, facts.offers[0], data)


def _amount_of(said: Said, facts: Snapshot, offer: Offer, data: Data) -> Outcome:
    """Straight to the question where the amount came along with the command."""
    if _most_minor(offer, facts) < offer.minimum_minor:
        return Step(
            reply=say(
                "redeem.low.left" if facts.home and facts.home.left else "redeem.low",
                balance=facts.balance,
                reward=offer.name,
                minimum=facts.money(offer.minimum_minor),
            )
        )
    data = {**data, "reward": offer.code}
    return _judge(said, facts, offer, data) if said.amount is not None else Step(AMOUNT, data=data)


def _ask_reward(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("redeem.choose", balance=facts.balance),), _offers(facts))


def _offers(facts: Snapshot) -> tuple[Option, ...]:
    return numbered((offer.code, offer.name) for offer in facts.offers)


def _hear_reward(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, _offers(facts))
    offer = _offer(facts, chosen.value) if chosen else None
    if offer is None:
        return Step(REWARD, data=data)
    return _amount_of(Said("", ""), facts, offer, data)


def _ask_amount(facts: Snapshot, data: Data) -> Reply:
    offer = _offer(facts, data.get("reward"))
    if offer is None:
        return say("redeem.none", balance=facts.balance)
    return say("redeem.amount", balance=facts.balance, reward=offer.name, **_range(offer, facts))


def _hear_amount(said: Said, facts: Snapshot, data: Data) -> Outcome:
    offer = _offer(facts, data.get("reward"))
    if offer is None or _most_minor(offer, facts) < offer.minimum_minor:
        return Step(reply=say("redeem.none", balance=facts.balance))
    return _judge(said, facts, offer, data)


def _judge(said: Said, facts: Snapshot, offer: Offer, data: Data) -> Outcome:
    if said.amount is None:
        return Step(AMOUNT, say("redeem.odd", **_range(offer, facts)), data)
    amount_minor = said.amount * 10 ** get_currency_precision(facts.currency)
    if not offer.minimum_minor <= amount_minor <= _most_minor(offer, facts):
        return Step(AMOUNT, data=data)
    if amount_minor % offer.step_minor:
        step = facts.money(offer.step_minor)
        return Step(AMOUNT, say("redeem.step", step=step, **_range(offer, facts)), data)
    return Step(CONFIRM, data={**data, "amount_minor": str(amount_minor)})


def _question(key: str, facts: Snapshot, data: Data) -> Reply:
    offer = _offer(facts, data.get("reward"))
    return Reply(
        (
            line(
                key,
                reward=offer.name if offer else data["reward"],
                amount=facts.money(int(data["amount_minor"])),
                phone=national(facts.phone, facts.region),
            ),
        ),
        (Option(1, line("redeem.agree"), "1"), Option(0, line("redeem.refuse"), "0")),
    )


def _ask_confirm(facts: Snapshot, data: Data) -> Reply:
    return _question("redeem.confirm", facts, data)


def _hear_confirm(said: Said, facts: Snapshot, data: Data) -> Outcome:
    """Only a plain yes moves money."""
    offer = _offer(facts, data.get("reward"))
    if offer is None or facts.home is None:
        return Step(reply=say("redeem.none", balance=facts.balance) if facts.purse else say("trouble"))
    if "agree" not in said.kinds:
        return Step(CONFIRM, _question("redeem.confirm.again", facts, data), data)
    if facts.home.cooling_until is not None:
        return Step(PIN, data=data) if facts.home.has_pin else Step(reply=may_not_spend(facts, facts.home))
    return Step(action=_wish(facts, facts.home, offer, data))


def _ask_pin(facts: Snapshot, data: Data) -> Reply:
    offer = _offer(facts, data.get("reward"))
    if offer is None:
        return say("redeem.none", balance=facts.balance)
    return say("redeem.pin", reward=offer.name, amount=facts.money(int(data["amount_minor"])))


def _hear_pin(said: Said, facts: Snapshot, data: Data) -> Outcome:
    """From a phone that is new here, on top of the plain yes."""
    offer = _offer(facts, data.get("reward"))
    if offer is None or facts.home is None:
        return Step(reply=say("redeem.none", balance=facts.balance) if facts.purse else say("trouble"))
    return Step(action=_wish(facts, facts.home, offer, data, pin=digits_of(said)))


def _wish(facts: Snapshot, home: Home, offer: Offer, data: Data, pin: str = "") -> Redeem:
    return Redeem(home.id, offer.code, offer.name, int(data["amount_minor"]), facts.phone, pin)


def _offer(facts: Snapshot, code: str | None) -> Offer | None:
    return next((offer for offer in facts.offers if offer.code == code), None)


def _most_minor(offer: Offer, facts: Snapshot) -> int:
    """The most that can be had now, in whole steps."""
    most = min(offer.maximum_minor, facts.balance.amount_minor)
    return most - most % offer.step_minor


def _range(offer: Offer, facts: Snapshot) -> dict[str, Value]:
    return {
        "minimum": facts.money(offer.minimum_minor),
        "maximum": facts.money(_most_minor(offer, facts)),
    }


STATES = (
    State(
        REWARD, _ask_reward, _hear_reward, targets=frozenset({AMOUNT, MENU}), needs=_NEEDS, asks_with=_NEEDS
    ),
    State(
        AMOUNT, _ask_amount, _hear_amount, targets=frozenset({CONFIRM, MENU}), needs=_NEEDS, asks_with=_NEEDS
    ),
    State(
        CONFIRM,
        _ask_confirm,
        _hear_confirm,
        targets=frozenset({PIN, MENU}),
        needs=_NEEDS,
        asks_with=_NEEDS,
        confirms=True,
        follow_up=True,
    ),
    State(PIN, _ask_pin, _hear_pin, targets=frozenset({MENU}), needs=_NEEDS, asks_with=_NEEDS, secret=True),
)
ENTRIES = (
    about_a_home(
        "REDEEM",
        _redeem,
        needs=_NEEDS,
        targets=frozenset({REWARD, AMOUNT, CONFIRM}),
        takes_rest=True,
        left_too=True,
        private=True,
    ),
)
