"""Does what REDEEM decided, and says what came of it, by kind of reward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.conversation.states import Reply, say
from app.conversation.values import Value
from app.errors import BonusGone, InsufficientBalance, NoFloat, NoNeighbour, OutOfStock, WeighbackError
from app.flows import pin_commands
from app.flows.actions import FindNeighbour, Redeem
from app.flows.doing import Doing, Refusal
from app.kernel.phone import national
from app.ledger import service as ledger
from app.rewards import goals
from app.rewards import service as rewards
from app.rewards.kinds import gift
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay, RewardKind


def redeem(doing: Doing, action: Redeem) -> Reply | Refusal:
    refusal = pin_commands.keep_from_spending(doing, action)
    if refusal is not None:
        return refusal
    key, rules = f"text:{doing.message_id}", rewards.RedemptionRules.of(doing.settings)
    if action.way is RedemptionWay.RELEASE:
        made = goals.pay_out(
            doing.session,
            key=key,
            household_id=action.household_id,
            reward_code=action.reward_code,
            amount_minor=action.amount_minor,
            now=doing.now,
            rules=rules,
            jobs=doing.jobs,
        )
        return say("redeem.done", **_told(doing, action, made))
    if action.way is RedemptionWay.TAKE_BACK:
        made = goals.take_back(
            doing.session,
            key=key,
            household_id=action.household_id,
            reward_code=action.reward_code,
            amount_minor=action.amount_minor,
            phone=doing.facts.phone,
            now=doing.now,
        )
        return say("redeem.done.take-back", **_told(doing, action, made))
    made = rewards.redeem(
        doing.session,
        key=key,
        household_id=action.household_id,
        reward_code=action.reward_code,
        amount_minor=action.amount_minor,
        payee_phone=action.payee_phone,
        promised_minor=action.promised_minor,
        now=doing.now,
        rules=rules,
        post=doing.post,
        jobs=doing.jobs,
    )
    if made.status is RedemptionStatus.HELD:
        return say("redeem.held", **_told(doing, action, made))
    return _DONE[action.kind](doing, action, made)


def find_neighbour(doing: Doing, action: FindNeighbour) -> None:
    """Raises `NoNeighbour`."""
    gift.neighbour(doing.session, action.phone, action.household_id)


def explained(doing: Doing, action: object, refusal: WeighbackError) -> Reply | None:
    """What is said of a refusal that REDEEM knows more of; None for any other."""
    say_it = _REFUSALS.get(type(refusal))
    return say_it(doing, action) if say_it and isinstance(action, Redeem | FindNeighbour) else None


def _on_its_way(doing: Doing, action: Redeem, made: Redemption) -> Reply:
    return say("redeem.done", **_told(doing, action, made))


def _put_aside(doing: Doing, action: Redeem, made: Redemption) -> Reply:
    saved_minor = goals.saved(doing.session, action.household_id).get(action.reward_code, 0)
    return say("redeem.done.goal", saved=doing.money(saved_minor), **_told(doing, action, made))


def _given(doing: Doing, action: Redeem, made: Redemption) -> Reply:
    return say("redeem.done.gift", **_told(doing, action, made))


def _into_the_pot(doing: Doing, action: Redeem, made: Redemption) -> Reply:
    pot = ledger.named(doing.session, ledger.pot_code(action.reward_code))
    saved = doing.money(ledger.account_balance(doing.session, pot))
    return say("redeem.done.pot", saved=saved, **_told(doing, action, made))


def _told(doing: Doing, action: Redeem, made: Redemption) -> dict[str, Value]:
    return {
        "reward": action.reward_name,
        "amount": doing.money(made.worth_minor),
        "phone": national(made.payee_phone, doing.facts.region),
        "balance": doing.money(ledger.balance(doing.session, action.household_id)),
    }


_DONE: Final[Mapping[RewardKind, Callable[[Doing, Redeem, Redemption], Reply]]] = {
    RewardKind.AIRTIME: _on_its_way,
    RewardKind.MOBILE_MONEY: _on_its_way,
    RewardKind.VOUCHER: _on_its_way,
    RewardKind.GOAL: _put_aside,
    RewardKind.GIFT: _given,
    RewardKind.POT: _into_the_pot,
}


def _short(doing: Doing, action: Redeem | FindNeighbour) -> Reply:
    assert isinstance(action, Redeem), "finding somebody takes no money"
    balance_minor = ledger.balance(doing.session, action.household_id)
    return say("redeem.short", balance=doing.money(balance_minor), amount=doing.money(action.amount_minor))


def _no_float(_doing: Doing, action: Redeem | FindNeighbour) -> Reply:
    assert isinstance(action, Redeem), "finding somebody pays nobody"
    return say("redeem.no-float", reward=action.reward_name)


def _nobody(doing: Doing, action: Redeem | FindNeighbour) -> Reply:
    phone = action.phone if isinstance(action, FindNeighbour) else action.payee_phone
    return say("redeem.nobody", phone=national(phone, doing.facts.region))


_REFUSALS: Final[Mapping[type[WeighbackError], Callable[[Doing, Redeem | FindNeighbour], Reply]]] = {
    InsufficientBalance: _short,
    NoFloat: _no_float,
    OutOfStock: lambda _doing, _action: say("redeem.sold-out"),
    BonusGone: lambda _doing, _action: say("redeem.bonus.gone"),
    NoNeighbour: _nobody,
}
