"""REDEEM: what, to whom, how much; `redeem_confirm` then asks one plain question. On any doubt it asks again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from babel.numbers import get_currency_precision

from app.conversation.keywords import Said, normalise
from app.conversation.states import MENU, Data, Option, Outcome, Reply, State, Step, line, numbered, pick, say
from app.conversation.values import Value
from app.flows import phones, redeem_confirm
from app.flows.actions import FindNeighbour
from app.flows.cooling import may_not_spend
from app.flows.home import about_a_home
from app.flows.paging import MORE, in_pages
from app.flows.redeem_confirm import CONFIRM, NEEDS, chosen_offer
from app.flows.snapshot import Home, Offer, Snapshot
from app.rewards.models import RedemptionWay, RewardKind

REWARD = "redeem.reward"
GOAL = "redeem.goal"
WHO = "redeem.who"
AMOUNT = "redeem.amount"

_PAGE_CHARACTERS: Final = 85
"""What the rewards of one page may take of the 160, beside the question and the word for more."""
_LONGEST_AMOUNT: Final = 9
"""Digits."""
_GIVING: Final = frozenset({RewardKind.GOAL, RewardKind.GIFT, RewardKind.POT})
"""Nobody asks how much "neighbour" somebody wants."""


def _redeem(said: Said, facts: Snapshot, home: Home) -> Outcome:
    if home.cooling_until is not None and not home.has_pin:
        return Step(reply=may_not_spend(facts, home))
    missing = _missing(said, facts)
    if missing is not None:
        return Step(reply=say("redeem.no-float", reward=missing.name))
    if not facts.offers:
        return Step(reply=say("redeem.none", balance=facts.balance))
    data = {"home": home.reference}
    named, amount = _named(said, facts)
    if named is None and len(facts.offers) == 1:
        named = facts.offers[0]
    if named is not None:
        return _chosen(facts, named, data, amount)
    if not any(offer.saved_minor or _affordable(offer, facts) for offer in facts.offers):
        return Step(reply=_too_little(facts, min(facts.offers, key=lambda offer: offer.minimum_minor)))
    return Step(REWARD, data=data if amount is None else {**data, "amount": str(amount)})


def _missing(said: Said, facts: Snapshot) -> Offer | None:
    """What nobody can pay just now, where it was named, or there is nothing else."""
    named, _ = _named(said, replace(facts, offers=facts.missing_offers))
    return named or (None if facts.offers else next(iter(facts.missing_offers), None))


def _named(said: Said, facts: Snapshot) -> tuple[Offer | None, int | None]:
    """`REDEEM airtime 500`: the reward whose name or code was said, if one was, and the amount."""
    for offer in facts.offers:
        for name in (normalise(offer.name), normalise(offer.code)):
            rest = said.words.removeprefix(name).strip()
            if said.words == name:
                return offer, None
            if said.words.startswith(f"{name} ") and rest.isdigit() and len(rest) <= _LONGEST_AMOUNT:
                return offer, int(rest)
    return None, said.amount


def _ask_reward(facts: Snapshot, data: Data) -> Reply:
    return Reply((line("redeem.choose", balance=facts.balance),), _options(facts, data))


def _options(facts: Snapshot, data: Data) -> tuple[Option, ...]:
    if facts.on_screen:  # which pages a long list by itself
        return numbered((offer.code, _label(offer)) for offer in facts.offers)
    pages = in_pages(facts.offers, _label, room_characters=_PAGE_CHARACTERS, most=MORE - 1)
    shown = pages[int(data.get("page", "0")) % len(pages)]
    options = numbered((offer.code, _label(offer)) for offer in shown)
    return (*options, Option(MORE, line("redeem.more"), "")) if len(pages) > 1 else options


def _label(offer: Offer) -> str:
    extra = max((extra.percent for extra in offer.extras if extra.left_minor), default=0)
    return f"{offer.name} +{extra}%" if extra else offer.name


def _hear_reward(said: Said, facts: Snapshot, data: Data) -> Outcome:
    options = _options(facts, data)
    if "more" in said.kinds and any(option.number == MORE for option in options):
        return _next_page(data)
    chosen = pick(said, options)
    if chosen is not None and not chosen.value:
        return _next_page(data)
    offer = chosen_offer(facts, {"reward": chosen.value}) if chosen else _named(said, facts)[0]
    if offer is None:
        return Step(REWARD, data=data)
    amount = int(data["amount"]) if "amount" in data else None
    return _chosen(facts, offer, {"home": data["home"]} if "home" in data else {}, amount)


def _next_page(data: Data) -> Step:
    return Step(REWARD, data={**data, "page": str(int(data.get("page", "0")) + 1)})


def _chosen(facts: Snapshot, offer: Offer, data: Data, amount: int | None) -> Outcome:
    """The next question about `offer` that is still open."""
    data = {**data, "reward": offer.code}
    if offer.saved_minor and amount is None:
        return Step(GOAL, data=data)
    if not _affordable(offer, facts):
        return Step(reply=_too_little(facts, offer))
    if offer.kind is RewardKind.GIFT:
        return Step(WHO, data=data if amount is None else {**data, "amount": str(amount)})
    return _how_much(facts, offer, data, amount)


def _how_much(facts: Snapshot, offer: Offer, data: Data, amount: int | None) -> Step:
    """Straight to the plain question where the amount is known: it came along, or there is only one."""
    if offer.minimum_minor == offer.maximum_minor:
        return redeem_confirm.first(facts, offer, data, offer.minimum_minor)
    return Step(AMOUNT, data=data) if amount is None else _judge(facts, offer, data, amount)


def _too_little(facts: Snapshot, offer: Offer) -> Reply:
    return say(
        "redeem.low.left" if facts.home and facts.home.left else "redeem.low",
        balance=facts.balance,
        reward=offer.name,
        minimum=facts.money(offer.minimum_minor),
    )


def _goal_choices(offer: Offer) -> tuple[Option, ...]:
    ways = (
        *((RedemptionWay.SPEND,) if offer.open else ()),
        *((RedemptionWay.RELEASE,) if offer.pays_out else ()),
        *((RedemptionWay.TAKE_BACK,) if offer.may_take_back else ()),
    )
    return numbered((way.value, line(f"redeem.goal.{way.value}")) for way in ways)


def _ask_goal(facts: Snapshot, data: Data) -> Reply:
    offer = chosen_offer(facts, data)
    if offer is None:
        return say("redeem.none", balance=facts.balance)
    saved = facts.money(offer.saved_minor)
    return Reply(
        (line("redeem.goal", reward=offer.name, saved=saved, balance=facts.balance),), _goal_choices(offer)
    )


def _hear_goal(said: Said, facts: Snapshot, data: Data) -> Outcome:
    offer = chosen_offer(facts, data)
    if offer is None or not offer.saved_minor:
        return redeem_confirm.gone(facts)
    chosen = pick(said, _goal_choices(offer))
    if chosen is None:
        return Step(GOAL, data=data)
    if chosen.value != RedemptionWay.SPEND:
        return redeem_confirm.first(facts, offer, {**data, "way": chosen.value}, offer.saved_minor)
    if not _affordable(offer, facts):
        return Step(reply=_too_little(facts, offer))
    return _how_much(facts, offer, data, None)


def _ask_who(_facts: Snapshot, _data: Data) -> Reply:
    return say("redeem.who")


def _hear_who(said: Said, facts: Snapshot, data: Data) -> Outcome:
    offer, number = chosen_offer(facts, data), phones.number_in(said, facts)
    if offer is None or facts.home is None or not _affordable(offer, facts):
        return redeem_confirm.gone(facts)
    if number is None:
        return Step(WHO, say("phones.number.again"), data)
    amount = int(data["amount"]) if "amount" in data else None
    known = {name: value for name, value in data.items() if name != "amount"}
    step = _how_much(facts, offer, {**known, "to": number}, amount)
    return replace(step, action=FindNeighbour(facts.home.id, number))


def _ask_amount(facts: Snapshot, data: Data) -> Reply:
    offer = chosen_offer(facts, data)
    if offer is None:
        return say("redeem.none", balance=facts.balance)
    key = "redeem.amount.any" if offer.kind in _GIVING else "redeem.amount"
    return say(key, balance=facts.balance, reward=offer.name, **_range(offer, facts))


def _hear_amount(said: Said, facts: Snapshot, data: Data) -> Outcome:
    offer = chosen_offer(facts, data)
    if offer is None or not _affordable(offer, facts):
        return redeem_confirm.gone(facts)
    return _judge(facts, offer, data, said.amount)


def _judge(facts: Snapshot, offer: Offer, data: Data, amount: int | None) -> Step:
    if amount is None:
        return Step(AMOUNT, say("redeem.odd", **_range(offer, facts)), data)
    amount_minor = amount * 10 ** get_currency_precision(facts.currency)
    if not offer.minimum_minor <= amount_minor <= _most_minor(offer, facts):
        return Step(AMOUNT, data=data)
    if amount_minor % offer.step_minor:
        step = facts.money(offer.step_minor)
        return Step(AMOUNT, say("redeem.step", step=step, **_range(offer, facts)), data)
    return redeem_confirm.first(facts, offer, data, amount_minor)


def _affordable(offer: Offer, facts: Snapshot) -> bool:
    return offer.open and _most_minor(offer, facts) >= offer.minimum_minor


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
        REWARD,
        _ask_reward,
        _hear_reward,
        targets=frozenset({GOAL, WHO, AMOUNT, CONFIRM, MENU}),
        needs=NEEDS,
        asks_with=NEEDS,
    ),
    State(
        GOAL,
        _ask_goal,
        _hear_goal,
        targets=frozenset({AMOUNT, CONFIRM, MENU}),
        needs=NEEDS,
        asks_with=NEEDS,
    ),
    State(
        WHO,
        _ask_who,
        _hear_who,
        targets=frozenset({AMOUNT, CONFIRM, MENU}),
        needs=NEEDS,
        free_text=True,
    ),
    State(
        AMOUNT,
        _ask_amount,
        _hear_amount,
        targets=frozenset({CONFIRM, MENU}),
        needs=NEEDS,
        asks_with=NEEDS,
    ),
    *redeem_confirm.STATES,
)
ENTRIES = (
    about_a_home(
        "REDEEM",
        _redeem,
        needs=NEEDS,
        targets=frozenset({REWARD, GOAL, WHO, AMOUNT, CONFIRM}),
        takes_rest=True,
        left_too=True,
        private=True,
    ),
)
