"""Writing a campaign, and moving it: start, pause, resume, cancel. `sending` does what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from app.campaigns import quiz as quizzes
from app.campaigns import segment as segments
from app.campaigns import sponsors, wording
from app.campaigns.kinds import (
    EDITABLE,
    CampaignKind,
    CampaignStatus,
    RecipientStatus,
    check_move,
)
from app.campaigns.models import Campaign, CampaignRecipient
from app.campaigns.quiz import Quiz
from app.campaigns.segment import Segment
from app.errors import InvalidInput, NotFound, Refused
from app.messaging import withdrawing
from app.messaging.leases import EXPIRED
from app.messaging.models import OutboxMessage, OutboxStatus

PAUSED = "campaign-paused"
CANCELLED = "campaign-cancelled"
"""Why texts were taken back, in the outbox."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""A caller's now may lie so far before ours."""


@dataclass(frozen=True)
class Prize:
    """What a sponsor gives for right answers, in minor units."""

    sponsor: str
    """Code of its account."""
    sponsor_name: str
    """As texts say it."""
    credit_minor: int
    budget_minor: int


@dataclass(frozen=True)
class Content:
    """All that the office decides of a campaign."""

    name: str
    kind: CampaignKind
    segment: Segment
    texts: Mapping[str, str]
    fallback_language: str | None = None
    quiz: Quiz | None = None
    prize: Prize | None = None
    ends_at: datetime | None = None
    library_key: str | None = None


def content_of(campaign: Campaign) -> Content:
    """What was decided of it, as it is kept."""
    prize = None
    if campaign.sponsor and campaign.sponsor_name and campaign.credit_minor and campaign.budget_minor:
        prize = Prize(campaign.sponsor, campaign.sponsor_name, campaign.credit_minor, campaign.budget_minor)
    return Content(
        name=campaign.name,
        kind=campaign.kind,
        segment=Segment.stored(campaign.segment),
        texts=campaign.texts,
        fallback_language=campaign.fallback_language,
        quiz=Quiz.stored(campaign.quiz) if campaign.quiz else None,
        prize=prize,
        ends_at=campaign.ends_at,
        library_key=campaign.library_key,
    )


def create(
    session: Session,
    content: Content,
    *,
    languages: Sequence[str],
    by: str,
    now: datetime,
    week: str | None = None,
) -> Campaign:
    """A draft. `by` is who wrote it. Raises `InvalidInput` that names the field."""
    campaign = Campaign(status=CampaignStatus.DRAFT, created_by=by, created_at=now, week=week)
    _write(session, campaign, content, languages, now)
    session.add(campaign)
    session.flush()
    return campaign


def change(
    session: Session, campaign_id: UUID, content: Content, *, languages: Sequence[str], now: datetime
) -> Campaign:
    """Write it anew, as long as it has not started. Raises `Refused`, `NotFound`, `InvalidInput`."""
    campaign = lock(session, campaign_id)
    if campaign.status not in EDITABLE:
        raise Refused(f"The campaign is {campaign.status}; what people were sent cannot be changed.")
    _write(session, campaign, content, languages, now)
    session.flush()
    return campaign


def get(session: Session, campaign_id: UUID) -> Campaign:
    """Raises `NotFound`."""
    found = session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


def lock(session: Session, campaign_id: UUID) -> Campaign:
    """The campaign as it now stands, held until the transaction ends. Raises `NotFound`."""
    session.flush()
    found = session.get(Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


def start(
    session: Session, campaign_id: UUID, *, at: datetime | None, timezone: str, now: datetime
) -> Campaign:
    """Fix the recipients and begin, now or once `at` has come. Raises `IllegalTransition`, `InvalidInput`.

    A past `at` is refused: a slip in the year would text everybody at once.
    """
    campaign = lock(session, campaign_id)
    if at is not None and at < now - CLOCKS_DIFFER:
        raise InvalidInput("at", "lies in the past; leave it out to start now")
    begins = max(at or now, now)
    if campaign.ends_at is not None and campaign.ends_at <= begins:
        raise InvalidInput("at", "it would start at its end or later; set ends_at first")
    if begins > now:
        _move(campaign, CampaignStatus.SCHEDULED, now)
        campaign.starts_at = begins
        session.flush()
        return campaign
    _begin(session, campaign, timezone, now)
    return campaign


def begin_scheduled(session: Session, campaign: Campaign, *, timezone: str, now: datetime) -> None:
    """Start a scheduled campaign, held by the caller, whose time has come."""
    _begin(session, campaign, timezone, now)


def pause(session: Session, campaign_id: UUID, now: datetime) -> Campaign:
    """Send nothing more of it for now; what is queued is taken back. Raises `IllegalTransition`."""
    campaign = lock(session, campaign_id)
    _move(campaign, CampaignStatus.PAUSED, now)
    _take_back(session, campaign, PAUSED, RecipientStatus.PLANNED, now)
    session.flush()
    return campaign


def resume(session: Session, campaign_id: UUID, now: datetime) -> Campaign:
    """Go on with a paused one. Raises `Refused`."""
    campaign = lock(session, campaign_id)
    if campaign.status is not CampaignStatus.PAUSED:  # a draft is started, not resumed
        raise Refused(f"The campaign is {campaign.status}; only a paused one can be resumed.")
    _move(campaign, CampaignStatus.RUNNING, now)
    session.flush()
    return campaign


def cancel(session: Session, campaign_id: UUID, now: datetime) -> Campaign:
    """End it for good; what is queued is not sent, and a quiz takes no more answers, even if all of it is sent.

    Raises `IllegalTransition`.
    """
    campaign = lock(session, campaign_id)
    takes_answers = campaign.quiz is not None and campaign.ends_at is not None and campaign.ends_at > now
    if campaign.status is CampaignStatus.DONE and takes_answers:
        campaign.status = CampaignStatus.RUNNING  # as far as answers go, it is
    _move(campaign, CampaignStatus.CANCELLED, now)
    campaign.finished_at = now
    _take_back(session, campaign, CANCELLED, RecipientStatus.CANCELLED, now)
    release(session, campaign.id, expired_unsent(session, campaign), RecipientStatus.CANCELLED)
    session.execute(
        update(CampaignRecipient)
        .where(
            CampaignRecipient.campaign_id == campaign.id,
            CampaignRecipient.status == RecipientStatus.PLANNED,
        )
        .values(status=RecipientStatus.CANCELLED)
    )
    session.flush()
    return campaign


def _write(
    session: Session, campaign: Campaign, content: Content, languages: Sequence[str], now: datetime
) -> None:
    segments.check(session, content.segment, languages)
    wording.check(content.texts, languages, content.fallback_language)
    if (content.kind is CampaignKind.QUIZ) != (content.quiz is not None):
        raise InvalidInput("quiz", "a quiz has answers, and nothing else has")
    if content.quiz is not None:
        quizzes.check(content.quiz, frozenset(content.texts))
        if content.ends_at is None:
            raise InvalidInput("ends_at", "a quiz needs an end")
    if content.prize is not None and content.quiz is None:
        raise InvalidInput("prize", "only a quiz has one")
    if content.prize is not None and sponsors.left_minor(session, content.prize.sponsor) is None:
        raise InvalidInput("prize.sponsor", "has paid nothing in yet; book that first, with POST /transfers")
    if content.prize is not None and content.prize.budget_minor < content.prize.credit_minor:
        raise InvalidInput("prize.budget_minor", "is less than one household's credit")
    if content.ends_at is not None and content.ends_at <= now:
        raise InvalidInput("ends_at", "lies in the past")
    begins = campaign.starts_at if campaign.status is CampaignStatus.SCHEDULED else None
    if content.ends_at is not None and begins is not None and content.ends_at <= begins:
        raise InvalidInput("ends_at", f"it starts at {begins:%Y-%m-%dT%H:%MZ}; give it another start first")
    prize = content.prize
    values: dict[str, Any] = {
        "name": content.name,
        "kind": content.kind,
        "segment": content.segment.to_store(),
        "texts": dict(content.texts),
        "fallback_language": content.fallback_language,
        "quiz": content.quiz.to_store() if content.quiz else None,
        "sponsor": prize.sponsor if prize else None,
        "sponsor_name": prize.sponsor_name if prize else None,
        "credit_minor": prize.credit_minor if prize else None,
        "budget_minor": prize.budget_minor if prize else None,
        "ends_at": content.ends_at,
        "library_key": content.library_key,
        "updated_at": now,
    }
    for name, value in values.items():
        setattr(campaign, name, value)


def _begin(session: Session, campaign: Campaign, timezone: str, now: datetime) -> None:
    _move(campaign, CampaignStatus.RUNNING, now)
    campaign.started_at = now
    campaign.starts_at = campaign.starts_at or now
    session.flush()
    columns = ["campaign_id", "phone", "household_id", "language", "status", "rounds"]
    chosen = segments.recipients(campaign, timezone).add_columns(
        literal(RecipientStatus.PLANNED.value), literal(0)
    )
    session.execute(insert(CampaignRecipient).from_select(columns, chosen))


def _take_back(
    session: Session, campaign: Campaign, reason: str, then: RecipientStatus, now: datetime
) -> None:
    """Withdraw what is queued and surely not sent; its recipients are `then`."""
    mine = select(CampaignRecipient.outbox_id).where(
        CampaignRecipient.campaign_id == campaign.id, CampaignRecipient.status == RecipientStatus.WRITTEN
    )
    withdrawn = withdrawing.withdraw(session, mine, reason, now)
    release(session, campaign.id, withdrawn, then)


def expired_unsent(session: Session, campaign: Campaign) -> list[UUID]:
    """Its texts that the closing hour overtook in the outbox."""
    if campaign.started_at is None:
        return []
    return list(
        session.scalars(
            select(OutboxMessage.id)
            .join(CampaignRecipient, CampaignRecipient.outbox_id == OutboxMessage.id)
            .where(
                CampaignRecipient.campaign_id == campaign.id,
                OutboxMessage.status == OutboxStatus.DROPPED,
                OutboxMessage.not_before >= campaign.started_at,  # true of all; it is for the index
                OutboxMessage.error_code == EXPIRED,
            )
        )
    )


def release(session: Session, campaign_id: UUID, outbox_ids: Sequence[UUID], then: RecipientStatus) -> None:
    """The recipients of texts that were taken back, or expired unsent, are `then` again."""
    if outbox_ids:
        session.execute(
            update(CampaignRecipient)
            .where(CampaignRecipient.campaign_id == campaign_id, CampaignRecipient.outbox_id.in_(outbox_ids))
            .values(status=then, outbox_id=None, written_at=None)
        )


def _move(campaign: Campaign, after: CampaignStatus, now: datetime) -> None:
    check_move(campaign.status, after)
    campaign.status = after
    campaign.updated_at = now
