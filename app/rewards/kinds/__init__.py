"""How each kind of reward goes its way, once the redemption stands and its credit is locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.rewards.kinds import gift, goal, paid_out, pot, voucher
from app.rewards.kinds.going import Kind
from app.rewards.models import RewardKind

KINDS: Final[Mapping[RewardKind, Kind]] = {
    RewardKind.AIRTIME: Kind(paid_out.start),
    RewardKind.MOBILE_MONEY: Kind(paid_out.start),
    RewardKind.VOUCHER: Kind(voucher.start),
    RewardKind.GOAL: Kind(goal.start, goal.also_locks),
    RewardKind.GIFT: Kind(gift.start, gift.also_locks),
    RewardKind.POT: Kind(pot.start, pot.also_locks),
}
