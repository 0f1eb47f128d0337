"""The programme's own rules of spending, from its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from app.payouts import preferring
from app.rewards.limits import Limits
from app.rewards.vouchers.rules import VoucherRules
from app.settings import Settings


@dataclass(frozen=True)
class RedemptionRules:
    limits: Limits
    """What goes over one of them is held until a person has looked."""
    providers: Sequence[str]
    """Who pays, in order of preference."""
    providers_by_prefix: Mapping[str, Sequence[str]]
    """Who pays phones that start so instead; the longest prefix holds."""
    idle: timedelta
    """A phone silent for longer is told of no money."""
    vouchers: VoucherRules

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            Limits.of(settings),
            settings.payment_providers,
            settings.payment_provider_prefixes,
            timedelta(days=settings.phone_idle_guard_days),
            VoucherRules.of(settings),
        )

    def candidates(self, phone: str, provider: str | None) -> list[str]:
        """Who may pay `phone`; where the reward names a `provider`, that one alone, if it is there at all."""
        return preferring.candidates(phone, self.providers, self.providers_by_prefix, provider)
