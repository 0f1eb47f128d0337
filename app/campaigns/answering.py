"""Answers to a quiz: the first of each phone counts, and the first right one of each household is credited once.

Whoever answers holds the campaign's row, so two phones of one home, or the last two for the budget, take turns.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Integer, case, cast, func, or_, select
from sqlalchemy.orm import Session

from app.campaigns import service
from app.campaigns.kinds import CampaignKind, CampaignStatus, RecipientStatus
from app.campaigns.models import Campaign, CampaignRecipient, QuizAnswer
from app.campaigns.quiz import Quiz
from app.errors import InsufficientBalance, NotFound
from app.ledger import service as ledger
from app.messaging.models import OutboxMessage, OutboxStatus

LATE: Final = timedelta(days=7)
"""For so long after its end a letter is taken for a late answer, and told so."""
REACHED: Final = (
    OutboxStatus.SENDING,
    OutboxStatus.SENT,
    OutboxStatus.DELIVERED,
    OutboxStatus.UNDELIVERED,  # reports err: who answers has read it
    OutboxStatus.UNCLEAR,
)

log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """The quiz that a phone was sent, as far as an answer is concerned."""

    campaign_id: UUID
    household_id: UUID
    quiz: Quiz
    asked_at: datetime


class Verdict(enum.Enum):
    CLOSED = "closed"
    ALREADY = "already"
    """This phone has answered; that answer stands."""
    WRONG = "wrong"
    RIGHT = "right"
    """And there is nothing to win."""
    CREDITED = "credited"
    SHARED = "shared"
    """Right, but the household has had its credit."""
    SPENT = "spent"
    """Right, but the budget or the sponsor's money is used up."""


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    quiz: Quiz
    language: str
    """In which the phone was asked."""
    letter: str
    """The answer that counts."""
    sponsor: str = ""
    credit_minor: int = 0


@dataclass(frozen=True)
class Results:
    """Of one quiz."""

    answered: int = 0
    """Phones."""
    right: int = 0
    credited: int = 0
    """Households."""


def asked(session: Session, phone: str, household_ids: Collection[UUID], now: datetime) -> Asked | None:
    """The quiz that an answer from `phone` is about: the last one open and unanswered, else the last one."""
    closed = or_(Campaign.status == CampaignStatus.CANCELLED, Campaign.ends_at <= now)
    row = session.execute(
        select(
            Campaign.id,
            Campaign.quiz,
            CampaignRecipient.household_id,
            func.coalesce(OutboxMessage.sent_at, OutboxMessage.created_at).label("asked_at"),
        )
        .join(CampaignRecipient, CampaignRecipient.campaign_id == Campaign.id)
        .join(OutboxMessage, OutboxMessage.id == CampaignRecipient.outbox_id)
        .outerjoin(
            QuizAnswer,
            (QuizAnswer.campaign_id == Campaign.id) & (QuizAnswer.phone == CampaignRecipient.phone),
        )
        .where(
            CampaignRecipient.phone == phone,
            CampaignRecipient.household_id.in_(household_ids),
            CampaignRecipient.status == RecipientStatus.WRITTEN,
            Campaign.kind == CampaignKind.QUIZ,
            Campaign.ends_at > now - LATE,
            OutboxMessage.status.in_(REACHED),
        )
        .order_by(
            case((or_(closed, QuizAnswer.phone.is_not(None)), 1), else_=0),
            CampaignRecipient.written_at.desc(),
        )
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Asked(row.id, row.household_id, Quiz.stored(row.quiz), row.asked_at)


def answer(session: Session, campaign_id: UUID, phone: str, letter: str, now: datetime) -> Outcome:
    """Take `letter` as the phone's answer. Raises `NotFound` where it was never asked."""
    campaign = service.lock(session, campaign_id)
    recipient = session.get(CampaignRecipient, (campaign_id, phone))
    if recipient is None or campaign.quiz is None or campaign.ends_at is None:
        raise NotFound("that phone was not asked")
    quiz = Quiz.stored(campaign.quiz)
    language = recipient.language
    before = session.get(QuizAnswer, (campaign_id, phone))
    if before is not None:
        return Outcome(Verdict.ALREADY, quiz, language, before.letter)
    if campaign.status is CampaignStatus.CANCELLED or campaign.ends_at <= now:
        return Outcome(Verdict.CLOSED, quiz, language, letter)
    verdict, transfer_id = Verdict.WRONG, None
    if letter == quiz.right:
        verdict, transfer_id = _reward(session, campaign, recipient.household_id, now)
    session.add(
        QuizAnswer(
            campaign_id=campaign.id,
            phone=phone,
            household_id=recipient.household_id,
            letter=letter,
            is_right=letter == quiz.right,
            transfer_id=transfer_id,
            answered_at=now,
        )
    )
    session.flush()
    return Outcome(verdict, quiz, language, letter, campaign.sponsor_name or "", campaign.credit_minor or 0)


def results(session: Session, campaign_ids: Sequence[UUID]) -> dict[UUID, Results]:
    """Of each of these campaigns, in one query."""
    rows = session.execute(
        select(
            QuizAnswer.campaign_id,
            func.count().label("answered"),
            func.sum(cast(QuizAnswer.is_right, Integer)).label("right"),
            func.count(QuizAnswer.transfer_id).label("credited"),
        )
        .where(QuizAnswer.campaign_id.in_(campaign_ids))
        .group_by(QuizAnswer.campaign_id)
    )
    found = {row.campaign_id: Results(row.answered, row.right, row.credited) for row in rows}
    return {campaign_id: found.get(campaign_id, Results()) for campaign_id in campaign_ids}


def _reward(
    session: Session, campaign: Campaign, household_id: UUID, now: datetime
) -> tuple[Verdict, UUID | None]:
    if campaign.sponsor is None or campaign.credit_minor is None or campaign.budget_minor is None:
        return Verdict.RIGHT, None
    credited, ours = session.execute(
        select(func.count(), func.count(case((QuizAnswer.household_id == household_id, 1)))).where(
            QuizAnswer.campaign_id == campaign.id, QuizAnswer.transfer_id.is_not(None)
        )
    ).one()
    if ours:
        return Verdict.SHARED, None
    if (credited + 1) * campaign.credit_minor > campaign.budget_minor:
        return Verdict.SPENT, None
    try:
        booked = ledger.transfer(
            session,
            key=f"quiz:{campaign.id}:{household_id}",
            kind="quiz_credit",
            postings=[
                ledger.Posting(
                    ledger.named(session, ledger.sponsor_code(campaign.sponsor)),
                    ledger.household_accounts(session, household_id).credit_id,
                    campaign.credit_minor,
                )
            ],
            reason=f"right answer to the quiz, from {campaign.sponsor_name}",
            cause=ledger.Cause("campaign", campaign.id),
            effective_at=now,
            now=now,
        )
    except InsufficientBalance:
        log.warning("sponsor_out_of_money", campaign=str(campaign.id), sponsor=campaign.sponsor)
        return Verdict.SPENT, None
    return Verdict.CREDITED, booked.id
