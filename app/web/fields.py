"""The fields of a page's form, and whether it was one of our own pages that sent them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from app.errors import InvalidInput, NotAllowed

_MOST_FIELDS = 200
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def _read(request: Request) -> dict[str, str]:
    """The form's fields; of one sent twice the last. Bytes that are no text become U+FFFD.

    Raises `InvalidInput` for a body that is no form at all.
    """
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise InvalidInput("form", "send the page's own form")
    body = (await request.body()).decode("ascii", "replace")
    return read_fields(body)


def read_fields(encoded: str) -> dict[str, str]:
    """URL-encoded fields, as in `_read`."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidInput("form", "the form has too many fields") from error
    return {name: _UNREADABLE.sub("\ufffd", value) for name, value in pairs}


Fields = Annotated[dict[str, str], Depends(_read)]


def refuse_other_sites(request: Request) -> None:
    """Only our own pages may send forms here. Raises `NotAllowed`.

    Browsers say where a form comes from in `Sec-Fetch-Site`, older ones in `Origin`; what sends neither is
    too old to be attacked through anything but its cookie, and that is SameSite.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    else:
        allowed = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not allowed:
        raise NotAllowed("this form was sent from another site")
