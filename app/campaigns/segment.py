"""Who a campaign is for. A phone is texted once, however many households of the segment it speaks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from app.campaigns.models import Campaign
from app.errors import InvalidInput
from app.households.models import Household, HouseholdPhone, HouseholdStatus
from app.kernel.clock import at_local
from app.messaging.models import Contact
from app.places.models import Zone
from app.weighing.models import Material, Weighing, WeighingLine


@dataclass(frozen=True)
class Segment:
    """All conditions hold together; an empty list asks for nothing. Days are the service's own time zone's."""

    zone_ids: Sequence[UUID] = ()
    languages: Sequence[str] = ()
    """Of the phone."""
    statuses: Sequence[HouseholdStatus] = (HouseholdStatus.ACTIVE,)
    collected_since: date | None = None
    """The last collection was on that day or later."""
    not_collected_since: date | None = None
    """There was a collection, and the last was before that day."""
    never_collected: bool = False
    material: str | None = None
    """Code of a material that the household has brought, ever."""
    joined_since: date | None = None

    @classmethod
    def stored(cls, kept: Mapping[str, Any]) -> Self:
        """From the campaign's row."""
        day = {
            name: date.fromisoformat(kept[name])
            for name in ("collected_since", "not_collected_since", "joined_since")
            if kept.get(name)
        }
        return cls(
            zone_ids=tuple(UUID(one) for one in kept["zone_ids"]),
            languages=tuple(kept["languages"]),
            statuses=tuple(HouseholdStatus(one) for one in kept["statuses"]),
            never_collected=kept["never_collected"],
            material=kept["material"],
            **day,
        )

    def to_store(self) -> dict[str, Any]:
        kept = asdict(self)
        for name, value in kept.items():
            if isinstance(value, date):
                kept[name] = value.isoformat()
        return kept | {"zone_ids": [str(one) for one in self.zone_ids], "languages": list(self.languages)}


def check(session: Session, segment: Segment, languages: Sequence[str]) -> None:
    """Raises `InvalidInput` for a segment that names what is not there, or contradicts itself."""
    known = set(session.scalars(select(Zone.id).where(Zone.id.in_(segment.zone_ids))))
    if set(segment.zone_ids) - known:
        raise InvalidInput("segment.zone_ids", "there is no such zone")
    if set(segment.languages) - set(languages):
        raise InvalidInput("segment.languages", f"is none of {', '.join(languages)}")
    if not segment.statuses:
        raise InvalidInput("segment.statuses", "name at least one, such as active")
    if segment.material is not None:
        code = session.scalar(select(Material.code).where(Material.code == segment.material))
        if code is None:
            raise InvalidInput("segment.material", "there is no such material")
    if segment.never_collected and (
        segment.collected_since or segment.not_collected_since or segment.material
    ):
        raise InvalidInput("segment.never_collected", "goes with no other condition on collections")
    since, before = segment.collected_since, segment.not_collected_since
    if since is not None and before is not None and before <= since:
        raise InvalidInput("segment.not_collected_since", "must be later than collected_since")


def members(segment: Segment, timezone: str) -> Select[Any]:
    """Every pair of a phone and a household of the segment; a phone's oldest household comes first.

    Only phones that take word of pickups: who wants receipts alone is not texted of our own accord.
    """
    return (
        select(
            HouseholdPhone.phone,
            HouseholdPhone.language.label("phone_language"),
            Household.id.label("household_id"),
            Household.language.label("household_language"),
            Household.name,
            Zone.name.label("zone_name"),
            Contact.opted_out_at.is_not(None).label("opted_out"),
            func.row_number()
            .over(
                partition_by=HouseholdPhone.phone,
                order_by=(HouseholdPhone.created_at, HouseholdPhone.id),
            )
            .label("place"),
        )
        .join(Household, Household.id == HouseholdPhone.household_id)
        .join(Zone, Zone.id == Household.zone_id)
        .outerjoin(Contact, Contact.phone == HouseholdPhone.phone)
        .where(HouseholdPhone.gets_reminders, *_conditions(segment, timezone))
    )


def recipients(campaign: Campaign, timezone: str) -> Select[Any]:
    """One row per phone that would be texted now, in the order of the recipients' columns."""
    found = members(Segment.stored(campaign.segment), timezone).subquery()
    language = spoken(campaign, found.c.phone_language, found.c.household_language)
    return select(
        literal(campaign.id, type_=Campaign.id.type), found.c.phone, found.c.household_id, language
    ).where(found.c.place == 1, ~found.c.opted_out, language.is_not(None))


def spoken(campaign: Campaign, phone_language: Any, household_language: Any) -> ColumnElement[str | None]:
    """Whose wording a phone gets; null where it is left out. `choose` says the same of plain values."""
    written = sorted(campaign.texts)
    return case(
        (phone_language.in_(written), phone_language),
        (household_language.in_(written), household_language),
        else_=literal(campaign.fallback_language),
    )


def choose(campaign: Campaign, phone_language: str, household_language: str) -> str | None:
    """The phone's own language, or its household's, or the fallback."""
    for language in (phone_language, household_language):
        if language in campaign.texts:
            return language
    return campaign.fallback_language


def _conditions(segment: Segment, timezone: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Household.status.in_(segment.statuses)]
    weighed = exists().where(Weighing.household_id == Household.id)
    if segment.zone_ids:
        found.append(Household.zone_id.in_(segment.zone_ids))
    if segment.languages:
        found.append(HouseholdPhone.language.in_(segment.languages))
    if segment.joined_since is not None:
        found.append(Household.joined_at >= at_local(segment.joined_since, time(), timezone))
    if segment.never_collected:
        found.append(~weighed)
    if segment.collected_since is not None:
        since = at_local(segment.collected_since, time(), timezone)
        found.append(weighed.where(Weighing.weighed_at >= since))
    if segment.not_collected_since is not None:
        since = at_local(segment.not_collected_since, time(), timezone)
        found.append(weighed)
        found.append(~weighed.where(Weighing.weighed_at >= since))
    if segment.material is not None:
        found.append(
            exists().where(
                and_(
                    Weighing.household_id == Household.id,
                    WeighingLine.weighing_id == Weighing.id,
                    Material.id == WeighingLine.material_id,
                    Material.code == segment.material,
                )
            )
        )
    return found
