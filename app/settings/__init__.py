"""Settings, from the environment (prefix `WEIGHBACK_`); docs/settings.md lists them all."""

from __future__ import annotations

import enum
import re
import zoneinfo
from datetime import time
from pathlib import Path
from typing import Annotated, Self

from babel.numbers import is_currency
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.errors import ConfigurationError
from app.kernel.money import micros
from app.settings.campaigns import CampaignSettings
from app.settings.gateways import GatewaySettings
from app.settings.hub import HubSettings
from app.settings.integrity import IntegritySettings
from app.settings.merchants import MerchantSettings
from app.settings.payments import PaymentSettings
from app.settings.routing import RoutingSettings
from app.settings.travelling import TravelSettings

PREFIX = "WEIGHBACK_"
_SHORTEST_SECRET = 32
_A_NAME = re.compile("[A-Z][A-Z0-9_]+")
_PRICE = re.compile(r"([a-z][\w-]*)\s*:\s*(\*|\+\d{1,15})\s*=\s*(\S+)", re.ASCII)


class Environment(enum.StrEnum):
    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class Fairness(enum.StrEnum):
    """How rounds are given to collectors."""

    OFF = "off"
    """By the plan alone: whoever is nearest."""
    ROTATE = "rotate"
    """Drawn by lot, then one further every period."""
    BALANCE = "balance"
    """Every period anew: who earned least gets the round that yields most."""


class Settings(
    CampaignSettings,
    MerchantSettings,
    PaymentSettings,
    GatewaySettings,
    HubSettings,
    IntegritySettings,
    RoutingSettings,
    TravelSettings,
    BaseSettings,
):
    """Every setting of the service. Units stand last in the names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    environment: Environment = Environment.PRODUCTION
    database_url: str = "sqlite:///weighback.sqlite3"
    public_url: str = "http://127.0.0.1:8000"
    """The address that gateways call and sign, without a path."""
    secret_key: SecretStr = SecretStr("")
    """Signs forms and links; at least 32 characters."""
    programme_name: str = "Weighback"
    timezone: str = "Africa/Lagos"
    """IANA name; zones may have their own."""
    currency: str = "NGN"
    region: str = "NG"
    """ISO 3166 country for phones written without a country code."""
    languages: Annotated[list[str], NoDecode] = ["en", "pcm", "yo", "ha", "ig", "fr", "sw"]
    """The first is the default."""

    sms_prices: Annotated[dict[str, dict[str, int]], NoDecode] = {}
    """Gateway, then phone prefix, to the price of one part, in micros of the currency."""
    ussd_session_timeout_seconds: int = Field(default=180, ge=30)
    """A session that is silent for so long was cut off. Networks end one after 180 seconds at the latest."""
    ussd_sessions_per_phone_per_day: int = Field(default=60, ge=1)
    ussd_resume_minutes: int = Field(default=30, ge=1)
    """Who dials again within that time is asked whether to carry on."""

    inbound_texts_per_phone_per_minute: int = Field(default=30, ge=1)
    """Nobody types so fast; a machine does."""
    inbound_texts_per_phone_per_hour: int = Field(default=50, ge=1)
    inbound_texts_per_phone_per_day: int = Field(default=60, ge=1)
    conversation_expires_hours: int = Field(default=12, ge=1)
    request_body_max_bytes: int = Field(default=64 * 1024, ge=1024)

    pickup_horizon_days: int = Field(default=28, ge=1, le=366)
    pickup_request_cutoff: time = time(18, 0)
    """Local time on the day before, after which that day takes no more requests."""
    pickup_same_day_until: time | None = None
    """Local time up to which a day is still asked for on the day itself; never, where it is not set."""
    pickup_day_closes_at: time = time(20, 0)
    """Local time after which a pickup that nobody came to is missed, and its household told."""
    reminder_evening_at: time = time(18, 0)
    reminder_morning_at: time = time(6, 30)
    reminder_grace_minutes: int = Field(default=90, ge=1)
    """A reminder not written by then is dropped, not sent late."""
    sending_hours_start: time = time(6, 0)
    sending_hours_end: time = time(21, 0)

    fairness: Fairness = Fairness.OFF
    """How a hub's rounds are given to its collectors."""
    fairness_period_weeks: int = Field(default=1, ge=1, le=13)
    """How long a collector keeps a round."""
    collector_pay_minor_per_kilogram: int = Field(default=0, ge=0)
    collector_pay_minor_per_stop: int = Field(default=0, ge=0)
    """For reports and for balancing; with neither, the value of the material stands in for earnings."""

    weighing_max_grams: int = Field(default=200_000, ge=1)
    """Per material and stop; more is taken for a slip of the finger."""
    weighing_late_days: int = Field(default=14, ge=0)
    """How long after its date a stop's weights are still taken from a collector's phone."""
    visit_photo_days: int = Field(default=90, ge=1)
    """How long photos from the door are kept."""

    phone_idle_guard_days: int = Field(default=150, ge=1)
    """A phone silent that long may be a stranger's: networks hand out numbers that lay idle for 180 days."""
    number_change_cooling_hours: int = Field(default=24, ge=0)
    """How long a phone that is new in a household spends nothing without its PIN."""

    pin_tries: int = Field(default=5, ge=1)
    pin_lockout_minutes: int = Field(default=15, ge=1)
    """Doubles with every further lockout, up to a day."""
    sign_in_tries_per_address: int = Field(default=50, ge=1)
    """Failed ones before an address must wait; generous, for many phones share one carrier's address."""
    collector_session_days: int = Field(default=30, ge=1)

    data_dir: Path = Path("data")

    @field_validator("languages", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("sms_prices", mode="before")
    @classmethod
    def _price_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        prices: dict[str, dict[str, int]] = {}
        for entry in (part.strip() for part in value.split(",")):
            if not entry:
                continue
            found = _PRICE.fullmatch(entry)
            if found is None:
                raise ValueError(f"{entry!r} is no price: write africastalking:+234=4.00,twilio:*=32.50")
            gateway, prefix, amount = found.groups()
            if prefix in prices.setdefault(gateway, {}):
                raise ValueError(f"{gateway}:{prefix} has two prices")
            prices[gateway][prefix] = micros(amount)
        return prices

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no IANA time zone, such as Africa/Lagos") from error
        return value

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if not is_currency(value):
            raise ValueError("is no ISO 4217 currency code, such as NGN")
        return value

    @field_validator("public_url")
    @classmethod
    def _bare_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if not self.languages:
            raise ValueError("LANGUAGES names no language")
        if strangers := set(self.settlement_providers) - set(self.payment_providers):
            raise ValueError(
                f"SETTLEMENT_PROVIDERS names {', '.join(sorted(strangers))}: name them in PAYMENT_PROVIDERS too"
            )
        if self.sending_hours_start >= self.sending_hours_end:
            raise ValueError("SENDING_HOURS_START must be before SENDING_HOURS_END")
        for name in ("reminder_evening_at", "reminder_morning_at", "pickup_day_closes_at"):
            if not self.sending_hours_start <= getattr(self, name) < self.sending_hours_end:
                raise ValueError(f"{name.upper()} must lie between SENDING_HOURS_START and SENDING_HOURS_END")
        if self.environment is Environment.PRODUCTION:
            if len(self.secret_key.get_secret_value()) < _SHORTEST_SECRET:
                raise ValueError(f"SECRET_KEY must be set to at least {_SHORTEST_SECRET} random characters")
            self.complain_in_production(_SHORTEST_SECRET)
            if "standin" in self.payment_providers:
                raise ValueError(
                    "PAYMENT_PROVIDERS names standin, which pays nobody; it is for demo and tests"
                )
        return self

    @property
    def default_language(self) -> str:
        return self.languages[0]


def load_settings(**given: object) -> Settings:
    """Settings from the environment, `given` ones first. Raises `ConfigurationError` that names the setting."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks each value
    except ValidationError as error:
        raise ConfigurationError("; ".join(_sentence(dict(problem)) for problem in error.errors())) from error


def _sentence(problem: dict[str, object]) -> str:
    """What is wrong, with every setting in it under its full name."""
    message = str(problem["msg"]).removeprefix("Value error, ")
    location = problem.get("loc")
    if isinstance(location, tuple) and location:
        return f"{PREFIX}{'_'.join(str(part) for part in location).upper()}: {message}"
    return _A_NAME.sub(
        lambda found: PREFIX + found[0] if found[0].lower() in Settings.model_fields else found[0], message
    )
