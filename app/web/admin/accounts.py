"""Accounts of the book, and what they stand at."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.ledger import reading
from app.ledger.chart import AccountKind
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, cut, reached
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/accounts", tags=["accounts"])
READER = [Depends(needs("accounts:read"))]


class AccountQuery(ListQuery):
    household_id: UUID | None = None
    kind: AccountKind | None = None


class AccountOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000016",
        code="household:0193572a-6b00-7000-8000-000000000010:credit",
        kind="household_credit",
        household_id="0193572a-6b00-7000-8000-000000000010",
        currency="NGN",
        balance_minor=125000,
        entries=7,
    )

    id: UUID
    code: str
    kind: AccountKind
    household_id: UUID | None
    currency: str
    balance_minor: int
    entries: int = Field(description="How many times it was touched.")


@router.get("", summary="List accounts", dependencies=READER)
def list_accounts(asked: Annotated[AccountQuery, Query()], container: Here) -> Page[AccountOut]:
    """Accounts with their balances, in the order in which they were opened."""
    with container.database.unit_of_work() as session:
        found = reading.accounts(
            session,
            household_id=asked.household_id,
            kind=asked.kind,
            after=reached(asked),
            limit=asked.limit + 1,
        )
    shown, next_cursor = cut(found, asked)
    return Page(items=[AccountOut.model_validate(one) for one in shown], next_cursor=next_cursor)


@router.get("/{account_id}", summary="Read an account", dependencies=READER)
def read_account(account_id: UUID, container: Here) -> AccountOut:
    """One account with its balance."""
    with container.database.unit_of_work() as session:
        return AccountOut.model_validate(reading.account(session, account_id))
