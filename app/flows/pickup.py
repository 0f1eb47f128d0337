"""PICKUP, SKIP, NEXT and READY: when somebody comes. NEAR: a text when they are a few stops away, or none any more."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import Outcome, Step, say
from app.flows.actions import ConfirmPickup, RequestPickup, SkipPickup, TurnNear
from app.flows.home import about_a_home
from app.flows.snapshot import UPCOMING, Home, Snapshot


def _request(_said: Said, _facts: Snapshot, home: Home) -> Outcome:
    return Step(action=RequestPickup(home.id))


def _skip(_said: Said, _facts: Snapshot, home: Home) -> Outcome:
    return Step(action=SkipPickup(home.id))


def _ready(_said: Said, _facts: Snapshot, home: Home) -> Outcome:
    return Step(action=ConfirmPickup(home.id))


def _near(_said: Said, _facts: Snapshot, home: Home) -> Outcome:
    return Step(action=TurnNear(home.id))


def _next(_said: Said, facts: Snapshot, _home: Home) -> Outcome:
    visit = facts.upcoming
    if visit is None:
        return Step(reply=say("next.none"))
    return Step(reply=say("next.ready" if visit.ready else "next.is", **visit.when))


ENTRIES = (
    about_a_home("PICKUP", _request),
    about_a_home("SKIP", _skip),
    about_a_home("READY", _ready),
    about_a_home("NEAR", _near),
    about_a_home("NEXT", _next, needs=frozenset({UPCOMING})),
)
