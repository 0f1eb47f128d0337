"""A recycling tip and a quiz a week: of each, the one of the library that was sent longest ago, to every active
household.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import audit
from app.campaigns import library, service, sponsors
from app.campaigns.kinds import CampaignKind
from app.campaigns.library import Piece
from app.campaigns.models import Campaign
from app.campaigns.segment import Segment
from app.campaigns.sending import JOB, Desk
from app.campaigns.service import Prize
from app.db import lock_name
from app.settings import Settings
from app.settings.campaigns import WEEKDAYS

TIP_WORTH_SENDING: Final = timedelta(days=2)
"""A tip that many are behind with is not sent into the next week."""
QUIZ_OPEN: Final = timedelta(days=5)
"""For so long answers are taken; it is over before the next one comes."""
ACTOR: Final = "weekly campaigns"

log = structlog.get_logger()


@dataclass(frozen=True)
class Weekly:
    """What goes out by itself once a week."""

    kind: CampaignKind
    day: str
    """Of the week; empty for never."""
    at: time
    lasts: timedelta


def write_due(session: Session, desk: Desk, settings: Settings, now: datetime) -> int:
    """Start this week's tip and quiz, where it is time and they were not started before; how many were started.

    Their days and hours are the service's own time; a worker that comes too late in the day waits a week.
    """
    return sum(_start_if_due(session, weekly, desk, settings, now) for weekly in _all(settings))


def _all(settings: Settings) -> tuple[Weekly, ...]:
    return (
        Weekly(CampaignKind.TIP, settings.weekly_tip_day, settings.weekly_tip_at, TIP_WORTH_SENDING),
        Weekly(CampaignKind.QUIZ, settings.weekly_quiz_day, settings.weekly_quiz_at, QUIZ_OPEN),
    )


def _start_if_due(session: Session, weekly: Weekly, desk: Desk, settings: Settings, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(settings.timezone))
    if weekly.day != WEEKDAYS[local.weekday()] or local.time() < weekly.at:
        return False
    year, number, _ = local.isocalendar()
    week = f"{year}-W{number:02}"
    lock_name(session, JOB)
    written = select(Campaign.id).where(Campaign.week == week, Campaign.kind == weekly.kind)
    if session.scalar(written) is not None:
        return False
    piece = _next(session, weekly.kind, desk)
    content = service.Content(
        name=f"{weekly.kind.capitalize()} of {week}",
        kind=weekly.kind,
        segment=Segment(),
        texts=piece.texts,
        fallback_language=settings.default_language if settings.default_language in piece.texts else None,
        quiz=piece.quiz,
        prize=_prize(session, settings) if piece.quiz else None,
        ends_at=now + weekly.lasts,
        library_key=piece.key,
    )
    made = service.create(session, content, languages=settings.languages, by=ACTOR, now=now, week=week)
    service.start(session, made.id, at=None, timezone=settings.timezone, now=now)
    audit.record(session, ACTOR, "started", "campaign", made.id, now=now, detail={"library_key": piece.key})
    return True


def _prize(session: Session, settings: Settings) -> Prize | None:
    """The sponsor's, as long as its money lasts: nobody is asked for an answer that cannot be paid."""
    if not settings.weekly_quiz_sponsor:
        return None
    left_minor = sponsors.left_minor(session, settings.weekly_quiz_sponsor) or 0
    if left_minor < settings.weekly_quiz_credit_minor:
        log.warning("weekly_quiz_without_prize", sponsor=settings.weekly_quiz_sponsor, left_minor=left_minor)
        return None
    return Prize(
        settings.weekly_quiz_sponsor,
        settings.weekly_quiz_sponsor_name,
        settings.weekly_quiz_credit_minor,
        settings.weekly_quiz_budget_minor,
    )


def _next(session: Session, kind: CampaignKind, desk: Desk) -> Piece:
    """The one that was never sent, else the one that was sent longest ago."""
    pieces = [piece for piece in library.pieces(desk.catalogue).values() if piece.kind is kind]
    rows = session.execute(
        select(Campaign.library_key, func.max(Campaign.started_at).label("started_at"))
        .where(Campaign.library_key.in_([piece.key for piece in pieces]), Campaign.started_at.is_not(None))
        .group_by(Campaign.library_key)
    )
    sent = {row.library_key: row.started_at for row in rows}
    never = [piece for piece in pieces if piece.key not in sent]
    return never[0] if never else min(pieces, key=lambda piece: sent[piece.key])
