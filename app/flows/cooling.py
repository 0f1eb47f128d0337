"""What a phone is told that may not do something yet, because it is new in its household, or on its way out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from app.conversation.states import Reply, say
from app.conversation.values import Value
from app.flows.snapshot import Home, Snapshot


def too_new(home: Home) -> Reply:
    """Why it may not change phones or the PIN yet."""
    return say("phones.leaving") if home.leaves else say("phones.cooling", **_free_from(home))


def may_not_spend(facts: Snapshot, home: Home) -> Reply:
    """Why it may not spend yet, and from when it may."""
    if home.leaves:
        return say("phones.leaving")
    return say("redeem.cooling", balance=facts.balance, **_free_from(home))


def _free_from(home: Home) -> dict[str, Value]:
    assert home.cooling_until is not None, "asked only of a phone that is cooling"
    local = home.cooling_until.astimezone(ZoneInfo(home.timezone))
    return {"date": local.date(), "start": local.time().replace(second=0, microsecond=0)}
