"""Pages from templates, in the merchant's language."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.container import Container
from app.conversation.values import Value

HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    container: Container, template: str, language: str | None, *, status: int = 200, **values: object
) -> HTMLResponse:
    """The page `template`; in it `t(key, …)` is the catalogue's text, and `w(value)` a value alone."""
    catalogue = container.catalogue.on_screens
    spoken = language if language in catalogue.languages else catalogue.default

    def text(key: str, **given: Value) -> str:
        return catalogue.text(key, spoken, **given)

    page = _environment().get_template(template)
    content = page.render(
        t=text,
        w=partial(catalogue.write, language=spoken),
        language=spoken,
        programme=container.settings.programme_name,
        **values,
    )
    return HTMLResponse(content, status)
