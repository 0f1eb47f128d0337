"""The statement of one month."""

from __future__ import annotations

import re
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from app.errors import NotFound
from app.kernel.clock import local_date
from app.kernel.money import Money
from app.merchants import spreadsheet, statements
from app.places import service as places
from app.web.deps import Here
from app.web.merchant import guard
from app.web.merchant.pages import render

router = APIRouter(route_class=guard.PageRoute)
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_LINES = {"voucher": "shop.line.voucher", "settlement": "shop.line.paid", "returned": "shop.line.returned"}


@router.get("/merchant/statement")
def show(request: Request, container: Here, month: str | None = None) -> Response:
    """What the merchant was owed and paid in `month` (`2026-12`), this one if left out."""
    now, currency = container.clock.now(), container.settings.currency
    with container.database.unit_of_work() as session:
        merchant = guard.signed_in(session, request, container, now).merchant
        timezone = places.zone(session, merchant.zone_id).timezone
        today = local_date(now, timezone)
        first = _first_of(month) if month else today.replace(day=1)
        last = _next(first) - timedelta(days=1)
        made = statements.between(session, merchant, first, last, timezone)
    return render(
        container,
        "statement.html",
        merchant.language,
        shop=merchant.name,
        first=first,
        last=min(last, max(today, first)),
        opening=Money(made.opening_minor, currency),
        closing=Money(made.closing_minor, currency),
        lines=[
            (
                local_date(entry.effective_at, timezone),
                _LINES.get(spreadsheet.what(entry.kind), "shop.line.other"),
                entry.reason.rpartition(" ")[2] if entry.kind == statements.VOUCHER else "",
                Money(entry.amount_minor, currency),
            )
            for entry in made.entries
        ],
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{_next(first):%Y-%m}" if _next(first) <= today else None,
    )


def _first_of(month: str) -> date:
    """Raises `NotFound` for what is no month."""
    found = _MONTH.fullmatch(month)
    if found is None:
        raise NotFound("There is no such month.")
    return date(int(found[1]), int(found[2]), 1)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
