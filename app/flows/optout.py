"""STOP, START and HELP: who may be texted. Pure.

Carriers' words come first, whatever was being talked about. Where the gateway has acted on one already
(Twilio's `OptOutType`), it has answered too: what it did is recorded and nothing more is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.conversation.keywords import Carrier, Meaning
from app.conversation.states import Reply, say
from app.flows.snapshot import Snapshot


@dataclass(frozen=True)
class Decision:
    """What a text means for consent, and whether the conversation goes on with it."""

    agrees: bool | None = None
    """True: may be texted; False: no more texts; None: says nothing of it."""
    reply: Reply | None = None
    goes_on: bool = False


GO_ON = Decision(goes_on=True)
SILENT = Decision()


def decide(
    meaning: Meaning, handled: Carrier | None, facts: Snapshot, *, opted_out: bool, asked: bool
) -> Decision:
    """What follows from a text. `handled`: what the gateway did by itself; `asked`: a question of ours is open."""
    if handled:
        return Decision(agrees=_AGREES[handled])
    if meaning.carrier is Carrier.STOP and not opted_out:
        return Decision(agrees=False, reply=say("consent.out", programme=facts.programme))
    if meaning.carrier is Carrier.START and not (asked and not opted_out and "agree" in meaning.said.kinds):
        return Decision(agrees=True, reply=_welcome(facts))
    if meaning.carrier is Carrier.HELP:
        return Decision(reply=_help(facts, opted_out=opted_out))
    if meaning.command == "JOIN" and (not meaning.guessed if opted_out else not facts.homes):
        return Decision(agrees=True, goes_on=True)
    return SILENT if opted_out else GO_ON  # a plain "yes" to a question of ours goes on too


_AGREES = {Carrier.STOP: False, Carrier.START: True, Carrier.HELP: None}


def _welcome(facts: Snapshot) -> Reply:
    if facts.shop and not facts.homes:
        return say("help.shop", programme=facts.programme)
    return say("consent.in" if facts.homes else "consent.in.stranger", programme=facts.programme)


def _help(facts: Snapshot, *, opted_out: bool) -> Reply:
    if opted_out:
        return say("help.opted-out", programme=facts.programme)
    return say(help_key(facts), programme=facts.programme)


def help_key(facts: Snapshot) -> str:
    """Which help suits whoever asks."""
    if facts.homes:
        return "help"
    return "help.shop" if facts.shop else "help.stranger"
