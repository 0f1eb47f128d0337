"""What the demo decides where nobody else has: every setting that is given in the environment stands."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import time
from pathlib import Path
from typing import Any, Final, Self

from app.errors import ConfigurationError
from app.kernel.money import micros
from app.settings import PREFIX, Environment, Settings, load_settings

DATABASE_FILE: Final = "weighback.sqlite3"
PAYMENTS_FILE: Final = "payments.sqlite3"
KEEPSAKES_FILE: Final = "demo.json"
LOOPBACK: Final = "127.0.0.1"
TWILIO_FROM: Final = "+2348000000999"
AFRICASTALKING_USERNAME: Final = "demo"
AFRICASTALKING_FROM: Final = "20880"
PRICE_OF_A_PART: Final = "4.00"
"""About what a Nigerian gateway asks, in naira, so that the reports have something to say."""


@dataclass
class Keepsakes:
    """What a second start must find again. For nobody's eyes but the demo's: the file is its owner's alone."""

    secret_key: str
    twilio_account_sid: str
    twilio_auth_token: str
    payment_webhook_secret: str
    admin_key: str = ""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The ones in `folder`, made if it has none. Raises `ConfigurationError` for a folder that cannot serve."""
        path = folder / KEEPSAKES_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                return cls(**json.loads(path.read_text()))
            made = cls(
                secret_key=secrets.token_urlsafe(32),
                twilio_account_sid="AC" + secrets.token_hex(16),
                twilio_auth_token=secrets.token_hex(16),
                payment_webhook_secret=secrets.token_urlsafe(24),
            )
            made.save(folder)
        except OSError as error:
            raise ConfigurationError(
                f"the demo cannot keep its data in {folder}: {error.strerror}; choose another with --data"
            ) from error
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"{path} is damaged; start anew with --reset") from error
        return made

    def save(self, folder: Path) -> None:
        path = folder / KEEPSAKES_FILE
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def settings_for(folder: Path, port: int, keepsakes: Keepsakes) -> Settings:
    """The demo's settings. Raises `ConfigurationError` for a given one that is wrong, or for production."""
    if os.environ.get(PREFIX + "ENVIRONMENT", "").lower() == Environment.PRODUCTION:
        raise ConfigurationError(
            f"{PREFIX}ENVIRONMENT is production: the demo would let anybody in; use `weighback serve`"
        )
    local = local_url(port)
    chosen: dict[str, Any] = {
        "environment": Environment.DEMO,
        "database_url": f"sqlite:///{(folder / DATABASE_FILE).resolve()}",
        "public_url": local,
        "secret_key": keepsakes.secret_key,
        "twilio_account_sid": keepsakes.twilio_account_sid,
        "twilio_auth_token": keepsakes.twilio_auth_token,
        "twilio_from": TWILIO_FROM,
        "twilio_api_url": local,
        "africastalking_username": AFRICASTALKING_USERNAME,
        "africastalking_api_key": keepsakes.twilio_auth_token,
        "africastalking_from": AFRICASTALKING_FROM,
        "africastalking_api_url": local,
        "africastalking_webhook_secret": keepsakes.payment_webhook_secret,
        # The second stands in while the first is down.
        "sms_gateways": {"*": ("twilio", "africastalking")},
        "sms_prices": {name: {"*": micros(PRICE_OF_A_PART)} for name in ("africastalking", "twilio")},
        "payment_providers": ["standin"],
        "payment_webhook_secret": keepsakes.payment_webhook_secret,
        "standin_payments_api_url": f"{local}/simulator/payments",
        "standin_payments_key": keepsakes.payment_webhook_secret,
        "data_dir": folder,
        # Whoever starts the demo late in the evening must still find today's stops open.
        "pickup_day_closes_at": time(23, 59),
        "sending_hours_end": time.max,
        "route_plan_at": time(0, 10),
        # A journey through a day must not wait for eighty reminders at ten a second.
        "sms_per_sender_per_second": 200,
    }
    given = {name.upper() for name, value in os.environ.items() if value}
    return load_settings(
        **{name: value for name, value in chosen.items() if PREFIX + name.upper() not in given}
    )


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """What must not be read over a visitor's shoulder, nor in a picture of the demo."""
    secret = (
        settings.twilio_auth_token,
        settings.africastalking_api_key,
        settings.africastalking_webhook_secret,
        settings.payment_webhook_secret,
    )
    return (settings.twilio_account_sid, *(each.get_secret_value() for each in secret))


def local_url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def forget(folder: Path) -> None:
    """Remove the demo's own files from `folder`, and nothing else.

    Raises `ConfigurationError` where the database is somebody else's.
    """
    if os.environ.get(PREFIX + "DATABASE_URL"):
        raise ConfigurationError(
            f"--reset removes the demo's own database, but {PREFIX}DATABASE_URL names another: empty that one yourself"
        )
    (folder / KEEPSAKES_FILE).unlink(missing_ok=True)
    for database in (DATABASE_FILE, PAYMENTS_FILE):
        for suffix in ("", "-wal", "-shm"):
            (folder / (database + suffix)).unlink(missing_ok=True)
