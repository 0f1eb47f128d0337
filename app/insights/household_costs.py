"""What a household's texts cost, against what its material was worth to it: the credit it was given.

A programme that spends more on telling people things than their material is worth has its texts to mend first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision
from sqlalchemy import CTE, ColumnElement, Integer, Select, func, literal_column, select, tuple_, union_all
from sqlalchemy.orm import Session

from app.db.periods import within
from app.insights.text_costs import PRICE, percent, rounded
from app.kernel.grams import GRAMS_PER_KILOGRAM
from app.kernel.money import MICROS_DIGITS
from app.ledger.totals import given_to_households
from app.messaging.models import OutboxMessage, UssdSession, UssdTurn
from app.weighing.models import Weighing, WeighingLine

_SUMS = ("texts", "parts", "priced", "sessions", "priced_sessions", "micros", "credit_minor")
_NOTHING: ColumnElement[int] = literal_column("0", Integer)


@dataclass(frozen=True)
class Balance:
    """Texts and USSD sessions on one side, credit on the other."""

    texts: int
    parts: int
    unpriced_texts: int
    ussd_sessions: int
    unpriced_ussd_sessions: int
    known_micros: int
    """Of the texts and sessions whose price is known."""
    credit_minor: int
    """Given in the month, corrections taken off."""
    credit_micros: int
    """The same, in the unit of prices."""

    @property
    def cost_micros(self) -> int | None:
        """Of the texts and sessions whose price is known; None where there are some and none has one."""
        all_of_them = self.texts + self.ussd_sessions
        unpriced = self.unpriced_texts + self.unpriced_ussd_sessions
        return None if all_of_them and all_of_them == unpriced else self.known_micros

    @property
    def percent_of_credit(self) -> float | None:
        """None where no price is known, or there was no credit to compare with."""
        return None if self.cost_micros is None else percent(self.cost_micros, self.credit_micros)


@dataclass(frozen=True)
class HouseholdCost(Balance):
    household_id: UUID


@dataclass(frozen=True)
class ProgrammeCost(Balance):
    """Everybody's, and the texts that belong to no household, such as those to people who are about to join."""

    grams: int
    """As weighed at the doors."""

    @property
    def cost_per_kilogram_micros(self) -> int | None:
        if self.cost_micros is None:
            return None
        return rounded(self.cost_micros * GRAMS_PER_KILOGRAM, self.grams)


def household_costs(
    session: Session, edges: Sequence[datetime], currency: str, *, after: UUID | None, limit: int
) -> list[HouseholdCost]:
    """Households with texts or credit between `edges`, the one whose texts left it the least value first.

    `after` is the household that the page before ended with.
    """
    each = _each(edges)
    key = (_left_micros(each, currency), each.c.household_id)
    query = select(each).where(each.c.household_id.is_not(None)).order_by(*key).limit(limit)
    if after is not None:
        last = select(*key).where(each.c.household_id == after).correlate(None).scalar_subquery()
        query = query.where(tuple_(*key) > last)
    return [
        HouseholdCost(household_id=row.household_id, **_balance(row, currency))
        for row in session.execute(query)
    ]


def programme_cost(session: Session, edges: Sequence[datetime], currency: str) -> ProgrammeCost:
    """The whole programme's between `edges`."""
    each = _each(edges)
    total = session.execute(select(*(func.sum(each.c[name]).label(name) for name in _SUMS))).one()
    grams = session.scalar(
        select(func.sum(WeighingLine.grams))
        .join_from(WeighingLine, Weighing, Weighing.id == WeighingLine.weighing_id)
        .where(within(Weighing.weighed_at, edges))
    )
    return ProgrammeCost(grams=int(grams or 0), **_balance(total, currency))


def _each(edges: Sequence[datetime]) -> CTE:
    """One row per household, and one of the texts and sessions that belong to none."""
    texts = (
        select(
            OutboxMessage.household_id,
            func.count().label("texts"),
            func.sum(OutboxMessage.parts).label("parts"),
            func.count(PRICE).label("priced"),
            _NOTHING.label("sessions"),
            _NOTHING.label("priced_sessions"),
            func.coalesce(func.sum(PRICE), 0).label("micros"),
            _NOTHING.label("credit_minor"),
        )
        .where(within(OutboxMessage.sent_at, edges))
        .group_by(OutboxMessage.household_id)
    )
    given = given_to_households(edges).subquery()
    credit = select(given.c.household_id, *[_NOTHING] * 6, given.c.credit_minor)
    both = union_all(texts, _sessions(edges), credit).subquery()
    sums = (func.sum(both.c[name]).label(name) for name in _SUMS)
    return select(both.c.household_id, *sums).group_by(both.c.household_id).cte("each")


def _sessions(edges: Sequence[datetime]) -> Select[*tuple[Any, ...]]:
    """As the texts' rows. A session is the household's that it was last about."""
    about = (
        select(UssdTurn.household_id)
        .where(UssdTurn.ussd_session_id == UssdSession.id, UssdTurn.household_id.is_not(None))
        .order_by(UssdTurn.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    began = (
        select(about.label("household_id"), UssdSession.told_price_micros.label("micros"))
        .where(within(UssdSession.started_at, edges))
        .subquery()
    )
    return select(
        began.c.household_id,
        *[_NOTHING] * 3,
        func.count(),
        func.count(began.c.micros),
        func.coalesce(func.sum(began.c.micros), 0),
        _NOTHING,
    ).group_by(began.c.household_id)


def _left_micros(each: CTE, currency: str) -> Any:
    """What the credit is worth after the texts were paid for; below zero where they cost more."""
    return each.c.credit_minor * _micros_per_minor(currency) - each.c.micros


def _balance(row: Any, currency: str) -> dict[str, int]:
    texts, sessions = int(row.texts or 0), int(row.sessions or 0)
    credit_minor = int(row.credit_minor or 0)
    return {
        "texts": texts,
        "parts": int(row.parts or 0),
        "unpriced_texts": texts - int(row.priced or 0),
        "ussd_sessions": sessions,
        "unpriced_ussd_sessions": sessions - int(row.priced_sessions or 0),
        "known_micros": int(row.micros or 0),
        "credit_minor": credit_minor,
        "credit_micros": credit_minor * _micros_per_minor(currency),
    }


def _micros_per_minor(currency: str) -> int:
    return int(10 ** (MICROS_DIGITS - get_currency_precision(currency)))
