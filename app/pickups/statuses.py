"""What can become of a pickup."""

from __future__ import annotations

import enum

from app.errors import IllegalTransition


class PickupStatus(enum.StrEnum):
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ROUTED = "routed"
    COLLECTED = "collected"
    MISSED = "missed"
    CANCELLED = "cancelled"


class MissedReason(enum.StrEnum):
    NOBODY_HOME = "nobody_home"
    NOTHING_TO_GIVE = "nothing_to_give"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    UNSAFE = "unsafe"
    NOT_VISITED = "not_visited"
    """The day ended without a word from the collector; recorded by the service, not by a person."""


class CancelReason(enum.StrEnum):
    LEFT = "left"
    PAUSED = "paused"
    CLOSED = "closed"
    """No collection that day, and it could not be moved."""
    MERGED = "merged"
    """Moved onto a day on which the household already had one."""
    UNSERVED = "unserved"
    """There was no room for it on that day's routes; the household was given another day."""
    OFFICE = "office"
    """Somebody decided so; it does not come back by itself."""


REVIVABLE = frozenset({CancelReason.LEFT, CancelReason.PAUSED, CancelReason.CLOSED, CancelReason.MERGED})
"""Their cause may end; the schedule then makes the pickup stand again."""

_S = PickupStatus
TRANSITIONS: dict[PickupStatus, frozenset[PickupStatus]] = {
    _S.SCHEDULED: frozenset(
        {_S.SCHEDULED, _S.CONFIRMED, _S.DECLINED, _S.ROUTED, _S.COLLECTED, _S.MISSED, _S.CANCELLED}
    ),
    # Scheduled anew where its day is moved; so below.
    _S.CONFIRMED: frozenset({_S.SCHEDULED, _S.DECLINED, _S.ROUTED, _S.COLLECTED, _S.MISSED, _S.CANCELLED}),
    # A household that said no may change its mind, or a neighbour may hand the bag over after all.
    _S.DECLINED: frozenset({_S.CONFIRMED, _S.ROUTED, _S.COLLECTED, _S.CANCELLED}),
    _S.ROUTED: frozenset({_S.SCHEDULED, _S.DECLINED, _S.COLLECTED, _S.MISSED, _S.CANCELLED}),
    # A weighing can reach us after the collector's first "nobody home".
    _S.MISSED: frozenset({_S.COLLECTED}),
    _S.COLLECTED: frozenset(),
    # Material that was weighed counts, even where the office had cancelled meanwhile.
    _S.CANCELLED: frozenset({_S.SCHEDULED, _S.COLLECTED}),
}

OPEN = frozenset({_S.SCHEDULED, _S.CONFIRMED, _S.ROUTED})
"""Somebody is expected to come."""


def check_move(before: PickupStatus, after: PickupStatus) -> None:
    """Raises `IllegalTransition`."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition("a pickup", before, after)
