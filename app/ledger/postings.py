"""What a transfer says, before any database sees it. Pure.

A posting moves a positive amount from one account to another, so a transfer balances by its shape: there is
no way to write one side only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID


class NotAPosting(ValueError):
    """An amount that is not positive, or an account paying itself."""


@dataclass(frozen=True)
class Posting:
    source_account_id: UUID
    destination_account_id: UUID
    amount_minor: int

    def __post_init__(self) -> None:
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise NotAPosting("an amount is a whole number of minor units")
        if self.amount_minor <= 0:
            raise NotAPosting("an amount is positive; swap the accounts to move it back")
        if self.source_account_id == self.destination_account_id:
            raise NotAPosting("a posting needs two accounts")


@dataclass(frozen=True)
class Cause:
    """What in the world made the transfer: a table's singular name and a row's id."""

    type: str
    id: UUID


def content_digest(kind: str, postings: Sequence[Posting], cause: Cause, effective_at: datetime) -> str:
    """SHA-256 over all that a transfer means; two transfers under one key must agree on it."""
    content = {
        "kind": kind,
        "cause": [cause.type, str(cause.id)],
        "effective_at": effective_at.astimezone(UTC).isoformat(),
        "postings": [
            [str(posting.source_account_id), str(posting.destination_account_id), posting.amount_minor]
            for posting in postings
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
