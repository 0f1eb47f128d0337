"""What is due of the campaigns, a step at a time: begin, write, write again what expired unsent, finish.

The outbox is fed a little at a time, so that a campaign of fifty thousand never stands before a reminder.
One worker at a time feeds it (see `advance`), so the limits hold however many there are. A recipient and
its text change in one transaction: killed anywhere, nobody gets a text twice and nobody is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Row, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from app.campaigns import service, wording
from app.campaigns.kinds import PROMOTIONAL, CampaignKind, CampaignStatus, RecipientStatus
from app.campaigns.models import Campaign, CampaignRecipient
from app.campaigns.ports import Correspondent
from app.campaigns.segment import Segment
from app.conversation.catalogue import Catalogue
from app.db import lock_name
from app.households.models import Household, HouseholdPhone, HouseholdStatus
from app.messaging.hours import SendingHours
from app.messaging.models import OutboxMessage, OutboxStatus
from app.messaging.outbox import AFTER_ALL_OTHERS
from app.places.models import Zone
from app.settings import Settings

JOB: Final = "send_campaigns"
BATCH: Final = 100
WEEK: Final = timedelta(days=7)
UNSENT: Final = (OutboxStatus.QUEUED, OutboxStatus.SENDING)


@dataclass(frozen=True)
class Rules:
    """See the settings of the same names."""

    service_hours: SendingHours
    promotion_hours: SendingHours
    promotions_per_week: int
    queued_max: int
    timezone: str
    programme: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            SendingHours(settings.sending_hours_start, settings.sending_hours_end),
            SendingHours(settings.promotion_hours_start, settings.promotion_hours_end),
            settings.promotions_per_phone_per_week,
            settings.campaign_queued_texts_max,
            settings.timezone,
            settings.programme_name,
        )

    def hours(self, kind: CampaignKind) -> SendingHours:
        return self.service_hours if kind.is_service else self.promotion_hours


@dataclass(frozen=True)
class Desk:
    """What writing to people needs."""

    correspondent: Correspondent
    catalogue: Catalogue
    rules: Rules


def due(session: Session, now: datetime) -> list[UUID]:
    """Campaigns that are running, or to begin: alerts before all others, then the one begun first."""
    begins = and_(Campaign.status == CampaignStatus.SCHEDULED, Campaign.starts_at <= now)
    return list(
        session.scalars(
            select(Campaign.id)
            .where(or_(Campaign.status == CampaignStatus.RUNNING, begins))
            .order_by(
                case((Campaign.kind == CampaignKind.ALERT, 0), else_=1), Campaign.starts_at, Campaign.id
            )
        )
    )


def advance(session: Session, campaign_id: UUID, desk: Desk, now: datetime) -> int:
    """Take one campaign a step on; how many of its recipients moved. Call again until it is 0."""
    lock_name(session, JOB)
    campaign = service.lock(session, campaign_id)
    if campaign.status is CampaignStatus.SCHEDULED:
        service.begin_scheduled(session, campaign, timezone=desk.rules.timezone, now=now)
        return 1
    if campaign.status is not CampaignStatus.RUNNING:
        return 0  # paused or cancelled since it was found due
    again = service.expired_unsent(session, campaign)
    service.release(session, campaign.id, again, RecipientStatus.PLANNED)
    if campaign.ends_at is not None and campaign.ends_at <= now:
        moved = _end(session, campaign)
    else:
        moved = _write(session, campaign, desk, now)
    if not moved and not _unfinished(session, campaign):
        campaign.status = CampaignStatus.DONE
        campaign.finished_at = campaign.updated_at = now
        session.flush()
        moved = 1
    return moved + len(again)


def _end(session: Session, campaign: Campaign) -> int:
    """Its time is over: nobody who is still planned gets it."""
    ended = session.execute(
        update(CampaignRecipient)
        .where(*_planned(campaign))
        .values(status=RecipientStatus.EXPIRED)
        .returning(CampaignRecipient.phone)
    )
    return len(ended.all())


def _unfinished(session: Session, campaign: Campaign) -> bool:
    planned = select(CampaignRecipient.phone).where(*_planned(campaign)).limit(1)
    unsent = (
        select(OutboxMessage.id)
        .join(CampaignRecipient, CampaignRecipient.outbox_id == OutboxMessage.id)
        .where(OutboxMessage.status.in_(UNSENT), CampaignRecipient.campaign_id == campaign.id)
        .limit(1)
    )
    return session.execute(planned).first() is not None or session.execute(unsent).first() is not None


def _write(session: Session, campaign: Campaign, desk: Desk, now: datetime) -> int:
    rules = desk.rules
    hours = rules.hours(campaign.kind)
    zones = session.scalars(select(Zone.timezone).distinct())
    closing = {zone: hours.closing(now, zone) for zone in zones if hours.opening(now, zone) == now}
    limit = min(_room(session, rules), BATCH)
    if not closing or limit <= 0:
        return 0
    rows = session.execute(_next(campaign, list(closing), limit)).all()
    capped = _capped(session, campaign, [row.phone for row in rows], rules, now)
    drafts = wording.drafts(campaign, desk.catalogue)
    left_too = HouseholdStatus.LEFT in Segment.stored(campaign.segment).statuses
    changes: list[dict[str, Any]] = []
    for row in rows:
        change: dict[str, Any] = {"campaign_id": campaign.id, "phone": row.phone}
        if row.speaks is None or (row.household_status is HouseholdStatus.LEFT and not left_too):
            change["status"] = RecipientStatus.GONE
        elif row.phone in capped:
            change["status"] = RecipientStatus.CAPPED
        else:
            body = drafts[row.language].fill(name=row.name, zone=row.zone, programme=rules.programme)
            expires_at = min(filter(None, (campaign.ends_at, closing[row.timezone])))
            change |= _text(session, campaign, desk.correspondent, row, body, now=now, expires_at=expires_at)
        changes.append(change)
    if changes:
        session.execute(update(CampaignRecipient), changes)
    return len(changes)


def _text(
    session: Session,
    campaign: Campaign,
    correspondent: Correspondent,
    row: Row[Any],
    body: str,
    *,
    now: datetime,
    expires_at: datetime,
) -> Mapping[str, Any]:
    """Write it to the outbox; what the recipient's row says from then on."""
    rounds = row.rounds + 1
    outbox_id = correspondent.wording(
        session,
        phone=row.phone,
        language=row.language,
        template=template(campaign),
        body=body,
        now=now,
        household_id=row.household_id,
        dedupe_key=f"campaign:{campaign.id}:{row.phone}:{rounds}",
        expires_at=expires_at,
        # An alert is about today: it waits its turn among the reminders, not behind them.
        priority=0 if campaign.kind is CampaignKind.ALERT else AFTER_ALL_OTHERS,
    )
    if outbox_id is None:
        return {"status": RecipientStatus.OPTED_OUT}
    return {
        "status": RecipientStatus.WRITTEN,
        "rounds": rounds,
        "outbox_id": outbox_id,
        "written_at": now,
    }


def template(campaign: Campaign) -> str:
    """What the outbox calls its texts."""
    return f"campaign.{campaign.kind}"


def _next(campaign: Campaign, timezones: Sequence[str], limit: int) -> Any:
    """Those whose turn it is, where it is a decent hour for it now."""
    return (
        select(
            CampaignRecipient.phone,
            CampaignRecipient.household_id,
            CampaignRecipient.language,
            CampaignRecipient.rounds,
            Household.name,
            Household.status.label("household_status"),
            HouseholdPhone.id.label("speaks"),
            Zone.name.label("zone"),
            Zone.timezone,
        )
        .join(Household, Household.id == CampaignRecipient.household_id)
        .join(Zone, Zone.id == Household.zone_id)
        .outerjoin(
            HouseholdPhone,
            and_(
                HouseholdPhone.household_id == Household.id, HouseholdPhone.phone == CampaignRecipient.phone
            ),
        )
        .where(*_planned(campaign), Zone.timezone.in_(timezones))
        .order_by(CampaignRecipient.phone)
        .limit(limit)
    )


def _planned(campaign: Campaign) -> tuple[Any, ...]:
    return (
        CampaignRecipient.campaign_id == campaign.id,
        CampaignRecipient.status == RecipientStatus.PLANNED,
    )


def _room(session: Session, rules: Rules) -> int:
    """How many more texts of campaigns may wait in the outbox, of all campaigns together."""
    waiting = session.scalar(
        select(func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.status.in_(UNSENT), OutboxMessage.template.startswith("campaign."))
    )
    return rules.queued_max - (waiting or 0)


def _capped(
    session: Session, campaign: Campaign, phones: Sequence[str], rules: Rules, now: datetime
) -> set[str]:
    """Those of `phones` that had as many promotional texts in the last seven days as they may get."""
    if campaign.kind.is_service or not phones:
        return set()
    return set(
        session.scalars(
            select(CampaignRecipient.phone)
            .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .where(
                CampaignRecipient.phone.in_(phones),
                CampaignRecipient.written_at > now - WEEK,
                Campaign.kind.in_(PROMOTIONAL),
            )
            .group_by(CampaignRecipient.phone)
            .having(func.count() >= rules.promotions_per_week)
        )
    )
