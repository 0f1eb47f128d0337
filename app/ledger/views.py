"""The book as it is shown: what `app.ledger.reading` answers with. Amounts are whole minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.ledger.chart import AccountKind


@dataclass(frozen=True)
class AccountView:
    id: UUID
    code: str
    kind: AccountKind
    household_id: UUID | None
    currency: str
    balance_minor: int
    entries: int


@dataclass(frozen=True)
class PostingView:
    position: int
    source_code: str
    destination_code: str
    amount_minor: int


@dataclass(frozen=True)
class TransferView:
    id: UUID
    key: str
    kind: str
    reason: str
    cause_type: str
    cause_id: UUID
    effective_at: datetime
    recorded_at: datetime
    postings: tuple[PostingView, ...]


@dataclass(frozen=True)
class EntryView:
    sequence: int
    transfer_id: UUID
    kind: str
    reason: str
    amount_minor: int
    balance_minor: int
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class HoldView:
    id: UUID
    code: str
    balance_minor: int
