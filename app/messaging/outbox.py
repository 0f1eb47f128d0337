"""Texts that go out: written in the transaction that causes them, sent by the worker afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.conversation.catalogue import Catalogue
from app.conversation.fit import measure
from app.conversation.values import Value
from app.db import conflict
from app.jobs import Jobs
from app.kernel.ids import new_id
from app.messaging import budgets
from app.messaging.contacts import opted_out
from app.messaging.gateways import SmsGateways
from app.messaging.models import OutboxMessage, OutboxStatus

DELIVER_TEXTS: Final = "deliver_texts"
"""The job that sends what is due."""
BEFORE_ALL_OTHERS: Final = -10
"""The priority of replies: somebody is waiting."""
AFTER_ALL_OTHERS: Final = 10
"""The priority of texts that nobody waits for; all others have 0."""


@dataclass(frozen=True)
class Postman:
    catalogue: Catalogue
    gateways: SmsGateways
    jobs: Jobs

    def text(
        self,
        session: Session,
        *,
        phone: str,
        language: str,
        key: str,
        values: Mapping[str, Value],
        now: datetime,
        household_id: UUID | None = None,
        dedupe_key: str | None = None,
        not_before: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> UUID | None:
        """Write the catalogue's text `key` to the outbox, in the caller's transaction; its row's id.

        None where the phone has opted out. A repeated `dedupe_key` gives the first row's id and writes
        nothing. Not sent before `not_before`, and never after `expires_at`: then it is dropped, and that is
        recorded. Raises `KeyError` for an unknown key or a missing value.
        """
        body = self.catalogue.text(key, language, **values)
        budgets.watch(self.catalogue, key, language, body)
        return self.wording(
            session,
            phone=phone,
            language=language,
            template=key,
            body=body,
            now=now,
            household_id=household_id,
            dedupe_key=dedupe_key,
            not_before=not_before,
            expires_at=expires_at,
        )

    def wording(
        self,
        session: Session,
        *,
        phone: str,
        language: str,
        template: str,
        body: str,
        now: datetime,
        household_id: UUID | None = None,
        dedupe_key: str | None = None,
        not_before: datetime | None = None,
        expires_at: datetime | None = None,
        priority: int = 0,
    ) -> UUID | None:
        """As `text`, for a body that people worded and no catalogue holds; `template` says what it is.

        It is sent as it stands, letter by letter. `priority`: the lowest is sent first.
        """
        if opted_out(session, phone):
            return None
        size = measure(body)
        row_id: UUID | None = session.scalar(
            conflict.insert(session, OutboxMessage)
            .values(
                id=new_id(),
                phone=phone,
                household_id=household_id,
                template=template,
                language=language,
                body=body,
                encoding=size.encoding.value,
                parts=size.parts,
                status=OutboxStatus.QUEUED,
                dedupe_key=dedupe_key,
                priority=priority,
                not_before=not_before or now,
                expires_at=expires_at,
                gateway=self.gateways.for_phone(phone).name,
                created_at=now,
                updated_at=now,
            )
            .on_conflict_do_nothing(index_elements=["dedupe_key"])
            .returning(OutboxMessage.id)
        )
        if row_id is None:
            return session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key))
        if not_before is None or not_before <= now:
            self.jobs.enqueue(session, DELIVER_TEXTS)
        return row_id
