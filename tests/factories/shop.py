"""Rewards of every kind to try, and a sponsor with money."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.campaigns import sponsors
from app.campaigns.sponsors import Direction
from app.rewards import catalogue, sponsoring
from app.rewards.models import Bonus, Reward, RewardKind

PROVIDERS = ("pretend", "standin")


def a_reward(session: Session, code: str, kind: RewardKind, now: datetime, **more: Any) -> Reward:
    """From N50 to N5,000 in steps of N50, unless `more` says otherwise."""
    given = {
        "code": code,
        "kind": kind,
        "name": code.capitalize(),
        "minimum_minor": 5_000,
        "maximum_minor": 500_000,
        "step_minor": 5_000,
        **more,
    }
    return catalogue.create(session, given, providers=PROVIDERS, currency="NGN", now=now)


def a_bonus(
    session: Session,
    reward_id: UUID,
    now: datetime,
    *,
    sponsor: str = "COLA",
    percent: int = 10,
    budget_minor: int = 100_000,
    paid_in_minor: int = 100_000,
) -> Bonus:
    """From Lagos Cola, for a month."""
    sponsors.move(session, sponsor, Direction.IN, paid_in_minor, reason="test", currency="NGN", now=now)
    given = {
        "sponsor": sponsor,
        "sponsor_name": "Lagos Cola",
        "percent": percent,
        "budget_minor": budget_minor,
        "ends_at": now + timedelta(days=30),
    }
    return sponsoring.create(session, reward_id, given, now)
