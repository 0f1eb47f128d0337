"""An SMS gateway whose answers a test writes beforehand, and a recorder of nudges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.messaging.models import OutboxStatus
from app.messaging.ports import OutgoingText, ReportMeaning, SendFailed, Taken

STATUSES = {status.value: status for status in OutboxStatus}


@dataclass
class FakeGateway:
    """Takes what it is sent, unless `answers` holds an error for its turn."""

    name: str = "fake"
    sender: str = "+2348000009000"
    can_look_up: bool = True
    answers: deque[SendFailed | None] = field(default_factory=deque)
    always: SendFailed | None = None
    """What goes wrong with every text that `answers` says nothing of."""
    lost: bool = False
    """Whether a text is taken although its answer is an error."""
    taken: list[tuple[str, OutgoingText]] = field(default_factory=list)
    tried: list[OutgoingText] = field(default_factory=list)
    on_send: Callable[[], None] = lambda: None
    charges: str | None = None
    """What it says it charges for each text."""
    find_fails: SendFailed | None = None

    def send(self, text: OutgoingText) -> Taken:
        self.on_send()
        self.tried.append(text)
        error = self.answers.popleft() if self.answers else self.always
        if error is None or self.lost:
            self.taken.append((f"{self.name}-{len(self.taken) + 1}", text))
        if error is not None:
            raise error
        return Taken(self.taken[-1][0], self.charges)

    def find(self, text: OutgoingText, since: datetime) -> list[str]:
        if self.find_fails is not None:
            raise self.find_fails
        return [taken_id for taken_id, taken in self.taken if taken == text]

    def meaning(self, status: str, error_code: str | None) -> ReportMeaning:
        return ReportMeaning(STATUSES.get(status), opted_out=error_code == "opted-out")

    def authentic(self, url: str, form: Mapping[str, Any], signature: str | None) -> bool:
        return signature == "right"


@dataclass
class RecordedJobs:
    nudges: list[str] = field(default_factory=list)

    def enqueue(self, session: Session, name: str) -> None:
        self.nudges.append(name)
