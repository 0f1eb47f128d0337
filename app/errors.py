"""Everything that may go wrong on purpose.

WeighbackError
├── ConfigurationError       a setting is missing or wrong; the process does not start
├── InvalidInput             422: what was sent cannot be read; names the field
├── NotSignedIn              401
├── NotAllowed               403
├── NotFound                 404
├── Conflict                 409: it is at odds with what is already recorded
│   ├── IllegalTransition    a status cannot move that way
│   └── Refused              a rule of the house says no
│       ├── InsufficientBalance
│       ├── NoFloat          our own money with those who pay is too little
│       ├── OutOfStock       of a reward
│       ├── BonusGone        that was promised with a reward
│       └── NoNeighbour      whom anything can be given to
└── TooManyTries             429: wait before trying again

Adapters raise their own closed sets (see each port), which never reach the web layer.
"""

from __future__ import annotations

from typing import ClassVar


class WeighbackError(Exception):
    """`detail` is a sentence for whoever asked; `code` is for their program."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ConfigurationError(WeighbackError):
    code = "configuration"


class InvalidInput(WeighbackError):
    code = "invalid-input"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class NotSignedIn(WeighbackError):
    code = "not-signed-in"


class NotAllowed(WeighbackError):
    code = "not-allowed"


class NotFound(WeighbackError):
    code = "not-found"


class Conflict(WeighbackError):
    code = "conflict"


class IllegalTransition(Conflict):
    code = "illegal-transition"

    def __init__(self, what: str, before: str, after: str) -> None:
        super().__init__(f"{what} cannot go from {before} to {after}")


class Refused(Conflict):
    code = "refused"


class InsufficientBalance(Refused):
    code = "insufficient-balance"


class OutOfStock(Refused):
    code = "out-of-stock"


class BonusGone(Refused):
    code = "bonus-gone"


class NoNeighbour(Refused):
    code = "no-neighbour"


class NoFloat(Refused):
    """Nobody who could pay it has enough of our money just now; it may be had later."""

    code = "no-float"


class TooManyTries(WeighbackError):
    code = "too-many-tries"

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds
