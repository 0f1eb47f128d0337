"""BALANCE and RATES: what is there, and what earns it."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import Line, Outcome, Reply, Step, line, say
from app.flows.home import about_a_home
from app.flows.snapshot import BALANCE, RATES, Home, Snapshot


def _balance(_said: Said, facts: Snapshot, home: Home) -> Outcome:
    credit = line("balance.is", name=home.name, balance=facts.balance)
    vouchers = _vouchers(facts)
    beside = (*vouchers, *_put_aside(facts, by_name=not vouchers))
    return Step(reply=Reply((credit, *_under_way(facts), *_looked_at(facts), *beside), brief=bool(beside)))


def _under_way(facts: Snapshot) -> tuple[Line, ...]:
    """What is on hold and no voucher's."""
    held_minor = facts.purse.held_minor if facts.purse else 0
    held_minor -= sum(voucher.amount_minor for voucher in facts.vouchers)
    return (line("balance.held", held=facts.money(held_minor)),) if held_minor else ()


def _vouchers(facts: Snapshot) -> tuple[Line, ...]:
    """As `_put_aside`; which one a code belongs to is told by its last digits, the code itself by VOUCHER."""
    if facts.on_screen or len(facts.vouchers) == 1:
        return tuple(
            line(
                "balance.voucher",
                digits=voucher.digits,
                amount=facts.money(voucher.amount_minor),
                date=voucher.last_day,
            )
            for voucher in facts.vouchers
        )
    if not facts.vouchers:
        return ()
    together_minor = sum(voucher.amount_minor for voucher in facts.vouchers)
    return (
        line(
            "balance.vouchers",
            count=len(facts.vouchers),
            amount=facts.money(together_minor),
            date=facts.vouchers[0].last_day,
        ),
    )


def _looked_at(facts: Snapshot) -> tuple[Line, ...]:
    looked_at_minor = facts.purse.looked_at_minor if facts.purse else 0
    return (line("balance.looked-at", amount=facts.money(looked_at_minor)),) if looked_at_minor else ()


def _put_aside(facts: Snapshot, *, by_name: bool) -> tuple[Line, ...]:
    """One goal by its name; more of them together in a text, for each costs room."""
    if facts.on_screen or (by_name and len(facts.goals) == 1):
        return tuple(
            line("balance.goal", reward=goal.name, saved=facts.money(goal.amount_minor))
            for goal in facts.goals
        )
    saved_minor = sum(goal.amount_minor for goal in facts.goals)
    return (line("balance.goals", saved=facts.money(saved_minor)),) if saved_minor else ()


def _rates(_said: Said, facts: Snapshot, home: Home) -> Outcome:
    if not facts.prices:
        return Step(reply=say("rates.none", zone=home.zone_name))
    prices = (
        line("rates.material", material=price.material, rate=facts.money(price.amount_minor))
        for price in facts.prices
    )
    return Step(reply=Reply((line("rates.title", zone=home.zone_name), *prices)))


ENTRIES = (
    about_a_home("BALANCE", _balance, needs=frozenset({BALANCE}), left_too=True, private=True),
    about_a_home("RATES", _rates, needs=frozenset({RATES})),
)
