"""What a month's texts cost: by template and language, and by gateway.

Every text counts that a gateway took, in the month in which it did, whatever became of it: gateways charge for
texts that do not arrive. Sums of unknown prices are unknown: where some texts have no price, the cost is that of
the others, and how many have none stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.conversation.catalogue import Catalogue
from app.db.periods import within
from app.messaging.models import OutboxMessage, OutboxStatus, UssdSession

PRICE: Final[ColumnElement[int | None]] = func.coalesce(
    OutboxMessage.told_price_micros, OutboxMessage.price_micros
)
"""Micros of one text: the gateway's own word goes before our list's."""


@dataclass
class Sum:
    """Some texts and what they cost together."""

    texts: int = 0
    parts: int = 0
    known_micros: int = 0
    """Of those whose price is known."""
    unpriced_texts: int = 0
    told_texts: int = 0
    """Those of which the gateway itself said the price."""

    def add(self, other: Sum) -> None:
        self.texts += other.texts
        self.parts += other.parts
        self.known_micros += other.known_micros
        self.unpriced_texts += other.unpriced_texts
        self.told_texts += other.told_texts

    @property
    def cost_micros(self) -> int | None:
        """Of those whose price is known; None where there are texts and none has one."""
        return None if self.texts and self.texts == self.unpriced_texts else self.known_micros

    @property
    def cost_per_text_micros(self) -> int | None:
        """Over those whose price is known, rounded."""
        return rounded(self.known_micros, self.texts - self.unpriced_texts)


@dataclass
class TemplateCost(Sum):
    template: str = ""
    """The catalogue's key; of a reply of several lines, the first one's."""
    language: str = ""
    budget_parts: int | None = None
    """None for campaigns, which the office words, and where the catalogue does not have it any more."""
    largest_parts: int = 0
    over_budget_texts: int = 0
    percent: float | None = None
    """Of the whole cost, to the hundredth."""


@dataclass
class GatewayCost(Sum):
    gateway: str | None = None


@dataclass(frozen=True)
class Calls:
    """USSD sessions; what one costs its gateway says when it has ended."""

    sessions: int = 0
    known_micros: int = 0
    unpriced_sessions: int = 0

    @property
    def cost_micros(self) -> int | None:
        """Of those whose price is known; None where there are sessions and none has one."""
        return None if self.sessions and self.sessions == self.unpriced_sessions else self.known_micros


@dataclass
class TextCosts:
    total: Sum = field(default_factory=Sum)
    templates: list[TemplateCost] = field(default_factory=list)
    """The dearest first."""
    gateways: list[GatewayCost] = field(default_factory=list)
    ussd: Calls = field(default_factory=Calls)
    unclear_texts: int = 0
    """Whose gateway's answer was lost, and could not be looked up: they may have been charged for."""


def text_costs(session: Session, edges: Sequence[datetime], catalogue: Catalogue) -> TextCosts:
    """What the texts cost that went out between `edges`. Grouped in the database, whatever their number."""
    kinds = (OutboxMessage.template, OutboxMessage.language, OutboxMessage.gateway, OutboxMessage.parts)
    rows = session.execute(
        select(
            *kinds,
            func.count().label("texts"),
            func.sum(PRICE).label("micros"),
            func.count(PRICE).label("priced"),
            func.count(OutboxMessage.told_price_micros).label("told"),
        )
        .where(within(OutboxMessage.sent_at, edges))
        .group_by(*kinds)
    )
    found = TextCosts()
    by_template: dict[tuple[str, str], TemplateCost] = {}
    by_gateway: dict[str | None, GatewayCost] = {}
    for row in rows:
        one = Sum(
            texts=row.texts,
            parts=row.texts * row.parts,
            known_micros=int(row.micros or 0),
            unpriced_texts=row.texts - row.priced,
            told_texts=row.told,
        )
        found.total.add(one)
        by_gateway.setdefault(row.gateway, GatewayCost(gateway=row.gateway)).add(one)
        name = (row.template, row.language)
        if name not in by_template:
            by_template[name] = TemplateCost(
                template=row.template,
                language=row.language,
                budget_parts=catalogue.budget(row.template, row.language),
            )
        template = by_template[name]
        template.add(one)
        template.largest_parts = max(template.largest_parts, row.parts)
        if template.budget_parts is not None and row.parts > template.budget_parts:
            template.over_budget_texts += row.texts
    for template in by_template.values():
        template.percent = percent(template.known_micros, found.total.known_micros)
    found.templates = sorted(
        by_template.values(), key=lambda one: (-one.known_micros, -one.parts, one.template, one.language)
    )
    found.gateways = sorted(by_gateway.values(), key=lambda one: (-one.known_micros, one.gateway or ""))
    found.unclear_texts = _unclear(session, edges)
    found.ussd = calls(session, edges)
    return found


def calls(session: Session, edges: Sequence[datetime]) -> Calls:
    """The USSD sessions that began between `edges`."""
    told = UssdSession.told_price_micros
    row = session.execute(
        select(
            func.count().label("sessions"), func.sum(told).label("micros"), func.count(told).label("priced")
        )
        .select_from(UssdSession)
        .where(within(UssdSession.started_at, edges))
    ).one()
    return Calls(row.sessions, int(row.micros or 0), row.sessions - row.priced)


def _unclear(session: Session, edges: Sequence[datetime]) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .where(OutboxMessage.status == OutboxStatus.UNCLEAR, within(OutboxMessage.not_before, edges))
        )
        or 0
    )


def percent(part: int, whole: int) -> float | None:
    """`part` of `whole` in percent, to the hundredth; None of nothing."""
    return round(100 * part / whole, 2) if whole > 0 else None


def rounded(total: int, number: int) -> int | None:
    """`total` over `number`, to the nearest whole one; None over nothing. `total` is not negative."""
    return (2 * total + number) // (2 * number) if number > 0 else None
