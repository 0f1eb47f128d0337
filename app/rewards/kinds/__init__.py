"""How each kind of reward goes its way, once the redemption stands and its credit is locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.rewards.kinds import paid_out, voucher
from app.rewards.kinds.going import Kind
from app.rewards.models import RewardKind

KINDS: Final[Mapping[RewardKind, Kind]] = {
    RewardKind.AIRTIME: Kind(paid_out.start),
    RewardKind.MOBILE_MONEY: Kind(paid_out.start),
    RewardKind.VOUCHER: Kind(voucher.start),
}
