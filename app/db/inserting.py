"""Inserting rows that may be there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql import Insert


def insert_new(
    session: Session, model: type[DeclarativeBase], unique: Sequence[InstrumentedAttribute[Any]]
) -> Insert:
    """An insert into `model`'s table that passes over rows whose `unique` columns are there already.

    A row that another open transaction has inserted is waited for.
    """
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model).on_conflict_do_nothing(index_elements=unique)
    return sqlite.insert(model).on_conflict_do_nothing(index_elements=unique)
