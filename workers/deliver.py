"""Sends the texts that are due."""

from __future__ import annotations

from app.container import Container
from app.messaging.prices import Prices
from app.messaging.sending import Sending


def deliver_texts(container: Container) -> int:
    return Sending(
        database=container.database,
        gateways=container.sms_gateways,
        clock=container.clock,
        per_second=container.settings.sms_per_sender_per_second,
        attempts_max=container.settings.sms_attempts_max,
        prices=Prices.of(container.settings),
    ).deliver_due()
