"""What a key may do: one scope per noun and direction, and `admin` for everything."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import InvalidInput

READ_AND_WRITE = (
    "households",
    "collectors",
    "zones",
    "hubs",
    "service-days",
    "exceptions",
    "pickups",
    "routes",
    "rounds",
    "materials",
    "rates",
    "rewards",
    "redemptions",
    "merchants",
    "vouchers",
    "payouts",
    "floats",
    "reconciliations",
    "bags",
    "disputes",
    "cases",
    "held-credits",
    "integrity-findings",
    "consent-events",
    "api-keys",
    "campaigns",
    "transfers",
)
READ_ONLY = ("weighings", "hub-weighins", "photos", "accounts", "messages", "reports", "audit-events")

EVERYTHING = "admin"
SCOPES = frozenset(
    {EVERYTHING}
    | {f"{noun}:read" for noun in READ_AND_WRITE + READ_ONLY}
    | {f"{noun}:write" for noun in READ_AND_WRITE}
)


def check_scopes(asked: Iterable[str]) -> list[str]:
    """The scopes, sorted and each once. Raises `InvalidInput` for an unknown one, or none at all."""
    scopes = sorted(set(asked))
    if not scopes:
        raise InvalidInput("scopes", "name at least one scope, such as households:read")
    for scope in scopes:
        if scope not in SCOPES:
            raise InvalidInput(
                "scopes", f"there is no scope {scope!r}; the scopes are {', '.join(sorted(SCOPES))}"
            )
    return scopes
