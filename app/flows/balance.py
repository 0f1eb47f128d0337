"""BALANCE and RATES: what is there, and what earns it."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import Outcome, Reply, Step, line, say
from app.flows.home import about_a_home
from app.flows.snapshot import BALANCE, RATES, Home, Snapshot


def _balance(_said: Said, facts: Snapshot, home: Home) -> Outcome:
    held_minor = facts.purse.held_minor if facts.purse else 0
    if held_minor:
        return Step(
            reply=say("balance.held", name=home.name, balance=facts.balance, held=facts.money(held_minor))
        )
    return Step(reply=say("balance.is", name=home.name, balance=facts.balance))


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
