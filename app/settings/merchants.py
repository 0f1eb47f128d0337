"""What is set of vouchers and of the merchants who honour them."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_settings import NoDecode

from app.settings.campaigns import Weekday


class MerchantSettings(BaseModel):
    voucher_valid_days: int = Field(default=30, ge=1, le=366)
    """After the day it was made; its last day counts in full."""
    voucher_reminder_days: int = Field(default=3, ge=0)
    """So long before it expires the household is told; 0 = never."""
    voucher_guesses_per_phone_per_hour: int = Field(default=5, ge=1)
    """Codes that no voucher has; after that a merchant's phone must wait."""
    voucher_guesses_per_merchant_per_hour: int = Field(default=10, ge=1)
    voucher_guesses_before_lock: int = Field(default=30, ge=1)
    """Of one merchant in thirty days; then the office has to look."""
    texts_per_merchant_phone_per_day: int = Field(default=1_000, ge=1)
    """And as many calls by USSD: a shop is busier than a household."""
    merchant_session_days: int = Field(default=30, ge=1)

    settlement_day: Weekday = "friday"
    """Merchants are paid what they are owed on that day of each week; only by command where empty."""
    settlement_at: time = time(10, 0)
    settlement_minimum_minor: int = Field(default=100_000, ge=1)
    """Less waits for the next time."""
    settlement_providers: Annotated[list[str], NoDecode] = []
    """Who pays settlements, in order of preference, of the PAYMENT_PROVIDERS; empty = as for households."""

    @field_validator("settlement_providers", mode="before")
    @classmethod
    def _settlement_names(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @model_validator(mode="after")
    def _the_reminder_comes_in_time(self) -> Self:
        if self.voucher_reminder_days > self.voucher_valid_days:
            raise ValueError("VOUCHER_REMINDER_DAYS is more than VOUCHER_VALID_DAYS")
        return self
