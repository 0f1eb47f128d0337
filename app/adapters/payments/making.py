"""Each provider of ours, made from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from babel.numbers import get_currency_precision

from app.adapters.payments.africastalking_airtime import AfricasTalkingAirtime
from app.adapters.payments.daraja import Daraja
from app.adapters.payments.manual import Manual
from app.adapters.payments.mtn_momo import MtnMomo
from app.adapters.payments.paystack import Paystack
from app.adapters.payments.reloadly import Reloadly
from app.adapters.payments.standin import Standin
from app.payouts.ports import PaymentProvider
from app.settings import Settings


def _africastalking(settings: Settings) -> PaymentProvider:
    return AfricasTalkingAirtime(
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key.get_secret_value(),
        currency=settings.currency,
        currency_exponent=_exponent(settings),
        api_url=settings.africastalking_address,
        timeout_seconds=settings.africastalking_timeout_seconds,
    )


def _daraja(settings: Settings) -> PaymentProvider:
    secret = settings.payment_webhook_secret.get_secret_value()
    return Daraja(
        consumer_key=settings.daraja_consumer_key,
        consumer_secret=settings.daraja_consumer_secret.get_secret_value(),
        shortcode=settings.daraja_shortcode,
        initiator_name=settings.daraja_initiator_name,
        security_credential=settings.daraja_security_credential.get_secret_value(),
        callback_url=f"{settings.public_url}/webhooks/payments/daraja/{secret}",
        allowed_addresses=settings.daraja_allowed_addresses,
        programme_name=settings.programme_name,
        api_url=settings.daraja_api_url,
        timeout_seconds=settings.daraja_timeout_seconds,
    )


def _manual(settings: Settings) -> PaymentProvider:
    return Manual(currency=settings.currency, currency_exponent=_exponent(settings))


def _mtn_momo(settings: Settings) -> PaymentProvider:
    secret = settings.payment_webhook_secret.get_secret_value()
    return MtnMomo(
        api_user=settings.mtn_momo_api_user,
        api_key=settings.mtn_momo_api_key.get_secret_value(),
        subscription_key=settings.mtn_momo_subscription_key.get_secret_value(),
        target_environment=settings.mtn_momo_target_environment,
        currency=settings.currency,
        currency_exponent=_exponent(settings),
        callback_url=f"{settings.public_url}/webhooks/payments/mtn_momo/{secret}",
        programme_name=settings.programme_name,
        api_url=settings.mtn_momo_api_url,
        timeout_seconds=settings.mtn_momo_timeout_seconds,
    )


def _paystack(settings: Settings) -> PaymentProvider:
    return Paystack(
        secret_key=settings.paystack_secret_key.get_secret_value(),
        currency=settings.currency,
        bank_code=settings.paystack_bank_code,
        programme_name=settings.programme_name,
        api_url=settings.paystack_api_url,
        timeout_seconds=settings.paystack_timeout_seconds,
    )


def _reloadly(settings: Settings) -> PaymentProvider:
    return Reloadly(
        client_id=settings.reloadly_client_id,
        client_secret=settings.reloadly_client_secret.get_secret_value(),
        currency=settings.currency,
        currency_exponent=_exponent(settings),
        api_url=settings.reloadly_api_url,
        auth_url=settings.reloadly_auth_url,
        timeout_seconds=settings.reloadly_timeout_seconds,
    )


def _standin(settings: Settings) -> PaymentProvider:
    return Standin(
        api_url=settings.standin_payments_api_url,
        key=settings.standin_payments_key.get_secret_value(),
        currency=settings.currency,
        timeout_seconds=settings.standin_payments_timeout_seconds,
    )


def _exponent(settings: Settings) -> int:
    return get_currency_precision(settings.currency)


MAKERS: Final[Mapping[str, Callable[[Settings], PaymentProvider]]] = {
    "africastalking": _africastalking,
    "daraja": _daraja,
    "manual": _manual,
    "mtn_momo": _mtn_momo,
    "paystack": _paystack,
    "reloadly": _reloadly,
    "standin": _standin,
}
"""By name. Each raises `ValueError`, with a sentence, for settings that cannot go together."""
