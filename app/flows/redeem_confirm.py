"""The one plain question before any money moves, and the PIN where it is a lot, or the phone is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Line, Option, Outcome, Reply, State, Step, line, say
from app.flows import pin
from app.flows.actions import Redeem
from app.flows.cooling import may_not_spend
from app.flows.snapshot import BALANCE, HOMES, REWARDS, Home, Offer, Snapshot
from app.kernel.phone import national
from app.rewards import bonuses
from app.rewards.models import RedemptionWay, RewardKind

CONFIRM = "redeem.confirm"
PIN = "redeem.pin"
NEEDS = frozenset({HOMES, BALANCE, REWARDS})

_QUESTIONS: Final[Mapping[RewardKind, str]] = {
    RewardKind.AIRTIME: "redeem.confirm",
    RewardKind.MOBILE_MONEY: "redeem.confirm",
    RewardKind.VOUCHER: "redeem.confirm.voucher",
    RewardKind.GOAL: "redeem.confirm.goal",
    RewardKind.GIFT: "redeem.confirm.gift",
    RewardKind.POT: "redeem.confirm.pot",
}
_OUT_OF_A_GOAL: Final[Mapping[RedemptionWay, str]] = {
    RedemptionWay.RELEASE: "redeem.confirm.release",
    RedemptionWay.TAKE_BACK: "redeem.confirm.take-back",
}
_SENT: Final = frozenset({"redeem.confirm", "redeem.confirm.release"})
"""Agreed to with "Yes, send it"."""


def first(facts: Snapshot, offer: Offer, data: Data, amount_minor: int) -> Step:
    """Ask it about `amount_minor`, with the bonus that is promised with it in the data."""
    data = {**data, "amount_minor": str(amount_minor)}
    found = (
        bonuses.best(offer.extras, amount_minor, facts.currency)
        if _way(data) is RedemptionWay.SPEND
        else None
    )
    if found is not None:
        data = {**data, "bonus_minor": str(found[1]), "sponsor": found[0].sponsor_name}
    return Step(CONFIRM, data=data)


def chosen_offer(facts: Snapshot, data: Data) -> Offer | None:
    return next((offer for offer in facts.offers if offer.code == data.get("reward")), None)


def _question(facts: Snapshot, data: Data, *before: Line) -> Reply:
    offer, way = chosen_offer(facts, data), _way(data)
    key = _OUT_OF_A_GOAL.get(way) or _QUESTIONS[offer.kind if offer else RewardKind.AIRTIME]
    lines = [
        *before,
        line(
            key,
            reward=offer.name if offer else data["reward"],
            amount=facts.money(int(data["amount_minor"])),
            phone=national(data.get("to", facts.phone), facts.region),
        ),
    ]
    if "bonus_minor" in data:
        bonus = facts.money(int(data["bonus_minor"]))
        lines.append(line("redeem.bonus", sponsor=data["sponsor"], bonus=bonus))
    yes = line("redeem.agree" if key in _SENT else "redeem.yes")
    return Reply(tuple(lines), (Option(1, yes, "1"), Option(0, line("redeem.refuse"), "0")))


def _ask_confirm(facts: Snapshot, data: Data) -> Reply:
    return _question(facts, data)


def _hear_confirm(said: Said, facts: Snapshot, data: Data) -> Outcome:
    """Only a plain yes moves money."""
    offer, home = chosen_offer(facts, data), facts.home
    if offer is None or home is None:
        return gone(facts)
    if "agree" not in said.kinds:
        return Step(CONFIRM, _question(facts, data, line("redeem.again")), data)
    if home.cooling_until is not None:
        return Step(PIN, data=data) if home.has_pin else Step(reply=may_not_spend(facts, home))
    wish = _wish(facts, home, offer, data)
    if facts.pin_above_minor is None or not wish.takes_pin(facts.pin_above_minor, facts.spent_today_minor):
        return Step(action=wish)
    if home.has_pin:
        return Step(PIN, data=data)
    most = facts.money(facts.pin_above_minor)
    return Step(pin.NEW, say("redeem.pin.first", amount=most), {"home": home.reference})


def _ask_pin(facts: Snapshot, data: Data) -> Reply:
    offer = chosen_offer(facts, data)
    if offer is None:
        return say("redeem.none", balance=facts.balance)
    return say("redeem.pin", reward=offer.name, amount=facts.money(int(data["amount_minor"])))


def _hear_pin(said: Said, facts: Snapshot, data: Data) -> Outcome:
    """On top of the plain yes."""
    offer = chosen_offer(facts, data)
    if offer is None or facts.home is None:
        return gone(facts)
    return Step(action=_wish(facts, facts.home, offer, data, pin=pin.digits_of(said)))


def gone(facts: Snapshot) -> Step:
    """What was chosen is not to be had any more, or the home is none of this phone's."""
    if not facts.purse:
        return Step(reply=say("trouble"))
    return Step(reply=say("redeem.sold-out") if facts.offers else say("redeem.none", balance=facts.balance))


def _wish(facts: Snapshot, home: Home, offer: Offer, data: Data, pin: str = "") -> Redeem:
    return Redeem(
        home.id,
        offer.code,
        offer.name,
        int(data["amount_minor"]),
        data.get("to", facts.phone),
        kind=offer.kind,
        way=_way(data),
        promised_minor=int(data.get("bonus_minor", "0")),
        pin=pin,
    )


def _way(data: Data) -> RedemptionWay:
    return RedemptionWay(data.get("way", RedemptionWay.SPEND))


STATES = (
    State(
        CONFIRM,
        _ask_confirm,
        _hear_confirm,
        targets=frozenset({PIN, pin.NEW, MENU}),
        needs=NEEDS,
        asks_with=NEEDS,
        confirms=True,
        follow_up=True,
    ),
    State(PIN, _ask_pin, _hear_pin, targets=frozenset({MENU}), needs=NEEDS, asks_with=NEEDS, secret=True),
)
