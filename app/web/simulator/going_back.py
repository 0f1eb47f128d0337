"""Every form of the simulator ends on the phone's page again."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse

from app.kernel.phone import NotAPhone, parse_phone
from app.web.looks import HEADERS


def back(phone: str, *, at: str = "", **said: str) -> RedirectResponse:
    """To the phone's page, which shows what `said` names; with its part `at` in sight, unless there is a notice."""
    query = urlencode({"phone": phone, **said})
    place = f"#{at}" if at and "notice" not in said else ""
    return RedirectResponse(f"/simulator?{query}{place}", HTTPStatus.SEE_OTHER, headers=HEADERS)


def parse_or_none(phone: str, region: str) -> str | None:
    try:
        return parse_phone(phone, region)
    except NotAPhone:
        return None
