"""Phones that come to a household, change places or go; with a word to everybody whom it concerns.

For conversations, for the collector at the door and for the office alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.conversation.values import Value
from app.flows.notices import tell, tell_phones
from app.households import invitations, phones
from app.households import pins as household_pins
from app.households import service as households
from app.households.models import HouseholdPhone
from app.kernel.phone import national
from app.messaging.post import Post
from app.places import service as places
from app.settings import Settings

LAST_DIGITS = 3


@dataclass(frozen=True)
class NumberChange:
    post: Post
    region: str
    programme: str
    cooling: timedelta

    @classmethod
    def of(cls, settings: Settings, post: Post) -> Self:
        return cls(
            post,
            settings.region,
            settings.programme_name,
            timedelta(hours=settings.number_change_cooling_hours),
        )

    def accept(self, session: Session, invitation_id: UUID, now: datetime) -> HouseholdPhone:
        """The other side agrees. Raises `NotFound`, `Conflict` and `Refused`."""
        line = invitations.accept(session, invitation_id, cooling=self.cooling, now=now)
        self._tell_others(session, line, now)
        return line

    def add(
        self, session: Session, household_id: UUID, *, phone: str, language: str, now: datetime
    ) -> HouseholdPhone:
        """The office adds a phone. Raises `NotFound` and `Refused`."""
        line = phones.add(
            session, household_id, phone=phone, language=language, cooling=self.cooling, now=now
        )
        self._tell_others(session, line, now)
        return line

    def claim(self, session: Session, *, phone: str, old: str, language: str, now: datetime) -> None:
        """Note it for the door, and tell the phone that is said to be lost, once."""
        claims = invitations.claim(session, phone=phone, old=old, language=language, now=now)
        if not claims:
            return
        known = next(one for one in households.phones(session, claims[0].household_id) if one.phone == old)
        self.post.text(
            session,
            phone=old,
            language=known.language,
            key="number.told",
            values={"digits": phone[-LAST_DIGITS:], "programme": self.programme},
            now=now,
            household_id=claims[0].household_id,
            dedupe_key=f"claim:{old}:{phone}",
        )

    def remove(self, session: Session, household_id: UUID, phone: str, *, by: str, now: datetime) -> None:
        """Raises `NotFound`, and `Refused` for the last one. `by`: the phone that asked for it, and knows."""
        leaving = phones.of(session, household_id, phone)
        language = leaving.language
        phones.remove(session, household_id, phone)
        if phone != by:
            values = {"programme": self.programme}
            tell(session, self.post, phone, language, key="phones.gone", values=values, now=now)
        tell_phones(
            session,
            self.post,
            household_id,
            key="phones.told.removed",
            values={"phone": national(phone, self.region)},
            but=by,
            now=now,
        )

    def confirm(self, session: Session, household_id: UUID, phone: str, now: datetime) -> None:
        """A guarded phone is the household's after all, and is told so. Raises `NotFound`."""
        line = phones.confirm(session, household_id, phone, now)
        tell(session, self.post, phone, line.language, key="guard.confirmed", values={}, now=now)

    def clear_pin(self, session: Session, household_id: UUID, now: datetime) -> bool:
        """The PIN was forgotten; its phones are told. Raises `NotFound`."""
        cleared = household_pins.clear(session, household_id)
        if cleared:
            values = {"programme": self.programme}
            tell_phones(session, self.post, household_id, key="pin.cleared", values=values, now=now)
        return cleared

    def free_from(self, session: Session, line: HouseholdPhone) -> dict[str, Value]:
        """The local day and time from which `line` spends without the PIN."""
        household = households.get(session, line.household_id)
        moment = line.spends_from or line.created_at
        local = moment.astimezone(ZoneInfo(places.zone(session, household.zone_id).timezone))
        return {"date": local.date(), "start": local.time().replace(second=0, microsecond=0)}

    def _tell_others(self, session: Session, line: HouseholdPhone, now: datetime) -> None:
        known = households.phones(session, line.household_id)
        leaving = {one.phone for one in known if one.replaced_by == line.phone}
        values = {"phone": national(line.phone, self.region), **self.free_from(session, line)}
        for one in known:
            if one.phone != line.phone:
                key = "phones.told.changed" if one.phone in leaving else "phones.told.added"
                tell(session, self.post, one.phone, one.language, key=key, values=values, now=now)
