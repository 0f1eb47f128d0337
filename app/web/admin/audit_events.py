"""Audit events: who read and changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from sqlalchemy import select

from app.access.models import AuditEvent
from app.errors import NotFound
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/audit-events", tags=["audit-events"])
READER = [Depends(needs("audit-events:read"))]


class AuditQuery(ListQuery):
    actor: str | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditEventOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000007",
        at="2026-11-23T08:00:00Z",
        actor="dispatch board 0193572a-6b00-7000-8000-000000000006",
        action="read",
        object_type="household",
        object_id="0193572a-6b00-7000-8000-000000000008",
        detail={},
    )

    id: UUID
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str | None
    detail: dict[str, Any]


@router.get("", summary="List audit events", dependencies=READER)
def list_audit_events(asked: Annotated[AuditQuery, Query()], container: Here) -> Page[AuditEventOut]:
    """The trail, newest first. An actor is a key's name and id, or the command line."""
    query = select(AuditEvent).where(
        *matching(
            (AuditEvent.actor, asked.actor),
            (AuditEvent.action, asked.action),
            (AuditEvent.object_type, asked.object_type),
            (AuditEvent.object_id, asked.object_id),
        )
    )
    if asked.since is not None:
        query = query.where(AuditEvent.at >= asked.since)
    if asked.until is not None:
        query = query.where(AuditEvent.at < asked.until)
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, AuditEvent.id)
    return Page(items=[AuditEventOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{event_id}", summary="Read an audit event", dependencies=READER)
def read_audit_event(event_id: UUID, container: Here) -> AuditEventOut:
    """One line of the trail."""
    with container.database.unit_of_work() as session:
        row = session.get(AuditEvent, event_id)
        if row is None:
            raise NotFound("There is no such audit event.")
        return AuditEventOut.model_validate(row)
