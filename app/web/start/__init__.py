"""The first page: where to go, for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.settings import Environment
from app.web.deps import Here
from app.web.looks import Pages

HERE: Final = Path(__file__).parent

router = APIRouter(include_in_schema=False)
pages = Pages(HERE / "templates")


@router.get("/")
def start(container: Here) -> HTMLResponse:
    settings = container.settings
    return pages.page(
        "start.html",
        demo=settings.environment is Environment.DEMO,
        here="start",
        programme=settings.programme_name,
    )
