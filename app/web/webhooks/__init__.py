"""Where gateways and payment providers call: verify, record, act, answer."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/webhooks", include_in_schema=False)
