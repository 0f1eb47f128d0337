"""What the demo's and the dashboard's pages share: the frame around them, their style, and strict headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import jinja2
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse

from app.errors import NotFound

HERE: Final = Path(__file__).parent
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


class Pages:
    """Templates of one face, over the shared frame. What they show is always escaped."""

    def __init__(self, folder: Path) -> None:
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([folder, HERE / "templates"]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, template: str, **values: Any) -> str:
        return self.environment.get_template(template).render(values)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self.text(template, **values), status_code=status, headers=HEADERS)


def static_file(folder: Path, name: str) -> Response:
    """One file of a face's style or script; nothing outside `folder` can be named."""
    path = folder / name
    if path.parent != folder or path.suffix not in _MEDIA_TYPES or not path.is_file():
        raise NotFound("There is no such file.")
    return FileResponse(
        path,
        media_type=_MEDIA_TYPES[path.suffix],
        headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
    )


@router.get("/looks/{name}")
def looks(name: str) -> Response:
    return static_file(HERE / "static", name)
