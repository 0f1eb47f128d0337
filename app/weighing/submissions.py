"""What a collector's form submits, and how a repeat of it is told from something else.

The id is made in the form. `content` leaves out the time: a plain form's time is the moment of its arrival, and
pressing the button twice must not look like two different weighings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.pickups.statuses import MissedReason
from app.weighing.models import ConflictingSubmission, ConflictReason, Via

log = structlog.get_logger()


class Sent(Protocol):
    """Anything with an id made on a collector's phone."""

    @property
    def id(self) -> UUID: ...
    @property
    def collector_id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...
    def content(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Submission:
    """Weights of one stop. `grams` by material code."""

    id: UUID
    pickup_id: UUID
    collector_id: UUID
    grams: Mapping[str, int]
    weighed_at: datetime
    off_route: bool = False
    """The caller found the stop on no route of this collector's."""
    device_at: datetime | None = None
    via: Via = Via.FORM

    @property
    def at(self) -> datetime:
        return self.weighed_at

    def content(self) -> dict[str, Any]:
        weighed = {code: grams for code, grams in sorted(self.grams.items()) if grams}
        return {**_of(self.pickup_id, self.collector_id), "grams": weighed}


@dataclass(frozen=True)
class Missed:
    """Why nothing was weighed at a stop."""

    id: UUID
    pickup_id: UUID
    collector_id: UUID
    reason: MissedReason
    note: str
    at: datetime
    off_route: bool = False
    device_at: datetime | None = None
    via: Via = Via.FORM

    def content(self) -> dict[str, Any]:
        said = {"reason": self.reason.value, "note": self.note.strip()}
        return {**_of(self.pickup_id, self.collector_id), **said}


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256, the same for the same content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def keep_aside(
    session: Session,
    submitted: Sent,
    reason: ConflictReason,
    now: datetime,
) -> None:
    """Keep what was submitted for a person to look at, once however often it comes."""
    content = submitted.content()
    content_digest = digest(content)
    known = session.scalar(
        select(ConflictingSubmission.id).where(
            ConflictingSubmission.visit_id == submitted.id,
            ConflictingSubmission.content_digest == content_digest,
        )
    )
    if known is not None:
        return
    session.add(
        ConflictingSubmission(
            id=new_id(),
            visit_id=submitted.id,
            reason=reason,
            content_digest=content_digest,
            collector_id=submitted.collector_id,
            content={**content, "at": submitted.at.isoformat()},
            received_at=now,
        )
    )
    session.flush()
    log.warning("record.kept_aside", record_id=str(submitted.id), reason=reason.value)


def _of(pickup_id: UUID, collector_id: UUID) -> dict[str, str]:
    return {"pickup_id": str(pickup_id), "collector_id": str(collector_id)}
