"""The words that carriers and gateways keep for themselves."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Carrier(enum.StrEnum):
    """What carriers' words do; the values are those of Twilio's `OptOutType`."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


CARRIER_WORDS: Mapping[str, Carrier] = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"), Carrier.STOP
    ),
    **dict.fromkeys(("start", "yes", "unstop"), Carrier.START),
    **dict.fromkeys(("help", "info"), Carrier.HELP),
}
"""Twilio's default keywords, which are those of the CTIA's handbook."""
