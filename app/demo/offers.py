"""What the demo's credit can be spent on: one reward of each kind, with sponsors who add to some."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.campaigns import sponsors
from app.campaigns.sponsors import Direction
from app.rewards import catalogue, sponsoring
from app.rewards.models import RewardKind
from app.settings import Settings

AIRTIME: Final = "AIRTIME"
FOOD: Final = "FOOD"
_SCHOOL_PHONE: Final = "+2348000008801"
_STEP_MINOR: Final = 5_000
_OFFERS: Final[tuple[dict[str, Any], ...]] = (
    {"code": AIRTIME, "kind": RewardKind.AIRTIME, "name": "Airtime", "maximum_minor": 500_000},
    {"code": "CASH", "kind": RewardKind.MOBILE_MONEY, "name": "Mobile money", "maximum_minor": 1_000_000},
    {"code": "CLINIC", "kind": RewardKind.POT, "name": "Clinic roof", "maximum_minor": 200_000},
    {"code": FOOD, "kind": RewardKind.VOUCHER, "name": "Food voucher", "maximum_minor": 500_000},
    {"code": "GIFT", "kind": RewardKind.GIFT, "name": "For a neighbour", "maximum_minor": 200_000},
    {
        "code": "SCHOOL",
        "kind": RewardKind.GOAL,
        "name": "School fees",
        "maximum_minor": 1_000_000,
        "goal_payee_phone": _SCHOOL_PHONE,
    },
)
_SPONSORS: Final = (("PAINTCO", "Lagos Paints", "CLINIC", 50), ("RICECO", "Lagos Rice", FOOD, 10))
"""Code, name, what it adds to, how many percent."""
_PAID_IN_MINOR: Final = 5_000_000
_BONUS_FOR: Final = timedelta(days=60)


def put_on_offer(session: Session, settings: Settings, now: datetime) -> None:
    """The catalogue, and the sponsors' bonuses."""
    made = {
        offer["code"]: catalogue.create(
            session,
            {"minimum_minor": _STEP_MINOR, "step_minor": _STEP_MINOR, **offer},
            providers=settings.payment_providers,
            currency=settings.currency,
            now=now,
        )
        for offer in _OFFERS
    }
    for sponsor, sponsor_name, adds_to, percent in _SPONSORS:
        sponsors.move(
            session,
            sponsor,
            Direction.IN,
            _PAID_IN_MINOR,
            reason=f"To add to {made[adds_to].name}",
            currency=settings.currency,
            now=now,
        )
        bonus = {
            "sponsor": sponsor,
            "sponsor_name": sponsor_name,
            "percent": percent,
            "budget_minor": _PAID_IN_MINOR,
            "ends_at": now + _BONUS_FOR,
        }
        sponsoring.create(session, made[adds_to].id, bonus, now)
