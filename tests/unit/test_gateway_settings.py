"""Settings of gateways: chains, secrets, and what production cannot do without."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from app.errors import ConfigurationError
from app.settings import load_settings

COMPLETE: dict[str, Any] = {
    "environment": "production",
    "secret_key": secrets.token_hex(32),
    "sms_gateways": "+234=africastalking|twilio, *=twilio",
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "made up",
    "twilio_from": "+2348000009999",
    "africastalking_username": "weighback",
    "africastalking_api_key": "made up",
    "africastalking_from": "20880",
    "africastalking_webhook_secret": secrets.token_hex(32),
}


def test_a_chain_names_who_is_preferred_and_who_stands_in() -> None:
    settings = load_settings(**COMPLETE)
    assert settings.sms_gateways == {"+234": ("africastalking", "twilio"), "*": ("twilio",)}
    assert settings.sms_gateway_names == {"africastalking", "twilio"}


@pytest.mark.parametrize(
    "chains", ["+234=", "=twilio", "+234=a||b", "*=twilio|twilio", "*=|twilio", "twilio"]
)
def test_a_chain_that_is_none_is_refused_with_an_example(chains: str) -> None:
    with pytest.raises(ConfigurationError, match=r"africastalking\|twilio"):
        load_settings(environment="test", sms_gateways=chains)


@pytest.mark.parametrize(
    "missing",
    [
        "twilio_from",
        "africastalking_username",
        "africastalking_api_key",
        "africastalking_from",
        "africastalking_webhook_secret",
    ],
)
def test_production_does_not_start_without_what_a_gateway_needs(missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"set WEIGHBACK_{missing.upper()}"):
        load_settings(**COMPLETE | {missing: ""})


@pytest.mark.parametrize("secret", ["short", "x" * 31, "with/slash" * 4, "with space" * 4, "." * 32])
def test_a_secret_that_is_short_or_does_not_fit_an_address_is_refused(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="AFRICASTALKING_WEBHOOK_SECRET"):
        load_settings(**COMPLETE | {"africastalking_webhook_secret": secret})


@pytest.mark.parametrize("secret", ["0f" * 32, "Aa0-._~" * 5])
def test_a_secret_may_hold_what_an_address_holds_as_it_is(secret: str) -> None:
    settings = load_settings(**COMPLETE | {"africastalking_webhook_secret": secret})
    assert settings.africastalking_webhook_secret.get_secret_value() == secret


def test_addresses_that_are_none_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="AFRICASTALKING_ALLOWED_ADDRESSES"):
        load_settings(**COMPLETE | {"africastalking_allowed_addresses": "example.org"})


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "https://api.africastalking.com"),
        ({"africastalking_username": "sandbox"}, "https://api.sandbox.africastalking.com"),
        ({"africastalking_api_url": "http://127.0.0.1:9"}, "http://127.0.0.1:9"),
    ],
)
def test_the_sandbox_has_a_host_of_its_own(given: dict[str, str], address: str) -> None:
    assert load_settings(**COMPLETE | given).africastalking_address == address
