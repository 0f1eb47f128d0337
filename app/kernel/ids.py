"""Identifiers: UUID version 7 (RFC 9562), so that sorting by id is sorting by creation."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh, time-ordered id."""
    return uuid_utils.compat.uuid7()
