"""What a campaign would reach and cost if it started now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.campaigns import segment, wording
from app.campaigns.models import Campaign
from app.campaigns.segment import Segment
from app.campaigns.wording import Draft
from app.conversation.catalogue import Catalogue
from app.conversation.fit import Size, measure, plain

PricePerPart = Callable[[str], int | None]
"""Micros (millionths of a unit of the service's currency) for one part to a phone; None where unknown."""


@dataclass
class InLanguage:
    """Those who would get the wording of one language."""

    language: str
    phones: int = 0
    fallback_phones: int = 0
    """Of them, the ones whose own language has no wording."""
    parts: int = 0
    """Of all their texts together."""
    longest: str = ""
    """The longest text that anybody of them would get."""
    size: Size = field(default_factory=lambda: measure(""))
    """Of `longest`."""

    def add(self, body: str, *, own: bool) -> None:
        size = measure(body)
        self.phones += 1
        self.fallback_phones += not own
        self.parts += size.parts
        if not self.longest or (size.parts, size.units) > (self.size.parts, self.size.units):
            self.longest, self.size = body, size

    @property
    def costly_characters(self) -> str:
        """What forces the dear alphabet on `longest`; empty where nothing does."""
        return wording.costly_characters(self.longest)

    @property
    def parts_if_plain(self) -> int:
        """Of `longest`, were those characters replaced by the nearest plain ones: `'` for a curly quote."""
        return measure(plain(self.longest)).parts

    @property
    def warning(self) -> str | None:
        """Where other characters would make it cheaper: which, and by how much."""
        cheaper = self.parts_if_plain
        if cheaper >= self.size.parts:
            return None
        dear = self.costly_characters
        return (
            f"{dear} forces the alphabet of 70 characters a part: {self.size.parts} parts instead of {cheaper}."
            f" Write {plain(dear) or 'nothing'} instead."
        )


@dataclass
class Preview:
    people: int = 0
    """Households that would be told on at least one phone."""
    phones: int = 0
    """Each gets one text."""
    opted_out_phones: int = 0
    left_out_phones: int = 0
    """There is no wording in a language of theirs, and no fallback."""
    languages: dict[str, InLanguage] = field(default_factory=dict)
    cost_micros: int | None = 0
    """None where the price to some phone is unknown."""

    @property
    def parts(self) -> int:
        return sum(one.parts for one in self.languages.values())


def members(session: Session, campaign: Campaign, timezone: str) -> Sequence[Row[Any]]:
    """Everybody whom `preview` counts. Read first, so that counting tens of thousands holds up no transaction."""
    query = segment.members(Segment.stored(campaign.segment), timezone)
    return session.execute(query.order_by("phone", "place")).all()


def preview(
    campaign: Campaign,
    rows: Sequence[Row[Any]],
    *,
    catalogue: Catalogue,
    programme: str,
    price_per_part: PricePerPart,
) -> Preview:
    """Reach, parts and cost, with every recipient's real name filled in. `rows` are its `members`."""
    found = Preview()
    drafts = wording.drafts(campaign, catalogue)
    households: set[UUID] = set()
    texted: set[str] = set()
    for row in rows:
        if row.place == 1:
            _count(found, campaign, drafts, row, texted, programme=programme, price_per_part=price_per_part)
        if row.phone in texted:
            households.add(row.household_id)
    found.people = len(households)
    return found


def _count(
    found: Preview,
    campaign: Campaign,
    drafts: dict[str, Draft],
    row: Row[Any],
    texted: set[str],
    *,
    programme: str,
    price_per_part: PricePerPart,
) -> None:
    """Count one phone, under the first of its households."""
    if row.opted_out:
        found.opted_out_phones += 1
        return
    language = segment.choose(campaign, row.phone_language, row.household_language)
    if language is None:
        found.left_out_phones += 1
        return
    texted.add(row.phone)
    found.phones += 1
    within = found.languages.setdefault(language, InLanguage(language))
    body = drafts[language].fill(name=row.name, zone=row.zone_name, programme=programme)
    before = within.parts
    within.add(body, own=language == row.phone_language)
    price = price_per_part(row.phone)
    if price is None or found.cost_micros is None:
        found.cost_micros = None
    else:
        found.cost_micros += price * (within.parts - before)
