"""A gateway that carries nothing: texts stay in the outbox, where the simulator and the API show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog

from app.conversation.fit import measure
from app.kernel.phone import mask
from app.messaging.ports import OutgoingText, ReportMeaning, Taken

log = structlog.get_logger()


class Console:
    name = "console"
    sender = "console"
    can_look_up = True
    """What was lost on the way to it reached nobody, so it may be sent again."""

    def send(self, text: OutgoingText) -> Taken:
        log.info("text_on_console", phone=mask(text.phone), parts=measure(text.body).parts)
        return Taken(f"console-{uuid4().hex}")

    def find(self, text: OutgoingText, since: datetime) -> list[str]:  # noqa: ARG002 - the port's signature
        return []

    def meaning(self, status: str, error_code: str | None) -> ReportMeaning:
        log.error("unknown_report", gateway=self.name, status=status, code=error_code)
        return ReportMeaning(None)

    def authentic(self, url: str, form: Mapping[str, Any], signature: str | None) -> bool:  # noqa: ARG002 - the port's signature
        return False
