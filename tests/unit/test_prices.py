"""What a text costs: by the price list, and by what a gateway says itself."""

from __future__ import annotations

import pytest

from app.errors import ConfigurationError
from app.messaging.prices import Prices
from app.settings import load_settings

LIST = Prices.of(
    load_settings(
        environment="test",
        sms_prices="africastalking:+234=2.20, africastalking:+234803=2.05, twilio:*=32.50, twilio:+1=0",
    )
)


@pytest.mark.parametrize(
    ("gateway", "phone", "parts", "micros"),
    [
        ("africastalking", "+2348000000001", 1, 2_200_000),
        ("africastalking", "+2348000000001", 3, 6_600_000),
        ("africastalking", "+2348030000001", 1, 2_050_000),  # the longest prefix
        ("africastalking", "+254700000000", 1, None),  # not on the list: unknown, not free
        ("twilio", "+2348000000001", 2, 65_000_000),
        ("twilio", "+15005550006", 2, 0),  # on the list as free
        ("console", "+2348000000001", 1, None),
    ],
)
def test_the_list_has_a_price_by_gateway_and_longest_prefix_or_says_that_it_does_not_know(
    gateway: str, phone: str, parts: int, micros: int | None
) -> None:
    assert LIST.of_a_text(gateway, phone, parts) == micros


@pytest.mark.parametrize(
    ("figure", "micros"),
    [
        ("NGN 4.0000", 4_000_000),
        ("NGN 2.2", 2_200_000),
        ("NGN 0.000001", 1),
        ("USD 0.0075", None),  # of another currency: no sum can take it
        ("NGN four", None),
        ("4.00", None),
        ("0", None),
        ("", None),
        (None, None),
    ],
)
def test_a_gateways_own_figure_counts_where_it_is_in_our_currency(
    figure: str | None, micros: int | None
) -> None:
    assert LIST.as_told("africastalking", figure) == micros


@pytest.mark.parametrize(
    "slip",
    [
        "4.00",
        "twilio=4.00",
        "twilio:*=cheap",
        "twilio:*=-1",
        "twilio:*=0.0000001",
        "twilio:234=4",
        "twilio:*=1,twilio:*=2",
    ],
)
def test_a_slip_in_the_list_stops_the_start(slip: str) -> None:
    with pytest.raises(ConfigurationError, match="SMS_PRICES"):
        load_settings(environment="test", sms_prices=slip)
