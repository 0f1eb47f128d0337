"""Merchants: shops that honour vouchers, who speaks for them, and what they are owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.errors import InvalidInput
from app.kernel.phone import Phone
from app.merchants import service, sign_in, statements
from app.merchants.models import Merchant, MerchantPhone
from app.places import service as places
from app.rewards.vouchers import guesses
from app.rewards.vouchers.models import VoucherGuess
from app.rewards.vouchers.rules import VoucherRules
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import (
    Code,
    Flag,
    Input,
    Language,
    Line,
    Output,
    PhoneText,
    absent,
    as_phone,
    changes,
    check_language,
    example,
    naming,
)
from app.web.deps import Here

router = APIRouter(prefix="/merchants", tags=["merchants"])
Reader = Annotated[Caller, Depends(needs("merchants:read"))]
Writer = Annotated[Caller, Depends(needs("merchants:write"))]

ShopName = Annotated[Line, Field(max_length=service.NAME_LONGEST, description="As texts say it.")]
Phones = Annotated[
    list[PhoneText],
    Field(
        min_length=1,
        max_length=service.MOST_PHONES,
        description="Who may send `PAID`. A phone speaks for one merchant at most.",
    ),
]
Provider = Annotated[Line, Field(max_length=32)]
_ID = "0193572a-6b00-7000-8000-000000000031"
_ZONE = "0193572a-6b00-7000-8000-000000000002"
_SHOWN: dict[str, Any] = {
    "code": "NKECHI",
    "name": "Mama Nkechi",
    "phones": ["+2348000005001"],
    "zone_id": _ZONE,
    "language": "en",
    "payee_phone": "+2348000005001",
    "provider": None,
}


class MerchantQuery(ListQuery):
    zone_id: UUID | None = None
    active: bool | None = None
    code: str | None = Field(None, max_length=20)
    phone: str | None = Field(None, max_length=32)


class GuessQuery(ListQuery):
    merchant_id: UUID | None = None


class NewMerchant(Input):
    model_config = example(**_SHOWN)

    code: Code
    name: ShopName
    phones: Phones
    zone_id: UUID
    language: Language | None = None
    payee_phone: PhoneText = Field(description="Where settlements are paid to.")
    provider: Provider | None = Field(
        default=None, description="Who alone pays its settlements; null = whoever the settings prefer."
    )


class MerchantChange(Input):
    model_config = example(active=False)

    name: ShopName = absent()
    phones: Phones = absent()
    zone_id: UUID = absent()
    language: Language = absent()
    payee_phone: PhoneText = absent()
    provider: Provider | None = absent()
    active: Flag = absent()


class NewPin(Input):
    model_config = example(pin="4711")

    pin: str = Field(
        pattern=r"^[0-9]{4,6}$", description="Four to six digits, not the first anybody would try."
    )


class MerchantOut(Output):
    model_config = example(
        id=_ID,
        **_SHOWN,
        active=True,
        has_pin=True,
        locked=False,
        owed_minor=150000,
        paying_minor=0,
        created_at="2026-11-23T08:00:00Z",
        updated_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    code: str
    name: str
    phones: list[str]
    zone_id: UUID
    language: str
    payee_phone: str
    provider: str | None
    active: bool
    has_pin: bool = Field(description="Whether they can sign in to the page.")
    locked: bool = Field(description="Too many wrong codes: nothing is taken until somebody unlocks it.")
    owed_minor: int = Field(description="Without what is on its way.")
    paying_minor: int = Field(description="A settlement on its way.")
    created_at: datetime
    updated_at: datetime


class GuessOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000032",
        merchant_id=_ID,
        phone="+2348000005001",
        at="2026-12-01T10:00:00Z",
    )

    id: UUID
    merchant_id: UUID
    phone: str
    at: datetime


@router.get("", summary="List merchants")
def list_merchants(
    asked: Annotated[MerchantQuery, Query()], caller: Reader, container: Here
) -> Page[MerchantOut]:
    """Merchants, newest first, with what they are owed. What was shown is kept in the audit trail."""
    query = select(Merchant).where(
        *matching(
            (Merchant.zone_id, asked.zone_id), (Merchant.active, asked.active), (Merchant.code, asked.code)
        )
    )
    if asked.phone is not None:
        phone = as_phone(asked.phone, container.settings.region, "?phone")
        query = query.where(
            Merchant.id.in_(select(MerchantPhone.merchant_id).where(MerchantPhone.phone == phone))
        )
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Merchant.id)
        trail.listed(session, caller, "merchant", (row.id for row in rows), asked, now=now)
        phones = service.phones(session, [row.id for row in rows])
        items = [_shown(session, container, row, phones[row.id]) for row in rows]
    return Page(items=items, next_cursor=next_cursor)


@router.get("/wrong-guesses", summary="List wrong guesses")
def list_guesses(asked: Annotated[GuessQuery, Query()], caller: Reader, container: Here) -> Page[GuessOut]:
    """Codes that no voucher has, newest first: which phone of which merchant sent one, and when."""
    query = select(VoucherGuess).where(*matching((VoucherGuess.merchant_id, asked.merchant_id)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, VoucherGuess.id)
        trail.listed(
            session, caller, "voucher_guess", (row.id for row in rows), asked, now=container.clock.now()
        )
    return Page(items=[GuessOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{merchant_id}", summary="Read a merchant")
def read_merchant(merchant_id: UUID, caller: Reader, container: Here) -> MerchantOut:
    """One merchant. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = service.get(session, merchant_id)
        trail.read(session, caller, "merchant", merchant_id, now=container.clock.now())
        return _one(session, container, row)


@router.post("", status_code=201, summary="Take on a merchant")
def create_merchant(new: NewMerchant, caller: Writer, once: Creation, container: Here) -> MerchantOut:
    """A new merchant, who may honour vouchers at once. Code and phones are unique, so asking twice makes one."""
    now, settings = container.clock.now(), container.settings
    language = check_language(new.language or settings.default_language, settings.languages)
    _check_provider(container, new.provider)
    payee_phone = as_phone(new.payee_phone, settings.region, "payee_phone")
    phones = _phones(container, new.phones)
    with container.database.unit_of_work() as session:

        def take_on() -> Mapping[str, Any]:
            with naming("zone_id"):
                places.zone(session, new.zone_id)
            row = service.create(
                session,
                code=new.code,
                name=new.name,
                phones=phones,
                zone_id=new.zone_id,
                language=language,
                payee_phone=payee_phone,
                provider=new.provider,
                now=now,
            )
            trail.wrote(session, caller, "created", "merchant", row.id, now=now)
            return _one(session, container, row).model_dump(mode="json")

        return MerchantOut.model_validate(once.answer(session, now, take_on))


@router.patch("/{merchant_id}", summary="Change a merchant")
def change_merchant(
    merchant_id: UUID, change: MerchantChange, caller: Writer, container: Here
) -> MerchantOut:
    """Set the fields that are sent; `phones` are all of them. What is owed to one that is not active stays owed."""
    now, settings, given = container.clock.now(), container.settings, changes(change)
    if "language" in given:
        check_language(change.language, settings.languages)
    if "payee_phone" in given:
        given["payee_phone"] = as_phone(change.payee_phone, settings.region, "payee_phone")
    _check_provider(container, given.get("provider"))
    phones = _phones(container, given.pop("phones")) if "phones" in given else None
    with container.database.unit_of_work() as session:
        if "zone_id" in given:
            with naming("zone_id"):
                places.zone(session, change.zone_id)
        row = service.change(session, merchant_id, given, now)
        if phones is not None:
            service.set_phones(session, row, phones, now)
        fields = sorted(change.model_fields_set)
        trail.wrote(session, caller, "changed", "merchant", merchant_id, now=now, fields=fields)
        return _one(session, container, row)


@router.put("/{merchant_id}/pin", status_code=204, summary="Set a merchant's PIN")
def set_pin(merchant_id: UUID, new: NewPin, caller: Writer, container: Here) -> Response:
    """A new PIN for the page: whoever was signed in must sign in again. It can never be read back."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        sign_in.set_pin(session, merchant_id, new.pin, now)
        trail.wrote(session, caller, "pin_set", "merchant", merchant_id, now=now)
    return Response(status_code=204)


@router.post("/{merchant_id}/unlock", summary="Forgive wrong guesses")
def unlock(merchant_id: UUID, caller: Writer, container: Here) -> MerchantOut:
    """Somebody has looked at the merchant's wrong guesses: they count no more, and it may take vouchers again."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = service.lock(session, merchant_id)
        guesses.forgive(row, now)
        session.flush()
        trail.wrote(session, caller, "unlocked", "merchant", merchant_id, now=now)
        return _one(session, container, row)


def _check_provider(container: Container, provider: str | None) -> None:
    known = container.settings.payment_providers
    if provider is not None and provider not in known:
        raise InvalidInput("provider", f"The providers are {', '.join(known) or 'not set up'}.")


def _phones(container: Container, given: list[str]) -> list[Phone]:
    return [as_phone(one, container.settings.region, "phones") for one in given]


def _one(session: Session, container: Container, row: Merchant) -> MerchantOut:
    return _shown(session, container, row, service.phones(session, [row.id])[row.id])


def _shown(session: Session, container: Container, row: Merchant, phones: list[str]) -> MerchantOut:
    computed = {
        "phones": phones,
        "has_pin": row.pin_hash is not None,
        "locked": guesses.is_locked(session, row, VoucherRules.of(container.settings), container.clock.now()),
        "owed_minor": statements.owed(session, row.code),
        "paying_minor": statements.paying(session, row.code),
    }
    own = {name: getattr(row, name) for name in MerchantOut.model_fields if name not in computed}
    return MerchantOut(**own, **computed)
