"""The part of the settings that is about paying out; `app.settings.Settings` takes it in."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

_NEEDED = {
    "africastalking": (
        "africastalking_username",
        "africastalking_api_key",
        "africastalking_webhook_secret",
    ),
    "daraja": (
        "daraja_consumer_key",
        "daraja_consumer_secret",
        "daraja_shortcode",
        "daraja_initiator_name",
        "daraja_security_credential",
    ),
    "mtn_momo": (
        "mtn_momo_api_user",
        "mtn_momo_api_key",
        "mtn_momo_subscription_key",
        "mtn_momo_target_environment",
    ),
    "paystack": ("paystack_secret_key", "paystack_bank_code"),
    "reloadly": ("reloadly_client_id", "reloadly_client_secret"),
    "standin": ("standin_payments_api_url", "standin_payments_key"),
}
"""What each provider cannot do without."""
_OTHERWISE_CALLED = {"africastalking", "manual"}
"""Nobody calls the general address about these."""


class PaymentSettings(BaseSettings):
    payment_providers: Annotated[list[str], NoDecode] = []
    """Names, in order of preference."""
    payment_provider_prefixes: Annotated[dict[str, list[str]], NoDecode] = {}
    """Phone prefix to names, in order of preference; the longest prefix wins, others have the general order."""
    payment_webhook_secret: SecretStr = SecretStr("")
    redemption_day_limit_minor: int = Field(default=2_000_000, ge=1)
    """What one household may spend in a local day before a person looks, with what sponsors add; so for the others."""
    redemption_phone_day_limit_minor: int = Field(default=3_000_000, ge=1)
    """What one phone may be paid, by whichever households."""
    redemption_collector_day_limit_minor: int = Field(default=50_000_000, ge=1)
    """What may be spent of credit that mostly came from one collector's weighings."""
    redemption_programme_day_limit_minor: int = Field(default=500_000_000, ge=1)
    """What all households together may spend."""
    redemption_pin_above_minor: int = Field(default=200_000, ge=0)
    """Spending by text or USSD that takes a household above that on one local day takes its PIN."""
    payout_not_found_final_minutes: int = Field(default=30, ge=1)
    payout_second_person_above_minor: int = Field(default=500_000, ge=0)
    """A payment by hand, or letting go what was held, of more than this takes a second person."""
    float_warning_days: int = Field(default=3, ge=0)
    """A float that will not last so long is warned of."""

    standin_payments_api_url: str = ""
    """Where the demo's pretend payment company listens, with its path."""
    standin_payments_key: SecretStr = SecretStr("")
    """Lets us in there, and signs its callbacks."""
    standin_payments_timeout_seconds: float = Field(default=10, gt=0)

    paystack_secret_key: SecretStr = SecretStr("")
    """Also signs its webhooks."""
    paystack_bank_code: str = ""
    """Of the bank or network whose wallets are paid, from Paystack's list of banks."""
    paystack_api_url: str = "https://api.paystack.co"
    paystack_timeout_seconds: float = Field(default=10, gt=0)

    daraja_consumer_key: str = ""
    daraja_consumer_secret: SecretStr = SecretStr("")
    daraja_shortcode: str = ""
    """The business that pays, five to seven digits."""
    daraja_initiator_name: str = ""
    daraja_security_credential: SecretStr = SecretStr("")
    """The initiator's password, encrypted with Safaricom's certificate."""
    daraja_allowed_addresses: Annotated[list[IPv4Network | IPv6Network], NoDecode] = []
    """Where Safaricom's calls come from; empty = anywhere."""
    daraja_api_url: str = "https://api.safaricom.co.ke"
    daraja_timeout_seconds: float = Field(default=20, gt=0)

    mtn_momo_api_user: str = ""
    mtn_momo_api_key: SecretStr = SecretStr("")
    mtn_momo_subscription_key: SecretStr = SecretStr("")
    """Of the Disbursement product."""
    mtn_momo_target_environment: str = ""
    """The country, such as `mtnghana`, or `sandbox`."""
    mtn_momo_api_url: str = "https://proxy.momoapi.mtn.com"
    mtn_momo_timeout_seconds: float = Field(default=15, gt=0)

    reloadly_client_id: str = ""
    reloadly_client_secret: SecretStr = SecretStr("")
    reloadly_api_url: str = "https://topups.reloadly.com"
    reloadly_auth_url: str = "https://auth.reloadly.com"
    reloadly_timeout_seconds: float = Field(default=20, gt=0)

    @field_validator("payment_providers", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("payment_provider_prefixes", mode="before")
    @classmethod
    def _chains(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        chains: dict[str, list[str]] = {}
        for part in (part.strip() for part in value.split(",") if part.strip()):
            prefix, _, names = part.partition("=")
            chains[prefix.strip()] = [name.strip() for name in names.split("|") if name.strip()]
            if not prefix.startswith("+") or not chains[prefix.strip()]:
                raise ValueError("write it as +234=paystack|manual,+254=mpesa")
        return chains

    @field_validator("daraja_allowed_addresses", mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return [ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip()]
        except ValueError as error:
            raise ValueError("write addresses or networks, such as 203.0.113.7,198.51.100.0/24") from error

    @model_validator(mode="after")
    def _payments_are_complete(self) -> Self:
        strangers = {name for names in self.payment_provider_prefixes.values() for name in names}
        strangers -= set(self.payment_providers)
        if strangers:
            raise ValueError(
                f"PAYMENT_PROVIDER_PREFIXES names {', '.join(sorted(strangers))}: name them in PAYMENT_PROVIDERS too"
            )
        if (
            set(self.payment_providers) - _OTHERWISE_CALLED
            and not self.payment_webhook_secret.get_secret_value()
        ):
            raise ValueError(
                "set PAYMENT_WEBHOOK_SECRET: it is part of the address that PAYMENT_PROVIDERS call"
            )
        for name, needed in _NEEDED.items():
            missing = [setting for setting in needed if not _value(getattr(self, setting))]
            if name in self.payment_providers and missing:
                raise ValueError(
                    f"PAYMENT_PROVIDERS names {name}: set {' and '.join(one.upper() for one in missing)}"
                )
        return self


def _value(setting: object) -> object:
    return setting.get_secret_value() if isinstance(setting, SecretStr) else setting
