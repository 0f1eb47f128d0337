"""What a provider may offer besides paying: its word on our float, and its statement of a day."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Told:
    """What a provider says of our account with it."""

    balance_minor: int | None = None
    """None where it was not told."""
    failure: str | None = None
    """Why it was not; None beside no balance = it says that there is no end to it."""


@runtime_checkable
class BalanceTeller(Protocol):
    """A provider that answers what is left of our float."""

    async def balance(self) -> Told:
        """One question, answered on the same call. Never raises for what the provider or the network does."""
        ...


class StatementStatus(enum.StrEnum):
    """What a line of a statement says of its payment."""

    CREDITED = "credited"
    """Money left our float and was not given back."""
    PENDING = "pending"
    FAILED = "failed"
    """Nothing was taken, or it was given back."""
    OTHER = "other"
    """No payment of ours: a top-up of our float, a fee."""


@dataclass(frozen=True)
class StatementLine:
    """One movement of our account with a provider, in the provider's words and our units."""

    status: StatementStatus
    amount_minor: int
    currency: str
    at: datetime
    reference: str | None = None
    """Ours, where the statement has it."""
    provider_reference: str | None = None
    payee_phone: str | None = None
    """E.164."""
    fee_minor: int = 0
    line: int | None = None
    """Of the file that it was read from, counted from 1."""


class StatementFailed(Exception):
    """The statement could not be had; its text says why. Try again later."""


@runtime_checkable
class StatementTeller(Protocol):
    """A provider whose statement can be asked for by program."""

    async def statement(self, since: datetime, until: datetime) -> Sequence[StatementLine]:
        """Every movement in `since <= at < until`, in any order. Raises `StatementFailed`."""
        ...
