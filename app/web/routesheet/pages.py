"""Pages from templates, in the collector's language."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.container import Container
from app.conversation.catalogue import Catalogue
from app.conversation.values import Value
from app.web.routesheet import assets

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
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
    page = _environment().get_template(template)
    content = page.render(
        t=partial(_text, catalogue, spoken),
        w=partial(catalogue.write, language=spoken),
        language=spoken,
        programme=container.settings.programme_name,
        stylesheet=assets.style().address,
        forms_stylesheet=assets.forms_style().address,
        script=assets.script().address,
        scan_script=assets.scan_script().address,
        bags_script=assets.bags_script().address,
        enrol_script=assets.enrol_script().address,
        **values,
    )
    return HTMLResponse(content, status)


def _text(catalogue: Catalogue, language: str, key: str, **values: Value) -> str:
    return catalogue.text(key, language, **values)
