"""The part of the settings that is about who carries texts; `app.settings.Settings` takes it in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

_CHAINS = "write it as +234=africastalking|twilio,*=twilio"
_SANDBOX = "sandbox"
_NEEDED_BY: Mapping[str, tuple[str, ...]] = {
    "twilio": ("twilio_account_sid", "twilio_auth_token", "twilio_from"),
    "africastalking": (
        "africastalking_username",
        "africastalking_api_key",
        "africastalking_from",
        "africastalking_webhook_secret",
    ),
}


class GatewaySettings(BaseSettings):
    sms_gateways: Annotated[dict[str, tuple[str, ...]], NoDecode] = {"*": ("twilio",)}
    """Phone prefix to names of gateways. The longest prefix wins; while a gateway is down, the next one stands in."""
    sms_per_sender_per_second: float = Field(default=10, gt=0)
    sms_attempts_max: int = Field(default=20, ge=1)
    """Tries are spread over some seven hours, so that a gateway's bad afternoon loses no text."""

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""
    twilio_api_url: str = "https://api.twilio.com"
    twilio_timeout_seconds: float = Field(default=10, gt=0)

    africastalking_username: str = ""
    africastalking_api_key: SecretStr = SecretStr("")
    africastalking_from: str = ""
    """A short code or a registered name."""
    africastalking_api_url: str = ""
    """Where empty, the live host, or the sandbox's for the username `sandbox`."""
    africastalking_webhook_secret: SecretStr = SecretStr("")
    """Part of the addresses that Africa's Talking calls."""
    africastalking_allowed_addresses: Annotated[list[IPv4Network | IPv6Network], NoDecode] = []
    """Where its calls come from; empty = anywhere."""
    africastalking_timeout_seconds: float = Field(default=10, gt=0)

    @field_validator("sms_gateways", mode="before")
    @classmethod
    def _prefix_map(cls, value: object) -> object:
        if isinstance(value, str):
            pairs = [part.strip().partition("=") for part in value.split(",") if part.strip()]
            if not all(equals and prefix for prefix, equals, _ in pairs):
                raise ValueError(_CHAINS)
            value = {prefix.strip(): names for prefix, _, names in pairs}
        if not isinstance(value, Mapping):
            return value
        return {prefix: _chain(names) if isinstance(names, str) else names for prefix, names in value.items()}

    @field_validator("africastalking_allowed_addresses", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return [ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip()]
        except ValueError as error:
            raise ValueError("write addresses or networks, such as 203.0.113.7,198.51.100.0/24") from error

    @field_validator("africastalking_webhook_secret")
    @classmethod
    def _fits_an_address(cls, value: SecretStr) -> SecretStr:
        # A piece of dots alone would be taken for a step up or down the path.
        if not re.fullmatch("(?!\\.+$)[A-Za-z0-9._~-]*", value.get_secret_value()):
            raise ValueError("is part of an address: use letters, digits and -._~ (openssl rand -hex 32)")
        return value

    @property
    def africastalking_in_sandbox(self) -> bool:
        return self.africastalking_username == _SANDBOX

    @property
    def africastalking_address(self) -> str:
        host = (
            "api.sandbox.africastalking.com" if self.africastalking_in_sandbox else "api.africastalking.com"
        )
        return self.africastalking_api_url or f"https://{host}"

    @property
    def sms_gateway_names(self) -> frozenset[str]:
        return frozenset(name for chain in self.sms_gateways.values() for name in chain)

    def missing_for(self, gateway: str) -> list[str]:
        """Names of the settings that `gateway` cannot work without and that are not set."""
        return [name.upper() for name in _NEEDED_BY.get(gateway, ()) if not _said(getattr(self, name))]

    def complain_in_production(self, shortest_secret: int) -> None:
        """Raises `ValueError` for what production cannot do without."""
        for name in sorted(self.sms_gateway_names):
            if missing := self.missing_for(name):
                raise ValueError(f"set {_listed(missing)}, or other SMS_GATEWAYS")
        secret = self.africastalking_webhook_secret.get_secret_value()
        if secret and len(secret) < shortest_secret:
            raise ValueError(
                f"AFRICASTALKING_WEBHOOK_SECRET must have at least {shortest_secret} random characters"
            )


def _chain(names: str) -> tuple[str, ...]:
    """`africastalking|twilio`, in order of preference. Raises `ValueError`."""
    chain = tuple(name.strip() for name in names.split("|"))
    if not all(chain) or len(set(chain)) < len(chain):
        raise ValueError(_CHAINS)
    return chain


def _said(value: SecretStr | str) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
