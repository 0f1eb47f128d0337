"""The merchants' page: a code in, an answer out, and the statement; plain forms that work without script."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.merchant import counter, sign_in, statement

router = APIRouter(include_in_schema=False)
for part in (sign_in, counter, statement):
    router.include_router(part.router)
