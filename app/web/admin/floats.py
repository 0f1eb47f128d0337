"""Floats: our own money with those who pay, how long it lasts, and what the office put there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import select

from app.access.keys import Caller
from app.container import Container
from app.errors import NotFound
from app.payouts.floats import topping_up, watching
from app.payouts.floats.forecasting import Forecast
from app.payouts.floats.models import FloatTopup, Level
from app.payouts.floats.standing import Basis
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch
from app.web.admin.shapes import LARGEST_INT, Flag, Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/floats", tags=["floats"])
READER = [Depends(needs("floats:read"))]
Reader = Annotated[Caller, Depends(needs("floats:read"))]
Writer = Annotated[Caller, Depends(needs("floats:write"))]

_RECEIPT: dict[str, Any] = {
    "amount_minor": 50_000_000,
    "receipt_number": "GTB-20261201-7781",
    "paid_at": "2026-12-01T09:00:00Z",
}
_FLOAT: dict[str, Any] = {
    "provider": "paystack",
    "level": "low",
    "known_minor": 1_200_000,
    "basis": "told",
    "booked_minor": 1_350_000,
    "told_minor": 1_300_000,
    "told_at": "2026-12-01T10:00:00Z",
    "failure": None,
    "promised_minor": 50_000,
    "underway_minor": 50_000,
    "per_day_minor": 600_000,
    "days_left": 2,
}


class FloatOut(Output):
    model_config = example(**_FLOAT)

    provider: str
    level: Level = Field(
        description="`low`: it lasts fewer days than `WEIGHBACK_FLOAT_WARNING_DAYS`. `out`: nothing is promised from it."
        " `unknown`: no top-up was recorded and the provider does not say; nothing is refused for it."
    )
    known_minor: int | None = Field(
        description="What can still be promised: `told_minor` or `booked_minor`, less promised and on its way."
    )
    basis: Basis | None = Field(
        description="Whose word that is: the provider's, of the last 12 hours, or the book's."
    )
    booked_minor: int = Field(
        description="By the book: top-ups less payouts. Negative where none was recorded."
    )
    told_minor: int | None = Field(description="What the provider last said that it holds for us.")
    told_at: datetime | None
    failure: str | None = Field(description="Why the last question about it was not answered.")
    promised_minor: int = Field(description="Set aside by households, and not begun to be paid.")
    underway_minor: int = Field(description="Sent, and not in the figure that the float is known by.")
    per_day_minor: int = Field(
        description="What a day is expected to take: the greatest of the means over 7 and 28 days and of its share of"
        " all credit that households hold, spent over 30 days."
    )
    days_left: int | None


class FloatsOut(Output):
    model_config = example(currency="NGN", items=[_FLOAT])

    currency: str
    items: list[FloatOut] = Field(description="In order of preference.")


class NewTopup(Input):
    model_config = example(**_RECEIPT)

    amount_minor: Annotated[int, Field(strict=True, ge=-LARGEST_INT, le=LARGEST_INT)] = Field(
        description="Negative where money was taken out again, or to correct a mistake."
    )
    receipt_number: Line = Field(max_length=64, description="The bank's or the provider's own.")
    paid_at: AwareDatetime = Field(ge=datetime(2000, 1, 1, tzinfo=UTC))
    rounding: Flag = Field(
        False,
        description="No money was moved: by the statement that `receipt_number` names, fractions in the provider's fees"
        " have come to so much. At most half a minor unit for each fee that was booked.",
    )


class TopupOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000041",
        provider="paystack",
        **_RECEIPT,
        currency="NGN",
        rounding=False,
        recorded_by="finance 0193572a-6b00-7000-8000-000000000002",
        recorded_at="2026-12-01T09:10:00Z",
    )

    id: UUID
    provider: str
    amount_minor: int
    currency: str
    receipt_number: str
    paid_at: datetime
    rounding: bool
    recorded_by: str
    recorded_at: datetime


@router.get("", summary="List floats", dependencies=READER)
def list_floats(container: Here) -> FloatsOut:
    """What we hold with each provider that is set up, what of it is known, and how long it will last."""
    with container.database.unit_of_work() as session:
        judged = watching.judge(
            session,
            container.payment_providers,
            container.settings.float_warning_days,
            container.clock.now(),
        )
        return FloatsOut(currency=container.settings.currency, items=[_out(one) for one in judged])


@router.get("/{provider}/top-ups", summary="List top-ups")
def list_topups(
    provider: str, asked: Annotated[ListQuery, Query()], caller: Reader, container: Here
) -> Page[TopupOut]:
    """What the office put into a float and took out again, newest first."""
    _known(container, provider)
    query = select(FloatTopup).where(FloatTopup.provider == provider)
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, FloatTopup.id)
        trail.listed(
            session, caller, "float-topup", (row.id for row in rows), asked, now=container.clock.now()
        )
    return Page(items=[TopupOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/{provider}/top-ups", status_code=201, summary="Record a top-up")
def record_topup(provider: str, new: NewTopup, caller: Writer, once: Creation, container: Here) -> TopupOut:
    """Say what was moved into our float, and by which receipt: it is booked. The same receipt again changes nothing."""
    _known(container, provider)
    now = container.clock.now()
    moved = topping_up.Movement(
        provider, new.amount_minor, container.settings.currency, new.receipt_number, new.paid_at, new.rounding
    )
    with container.database.unit_of_work() as session:

        def record() -> Mapping[str, Any]:
            made = topping_up.record(session, moved, caller.actor, now)
            trail.wrote(session, caller, "recorded", "float-topup", made.id, now=now, provider=provider)
            return TopupOut.model_validate(made).model_dump(mode="json")

        return TopupOut.model_validate(once.answer(session, now, record))


def _known(container: Container, provider: str) -> None:
    if provider not in container.payment_providers:
        raise NotFound("There is no such provider here.")


def _out(one: Forecast) -> FloatOut:
    held = one.float
    return FloatOut(
        provider=held.provider,
        level=one.level,
        known_minor=held.known_minor,
        basis=held.basis,
        booked_minor=held.booked_minor,
        told_minor=held.told_minor,
        told_at=held.told_at,
        failure=held.failure,
        promised_minor=held.promised_minor,
        underway_minor=held.underway_minor,
        per_day_minor=one.per_day_minor,
        days_left=one.days_left,
    )
