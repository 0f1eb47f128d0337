"""What the household's phones are told of a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.households import service as households
from app.kernel.grams import kilograms
from app.kernel.money import Money
from app.messaging.post import Post, Value
from app.weighing.guard import guarded
from app.weighing.lines import WeighedLine

LINES_ROOM_CHARACTERS = 64
"""What the longest receipt leaves for the weights if it is to stay one part of 160 characters."""


def tell_household(
    session: Session,
    post: Post,
    household_id: UUID,
    *,
    key: str,
    values: Mapping[str, Value],
    dedupe_key: str,
    idle: timedelta,
    now: datetime,
) -> None:
    """Text all phones of the household that take receipts, each in its own language, once per `dedupe_key`.

    A phone silent for longer than `idle` is told of money only that there is news.
    """
    phones = [phone for phone in households.phones(session, household_id) if phone.gets_receipts]
    of_money = any(isinstance(value, Money) for value in values.values())
    guarded_ids = guarded(session, phones, now, idle) if of_money else set()
    for phone in phones:
        withheld = phone.id in guarded_ids
        post.text(
            session,
            phone=phone.phone,
            language=phone.language,
            key="guard.news" if withheld else key,
            values={} if withheld else values,
            now=now,
            household_id=household_id,
            dedupe_key=f"{dedupe_key}:{phone.phone}",
        )


def send_receipt(
    session: Session,
    post: Post,
    *,
    household_id: UUID,
    visit_id: UUID,
    lines: Sequence[WeighedLine],
    balance: Money,
    idle: timedelta,
    now: datetime,
    held_until: date | None = None,
) -> None:
    """Weights, credit and balance, in one text; of credit that is looked at first, by when it comes."""
    credit = Money(sum(line.amount_minor for line in lines), balance.currency)
    values: dict[str, Value] = {"weights": weights(lines), "credit": credit}
    tell_household(
        session,
        post,
        household_id,
        key="receipt.held" if held_until else "receipt",
        values=values | ({"date": held_until} if held_until else {"balance": balance}),
        dedupe_key=f"receipt:{visit_id}",
        idle=idle,
        now=now,
    )


def weights(lines: Sequence[WeighedLine], room_characters: int = LINES_ROOM_CHARACTERS) -> str:
    """`Plastic bottles 2.5kg, Cans 0.3kg`; with codes for names, or only the sum, where room is short."""
    by_name = ", ".join(f"{line.name} {kilograms(line.grams)}kg" for line in lines)
    if len(by_name) <= room_characters:
        return by_name
    by_code = ", ".join(f"{line.code} {kilograms(line.grams)}kg" for line in lines)
    if len(by_code) <= room_characters:
        return by_code
    return f"{kilograms(sum(line.grams for line in lines))}kg"
