"""What is set of campaigns, and of the tip and the quiz that go out each week by themselves."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(value: str) -> str:
    if value and value.lower() not in WEEKDAYS:
        raise ValueError("is no day of the week, such as saturday")
    return value.lower()


Weekday = Annotated[str, AfterValidator(_weekday)]


class CampaignSettings(BaseModel):
    promotion_hours_start: time = time(8, 0)
    """Promotions, tips and quizzes go out in these hours alone; Nigeria bars them from 20:00 to 08:00."""
    promotion_hours_end: time = time(20, 0)
    promotions_per_phone_per_week: int = Field(default=3, ge=0)
    campaign_queued_texts_max: int = Field(default=200, ge=1)
    """How many texts of campaigns may wait in the outbox at once."""
    weekly_tip_day: Weekday = ""
    """A recycling tip goes out on that day of each week, such as `saturday`; none where empty."""
    weekly_tip_at: time = time(10, 0)
    weekly_quiz_day: Weekday = ""
    """As the tip's."""
    weekly_quiz_at: time = time(16, 0)
    weekly_quiz_sponsor: str = Field(default="", pattern=r"^([A-Z0-9]{2,12})?$")
    """Code of the account that pays for right answers; nothing can be won where empty."""
    weekly_quiz_sponsor_name: str = Field(default="", max_length=20)
    """As the texts say it."""
    weekly_quiz_credit_minor: int = Field(default=5_000, ge=1)
    """To each household whose answer is right."""
    weekly_quiz_budget_minor: int = Field(default=500_000, ge=1)
    """To all of them together, each week."""

    @model_validator(mode="after")
    def _campaigns_fit_their_hours(self) -> Self:
        start, end = self.promotion_hours_start, self.promotion_hours_end
        if start >= end:
            raise ValueError("PROMOTION_HOURS_START must be before PROMOTION_HOURS_END")
        for name in ("weekly_tip_at", "weekly_quiz_at"):
            if not start <= getattr(self, name) < end:
                raise ValueError(
                    f"{name.upper()} must lie between PROMOTION_HOURS_START and PROMOTION_HOURS_END"
                )
        if bool(self.weekly_quiz_sponsor) != bool(self.weekly_quiz_sponsor_name):
            raise ValueError(
                "WEEKLY_QUIZ_SPONSOR and WEEKLY_QUIZ_SPONSOR_NAME are set together or not at all"
            )
        if self.weekly_quiz_budget_minor < self.weekly_quiz_credit_minor:
            raise ValueError("WEEKLY_QUIZ_BUDGET_MINOR is less than WEEKLY_QUIZ_CREDIT_MINOR")
        return self
