"""What a flow can have done. The flow decides, `app.flows.commands` does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from app.kernel.grams import Grams
from app.kernel.place import Location
from app.rewards.models import RedemptionWay, RewardKind


@dataclass(frozen=True)
class Enrol:
    name: str
    language: str
    zone_code: str
    landmark: str
    location: Location | None


@dataclass(frozen=True)
class RequestPickup:
    household_id: UUID


@dataclass(frozen=True)
class SkipPickup:
    household_id: UUID


@dataclass(frozen=True)
class ConfirmPickup:
    household_id: UUID


@dataclass(frozen=True)
class TurnNear:
    """The phone that asks is told when the collector is near, or is not any more."""

    household_id: UUID


@dataclass(frozen=True)
class Redeem:
    household_id: UUID
    reward_code: str
    reward_name: str
    amount_minor: int
    payee_phone: str
    kind: RewardKind = RewardKind.AIRTIME
    way: RedemptionWay = RedemptionWay.SPEND
    promised_minor: int = 0
    """The bonus that was named in the question."""
    pin: str = field(default="", repr=False)
    """Given where it takes the PIN: it is a lot, or the phone may not spend without it yet."""

    def takes_pin(self, above_minor: int, spent_today_minor: int) -> bool:
        """Whether it is a lot, with what went before it today. What only returns to the credit is none."""
        return self.way is not RedemptionWay.TAKE_BACK and spent_today_minor + self.amount_minor > above_minor


@dataclass(frozen=True)
class FindNeighbour:
    """Whether something can be given to the phone, before anybody is asked how much."""

    household_id: UUID
    phone: str


@dataclass(frozen=True)
class OpenDispute:
    household_id: UUID
    said: str
    weight: Grams | None = None
    """The one they named, if they did."""


@dataclass(frozen=True)
class SetLanguage:
    language: str


@dataclass(frozen=True)
class Leave:
    household_id: UUID


@dataclass(frozen=True)
class ConfirmPhone:
    """A guarded phone gives the household's PIN."""

    household_id: UUID
    pin: str = field(repr=False)


@dataclass(frozen=True)
class CheckPin:
    household_id: UUID
    pin: str = field(repr=False)


@dataclass(frozen=True)
class SetPin:
    household_id: UUID
    pin: str = field(repr=False)
    knew_old: bool
    """The one that there may be was given first."""


@dataclass(frozen=True)
class AnswerQuiz:
    campaign_id: UUID
    letter: str


@dataclass(frozen=True)
class InvitePhone:
    household_id: UUID
    phone: str
    changing: bool
    """It takes the place of the phone that asks."""


@dataclass(frozen=True)
class AcceptInvitation:
    invitation_id: UUID
    name: str


@dataclass(frozen=True)
class ClaimNumber:
    """A new phone takes the place of one that is lost, once somebody at the door agrees."""

    old_phone: str


@dataclass(frozen=True)
class RemovePhone:
    household_id: UUID
    phone: str


@dataclass(frozen=True)
class SetTexts:
    household_id: UUID
    phone: str
    receipts: bool
    reminders: bool


@dataclass(frozen=True)
class Move:
    household_id: UUID
    zone_code: str
    landmark: str
    location: Location | None


@dataclass(frozen=True)
class TakeVoucher:
    """A merchant takes a household's voucher."""

    merchant_id: UUID
    code: str = field(repr=False)


Action = (
    Enrol
    | RequestPickup
    | SkipPickup
    | ConfirmPickup
    | TurnNear
    | Redeem
    | FindNeighbour
    | OpenDispute
    | SetLanguage
    | Leave
    | ConfirmPhone
    | CheckPin
    | SetPin
    | AnswerQuiz
    | InvitePhone
    | AcceptInvitation
    | ClaimNumber
    | RemovePhone
    | SetTexts
    | Move
    | TakeVoucher
)
