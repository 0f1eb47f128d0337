"""Phones that are to speak for a household: asked for by one side, agreed to by the other.

- A phone of the household names another one: that phone is asked, by one text, and agrees by its own.
- A new phone names the old one that is lost: somebody at the household's door agrees, or the office.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import lock_phone
from app.errors import Conflict, NotFound, Refused
from app.households import phones, service
from app.households.models import (
    Household,
    HouseholdPhone,
    HouseholdStatus,
    InvitationKind,
    PhoneInvitation,
)

OPEN_DAYS: Final = 7
CLAIM_OPEN_DAYS: Final = 30
"""Long enough for the next pickup to come."""
MOST_INVITATIONS: Final = 5
"""Per household in `OPEN_DAYS`: nobody is to send strangers texts by our hand."""
_MOST_CLAIMS: Final = 3
"""Open at once, per household."""


def invite(
    session: Session,
    household_id: UUID,
    *,
    phone: str,
    asked_by: str,
    changing: bool,
    language: str,
    now: datetime,
) -> PhoneInvitation:
    """Note that `phone` is asked to speak for the household; `changing`: in the place of `asked_by`.

    Raises `Conflict` where it does so already, or has been asked by anybody and not answered yet, and `Refused`
    where the household has as many phones as it may, or has asked too many.
    """
    service.lock(session, household_id)
    lock_phone(session, f"invitation:{phone}")
    known = service.phones(session, household_id)
    if any(one.phone == phone for one in known):
        raise Conflict("That phone speaks for the household already.")
    if not changing and sum(one.ends_at is None for one in known) >= phones.MOST_PHONES:
        raise Refused(f"A household has at most {phones.MOST_PHONES} phones.")
    if open_for(session, phone, now):
        raise Conflict("That phone has been asked already.")
    lately = select(func.count()).where(
        PhoneInvitation.household_id == household_id,
        PhoneInvitation.kind != InvitationKind.CLAIMED,
        PhoneInvitation.created_at > now - timedelta(days=OPEN_DAYS),
    )
    if (session.scalar(lately) or 0) >= MOST_INVITATIONS:
        raise Refused("The household has asked many phones lately.")
    kind = InvitationKind.CHANGED if changing else InvitationKind.ADDED
    return _note(
        session,
        household_id,
        phone=phone,
        kind=kind,
        replaces=asked_by if changing else None,
        language=language,
        now=now,
    )


def claim(session: Session, *, phone: str, old: str, language: str, now: datetime) -> list[PhoneInvitation]:
    """Note that `phone` says it takes the place of `old`; one line for each household it concerns.

    A phone's newer claim takes the place of its older ones. Raises nothing: whoever claims learns nothing.
    """
    lock_phone(session, f"invitation:{phone}")
    session.execute(
        update(PhoneInvitation)
        .where(
            PhoneInvitation.phone == phone,
            PhoneInvitation.kind == InvitationKind.CLAIMED,
            PhoneInvitation.closed_at.is_(None),
        )
        .values(closed_at=now)
    )
    claims = []
    for household in service.for_phone(session, old):
        service.lock(session, household.id)
        if len(open_claims(session, household.id, now)) >= _MOST_CLAIMS:
            continue
        if any(one.phone == phone for one in service.phones(session, household.id)):
            continue
        claims.append(
            _note(
                session,
                household.id,
                phone=phone,
                kind=InvitationKind.CLAIMED,
                replaces=old,
                language=language,
                now=now,
            )
        )
    return claims


def open_for(session: Session, phone: str, now: datetime) -> list[tuple[PhoneInvitation, Household]]:
    """What `phone` has been asked and may agree to, the latest first."""
    found = session.execute(
        select(PhoneInvitation, Household)
        .join(Household, Household.id == PhoneInvitation.household_id)
        .where(
            PhoneInvitation.phone == phone,
            PhoneInvitation.kind != InvitationKind.CLAIMED,
            PhoneInvitation.closed_at.is_(None),
            PhoneInvitation.expires_at > now,
            Household.status != HouseholdStatus.LEFT,
        )
        .order_by(PhoneInvitation.id.desc())
    )
    return [(invitation, household) for invitation, household in found]


def open_claims(session: Session, household_id: UUID, now: datetime) -> Sequence[PhoneInvitation]:
    """The new numbers that somebody at the door may agree to, the oldest first."""
    return session.scalars(
        select(PhoneInvitation)
        .where(
            PhoneInvitation.household_id == household_id,
            PhoneInvitation.kind == InvitationKind.CLAIMED,
            PhoneInvitation.closed_at.is_(None),
            PhoneInvitation.expires_at > now,
        )
        .order_by(PhoneInvitation.id)
    ).all()


def accept(session: Session, invitation_id: UUID, *, cooling: timedelta, now: datetime) -> HouseholdPhone:
    """The other side agrees: the phone speaks for the household.

    Raises `NotFound`, `Conflict` where the question is no longer open, and `Refused` where the household has
    as many phones as it may.
    """
    invitation = _open(session, invitation_id, now)
    household_id, phone, old = invitation.household_id, invitation.phone, invitation.replaces
    known = {one.phone for one in service.phones(session, household_id)}
    if old is not None and old in known and phone not in known:
        made = phones.replace(
            session,
            household_id,
            old=old,
            new=phone,
            language=invitation.language,
            cooling=cooling,
            now=now,
        )
    else:
        made = phones.add(
            session, household_id, phone=phone, language=invitation.language, cooling=cooling, now=now
        )
    invitation.closed_at = now
    session.flush()
    return made


def refuse(session: Session, invitation_id: UUID, now: datetime) -> PhoneInvitation:
    """The other side does not agree. Raises `NotFound`, and `Conflict` where it is no longer open."""
    invitation = _open(session, invitation_id, now)
    invitation.closed_at = now
    session.flush()
    return invitation


def _open(session: Session, invitation_id: UUID, now: datetime) -> PhoneInvitation:
    """The open question, with its household held first, as everywhere."""
    found = session.get(PhoneInvitation, invitation_id)
    if found is None:
        raise NotFound("There is no such question.")
    household = service.lock(session, found.household_id)
    session.refresh(found, with_for_update=True)
    if found.closed_at is not None or found.expires_at <= now or household.status is HouseholdStatus.LEFT:
        raise Conflict("That question is no longer open.")
    return found


def _note(
    session: Session,
    household_id: UUID,
    *,
    phone: str,
    kind: InvitationKind,
    replaces: str | None,
    language: str,
    now: datetime,
) -> PhoneInvitation:
    days = CLAIM_OPEN_DAYS if kind is InvitationKind.CLAIMED else OPEN_DAYS
    made = PhoneInvitation(
        household_id=household_id,
        phone=phone,
        kind=kind,
        replaces=replaces,
        language=language,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(made)
    session.flush()
    return made
