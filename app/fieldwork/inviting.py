"""Texting a collector the link that signs them in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.collectors import links
from app.collectors.models import Collector
from app.messaging.post import Post
from app.settings import Settings


def send_link(session: Session, collector: Collector, settings: Settings, post: Post, now: datetime) -> None:
    """A new link to the collector's phone; the one before is over. A text that comes too late is not sent."""
    token = links.issue(session, collector, now)
    lifetime = links.LIFETIME if collector.pin_hash else links.FIRST_LIFETIME
    post.text(
        session,
        phone=collector.phone,
        language=collector.language,
        key="collector.link",
        values={"programme": settings.programme_name, "link": f"{settings.public_url}/route/in/{token}"},
        now=now,
        expires_at=now + lifetime,
    )
