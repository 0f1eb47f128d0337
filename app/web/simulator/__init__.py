"""The phone in the browser. Mounted in the demo and in tests, never in production."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/simulator", include_in_schema=False)
