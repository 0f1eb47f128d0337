"""Sums period by period in one query, on databases that disagree about dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case


def period(moment: Any, edges: Sequence[datetime]) -> ColumnElement[int]:
    """The number of the period that `moment` falls in: 0 from `edges[0]` up to but without `edges[1]`, and so on.

    Label it and group by the label's name: PostgreSQL does not see that two expressions with parameters are one.
    `moment` is a column. Moments outside the edges must be left out by the query's own `where`; see `within`.
    """
    later = [(moment >= edge, number) for number, edge in reversed(list(enumerate(edges[:-1]))) if number]
    return case(*later, else_=0) if later else case((moment >= edges[0], 0), else_=0)


def within(moment: Any, edges: Sequence[datetime]) -> ColumnElement[bool]:
    """Whether `moment` falls in any of the periods."""
    inside: ColumnElement[bool] = (moment >= edges[0]) & (moment < edges[-1])
    return inside
