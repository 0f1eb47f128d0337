"""The one style sheet, kept by browsers for a year under an address that changes with its content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

router = APIRouter()
_FILE = Path(__file__).parent / "sheet.css"


@cache
def _content() -> bytes:
    return _FILE.read_bytes()


@cache
def address() -> str:
    return f"/route/sheet-{hashlib.sha256(_content()).hexdigest()[:12]}.css"


@router.get("/route/sheet-{digest}.css")
def sheet(digest: str) -> Response:
    # A page from before an upgrade asks for the old sheet; the new one serves it, but is not kept as the old.
    current = address().endswith(f"-{digest}.css")
    keep = "public, max-age=31536000, immutable" if current else "no-store"
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
    return Response(_content(), media_type="text/css", headers=headers)
