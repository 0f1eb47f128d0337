"""A recycling tip a week: the one of the library that was sent longest ago, to every active household."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import audit
from app.campaigns import library, service
from app.campaigns.kinds import CampaignKind
from app.campaigns.library import Piece
from app.campaigns.models import Campaign
from app.campaigns.segment import Segment
from app.campaigns.sending import JOB, Desk
from app.db import lock_name
from app.settings import WEEKDAYS, Settings

WORTH_SENDING: Final = timedelta(days=2)
"""A tip that many are behind with is not sent into the next week."""
ACTOR: Final = "weekly tips"


def write_due(session: Session, desk: Desk, settings: Settings, now: datetime) -> bool:
    """Start this week's tip, if it is time and it was not started before. False where nothing was due.

    The week's day and hour are the service's own time; a worker that comes too late in the day waits a week.
    """
    local = now.astimezone(ZoneInfo(settings.timezone))
    if settings.weekly_tip_day != WEEKDAYS[local.weekday()] or local.time() < settings.weekly_tip_at:
        return False
    year, number, _ = local.isocalendar()
    week = f"{year}-W{number:02}"
    lock_name(session, JOB)
    if session.scalar(select(Campaign.id).where(Campaign.week == week)) is not None:
        return False
    piece = _next(session, desk)
    content = service.Content(
        name=f"Tip of {week}",
        kind=CampaignKind.TIP,
        segment=Segment(),
        texts=piece.texts,
        fallback_language=settings.default_language if settings.default_language in piece.texts else None,
        ends_at=now + WORTH_SENDING,
        library_key=piece.key,
    )
    made = service.create(session, content, languages=settings.languages, by=ACTOR, now=now, week=week)
    service.start(session, made.id, at=None, timezone=settings.timezone, now=now)
    audit.record(session, ACTOR, "started", "campaign", made.id, now=now, detail={"library_key": piece.key})
    return True


def _next(session: Session, desk: Desk) -> Piece:
    tips = [piece for piece in library.pieces(desk.catalogue).values() if piece.kind is CampaignKind.TIP]
    rows = session.execute(
        select(Campaign.library_key, func.max(Campaign.started_at).label("started_at"))
        .where(Campaign.library_key.in_([piece.key for piece in tips]), Campaign.started_at.is_not(None))
        .group_by(Campaign.library_key)
    )
    sent = {row.library_key: row.started_at for row in rows}
    never = [piece for piece in tips if piece.key not in sent]
    return never[0] if never else min(tips, key=lambda piece: sent[piece.key])
