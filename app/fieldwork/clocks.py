"""What time it was when a phone's clock said so. Pure.

Phones in the field lose their batteries and wake up years ago. So a record carries the phone's own time, and how far
that was off when the service was last heard; a batch carries the phone's time at which it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""A time so little after the arrival is the arrival's: the offset was measured over a slow network."""
MOST = timedelta(days=366 * 200)
"""No offset is larger: beyond that a date could no longer be written down."""


@dataclass(frozen=True)
class Stamp:
    """When a record was made, as its phone tells it."""

    device_at: datetime
    offset: timedelta | None = None
    """To be added, as known to the phone at that moment; None where its clock had jumped since."""


def corrected(
    stamp: Stamp, *, sent_at: datetime | None, received_at: datetime, earliest: datetime
) -> datetime:
    """The most likely moment between `earliest` and `received_at`.

    Tried in turn: the offset that was known when the record was made, the one measured by this very batch
    (`sent_at` by the phone's clock), the phone's clock as it stands. What falls outside is not believed; where
    nothing is left, the arrival is all that is certain.
    """
    offsets = [stamp.offset, received_at - sent_at if sent_at else None, timedelta(0)]
    for offset in offsets:
        if offset is None or abs(offset) > MOST:
            continue
        try:
            moment = stamp.device_at + offset
        except OverflowError:
            continue
        if earliest <= moment <= received_at + TOLERANCE:
            return min(moment, received_at)
    return received_at
