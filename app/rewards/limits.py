"""What may be spent in a day before a person looks: against fraud, and against slips of our own.

Each limit is for one local day of the programme; what was given back, and what is still held, does not count. A
redemption that would go over any of them is held. A collector's figure is what households spent whose credit came
mostly from that collector's weighings of the last `LOOKING_BACK`: rigged weights come out where they are spent.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Self
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.db import lock_name
from app.kernel.clock import at_local, local_date
from app.rewards.giving_back import GIVEN_BACK
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay
from app.settings import Settings
from app.weighing.credited import main_collector

LOOKING_BACK: Final = timedelta(days=90)
_DO_NOT_COUNT: Final = GIVEN_BACK | {RedemptionStatus.HELD}


class Limit(enum.StrEnum):
    """Which limit a redemption went over."""

    HOUSEHOLD = "household"
    PHONE = "phone"
    """Of the phone that is paid, whoever pays it."""
    COLLECTOR = "collector"
    PROGRAMME = "programme"


@dataclass(frozen=True)
class Limits:
    """All in minor units, per local day."""

    household_minor: int
    phone_minor: int
    collector_minor: int
    programme_minor: int
    timezone: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.redemption_day_limit_minor,
            settings.redemption_phone_day_limit_minor,
            settings.redemption_collector_day_limit_minor,
            settings.redemption_programme_day_limit_minor,
            settings.timezone,
        )


def spent_today(session: Session, household_id: UUID, timezone: str, now: datetime) -> int:
    """What the household has spent, and had sent out of its goals, since midnight: minor units, without bonuses.

    What is held counts, for nobody asks for the PIN again when it is let go; what was given back does not.
    """
    spent = session.scalar(
        select(func.coalesce(func.sum(Redemption.amount_minor), 0)).where(
            Redemption.household_id == household_id,
            Redemption.created_at >= midnight_of(now, timezone),
            Redemption.way != RedemptionWay.TAKE_BACK,
            Redemption.status.not_in(GIVEN_BACK),
        )
    )
    return int(spent or 0)


def over(session: Session, wish: Redemption, limits: Limits, now: datetime) -> Limit | None:
    """The first limit that `wish`, not stored yet, goes over. It learns whose weighings it spends.

    The household's accounts must be locked; whoever asks about the same phone, collector or programme waits until
    this transaction ends, so that two at once cannot both be the last that fits.
    """
    wish.collector_id = main_collector(session, wish.household_id, now - LOOKING_BACK)
    midnight = midnight_of(now, limits.timezone)
    checks: list[tuple[Limit, int, str | None, ColumnElement[bool]]] = [
        (Limit.HOUSEHOLD, limits.household_minor, None, Redemption.household_id == wish.household_id),
        (Limit.PHONE, limits.phone_minor, wish.payee_phone, Redemption.payee_phone == wish.payee_phone),
    ]
    if wish.collector_id is not None:
        of_collector = Redemption.collector_id == wish.collector_id
        checks.append((Limit.COLLECTOR, limits.collector_minor, str(wish.collector_id), of_collector))
    checks.append((Limit.PROGRAMME, limits.programme_minor, "all", Redemption.created_at >= midnight))
    found = None
    for limit, most_minor, locked, which in checks:
        if locked is not None:
            lock_name(session, f"redemption-limit:{limit}:{locked}")
        spent = session.scalar(
            select(func.coalesce(func.sum(Redemption.amount_minor + Redemption.bonus_minor), 0)).where(
                which,
                Redemption.created_at >= midnight,
                Redemption.way == RedemptionWay.SPEND,
                Redemption.status.not_in(_DO_NOT_COUNT),
            )
        )
        if found is None and int(spent or 0) + wish.worth_minor > most_minor:
            found = limit
    return found


def midnight_of(now: datetime, timezone: str) -> datetime:
    """When the local day of `now` began."""
    return at_local(local_date(now, timezone), time(), timezone)
