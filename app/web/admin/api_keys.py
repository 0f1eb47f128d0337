"""API keys: who may do what through this API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access import keys
from app.access.keys import Caller
from app.access.models import ApiKey
from app.access.scopes import SCOPES
from app.errors import NotFound
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/api-keys", tags=["api-keys"])
READER = [Depends(needs("api-keys:read"))]
Writer = Annotated[Caller, Depends(needs("api-keys:write"))]

_EXAMPLE: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000006",
    "name": "dispatch board",
    "scopes": ["pickups:read", "routes:write"],
    "created_at": "2026-11-23T08:00:00Z",
    "revoked_at": None,
    "last_used_at": None,
}


class KeyQuery(ListQuery):
    active: bool | None = Field(None, description="Only keys that were not revoked, or only those that were.")


class NewKey(Input):
    model_config = example(name="dispatch board", scopes=["pickups:read", "routes:write"])

    name: Line = Field(max_length=60)
    scopes: list[Line] = Field(
        min_length=1, max_length=len(SCOPES), description=f"Among {', '.join(sorted(SCOPES))}."
    )


class KeyOut(Output):
    model_config = example(**_EXAMPLE)

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To within five minutes.")


class NewKeyOut(KeyOut):
    model_config = example(**_EXAMPLE, key="wb_VmVyeS1zZWNyZXQtYW5kLW9ubHktc2hvd24tb25jZQ")

    key: str = Field(description="Shown here and never again.")


@router.get("", summary="List API keys", dependencies=READER)
def list_keys(asked: Annotated[KeyQuery, Query()], container: Here) -> Page[KeyOut]:
    """Keys, newest first, without the secrets, which are kept nowhere."""
    query = select(ApiKey)
    if asked.active is not None:
        query = query.where(ApiKey.revoked_at.is_(None) == asked.active)
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, ApiKey.id)
    return Page(items=[KeyOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{key_id}", summary="Read an API key", dependencies=READER)
def read_key(key_id: UUID, container: Here) -> KeyOut:
    """One key, without its secret."""
    with container.database.unit_of_work() as session:
        row = session.get(ApiKey, key_id)
        if row is None:
            raise NotFound("There is no such API key.")
        return KeyOut.model_validate(row)


@router.post("", status_code=201, summary="Create an API key")
def create_key(new: NewKey, caller: Writer, container: Here) -> NewKeyOut:
    """A new key. Nobody can give a scope they do not have. The secret is in this answer only."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        made = keys.create_key(session, name=new.name, scopes=new.scopes, by=caller, now=now)
    return NewKeyOut(**KeyOut.model_validate(made.row).model_dump(), key=made.key)


@router.post("/{key_id}/revoke", summary="Revoke an API key")
def revoke_key(key_id: UUID, caller: Writer, container: Here) -> KeyOut:
    """End a key at once. Revoking it again changes nothing."""
    with container.database.unit_of_work() as session:
        row = keys.revoke(session, key_id, by=caller, now=container.clock.now())
    return KeyOut.model_validate(row)
