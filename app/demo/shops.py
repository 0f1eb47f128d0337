"""The shops of the demo's neighbourhood that take vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.phone import Phone
from app.merchants import service as merchants
from app.merchants import sign_in
from app.settings import Settings


@dataclass(frozen=True)
class Shop:
    code: str
    name: str
    phone: Phone
    pin: str
    area: str
    language: str


SHOPS: Final = (
    Shop("MAMAPUT", "Mama Put Stores", Phone("+2348000008701"), "5182", "YAB", "en"),
    Shop("DANJUMA", "Danjuma Provisions", Phone("+2348000008702"), "9064", "MUS", "ha"),
    Shop("IYABISI", "Iya Bisi Kitchen", Phone("+2348000008703"), "2739", "MAK", "pcm"),
)


def open_shops(session: Session, settings: Settings, zones: Mapping[str, UUID], now: datetime) -> None:
    """Each with a phone to text from and a PIN for the page."""
    for shop in SHOPS:
        spoken = shop.language if shop.language in settings.languages else settings.default_language
        made = merchants.create(
            session,
            code=shop.code,
            name=shop.name,
            phones=[shop.phone],
            zone_id=zones[shop.area],
            language=spoken,
            payee_phone=shop.phone,
            provider=None,
            now=now,
        )
        sign_in.set_pin(session, made.id, shop.pin, now)
