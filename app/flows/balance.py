"""BALANCE and RATES: what is there, and what earns it."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import Line, Outcome, Reply, Step, line, say
from app.flows.home import about_a_home
from app.flows.snapshot import BALANCE, RATES, Home, Snapshot


def _balance(_said: Said, facts: Snapshot, home: Home) -> Outcome:
    held_minor = facts.purse.held_minor if facts.purse else 0
    credit = (
        line("balance.held", name=home.name, balance=facts.balance, held=facts.money(held_minor))
        if held_minor
        else line("balance.is", name=home.name, balance=facts.balance)
    )
    return Step(reply=Reply((credit, *_put_aside(facts)), brief=bool(facts.goals)))


def _put_aside(facts: Snapshot) -> tuple[Line, ...]:
    """One goal by its name; more of them together in a text, for each costs room."""
    if facts.on_screen or len(facts.goals) == 1:
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
