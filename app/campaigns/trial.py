"""One text of a campaign to one phone, to see it before everybody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.campaigns import segment, sending, wording
from app.campaigns.models import Campaign
from app.campaigns.sending import Desk
from app.errors import InvalidInput, Refused
from app.households import service as households
from app.places import service as places

WORTH_SENDING: Final = timedelta(hours=1)
STRANGER: Final = ("Amina", "Surulere")
"""Whose name and zone stand in a text to a phone that speaks for nobody."""


@dataclass(frozen=True)
class Trial:
    message_id: UUID
    language: str
    body: str


def send(
    session: Session, campaign: Campaign, phone: str, *, language: str | None, desk: Desk, now: datetime
) -> Trial:
    """Text `phone` at once, in `language` or in what it would get. It becomes no recipient by that.

    Raises `InvalidInput` where there is no such wording, `Refused` where the phone has opted out.
    """
    name, zone = STRANGER
    own = theirs = campaign.fallback_language or min(campaign.texts)
    homes = households.for_phone(session, phone)
    if homes:
        home = homes[0]
        name, zone, theirs = home.name, places.zone(session, home.zone_id).name, home.language
        own = next(one.language for one in households.phones(session, home.id) if one.phone == phone)
    chosen = language or segment.choose(campaign, own, theirs)
    drafts = wording.drafts(campaign, desk.catalogue)
    if chosen not in drafts:
        raise InvalidInput("language", "it is not written in that language")
    body = drafts[chosen].fill(name=name, zone=zone, programme=desk.rules.programme)
    message_id = desk.correspondent.wording(
        session,
        phone=phone,
        language=chosen,
        template=sending.template(campaign),
        body=body,
        now=now,
        expires_at=now + WORTH_SENDING,
    )
    if message_id is None:
        raise Refused("That phone has opted out of our texts.")
    return Trial(message_id, chosen, body)
