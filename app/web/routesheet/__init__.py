"""The collectors' pages."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/route", include_in_schema=False)
