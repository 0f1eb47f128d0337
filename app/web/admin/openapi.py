"""The API's own description, completed with examples and the shape of its errors; and a page to read it on.

The page is plain HTML made here: nothing is fetched from anywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.web.admin.shapes import Input, Output
from app.web.problem import KINDS, MEDIA_TYPE, FieldProblem, Problem

PATH = "/api/v1/openapi.json"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in {
        400: "The request cannot be read.",
        401: "No key, or one that is unknown or revoked.",
        403: "The key lacks a scope, which is named.",
        404: "There is no such thing.",
        409: "At odds with what is already recorded.",
        413: "The body is too large.",
        422: "A field cannot be accepted; `errors` names it.",
        503: "The database cannot be reached; try again.",
    }.items()
}
_DESCRIPTION = """\
Everything an operations team sees and steers. Send `Authorization: Bearer KEY`; a key has scopes, such as
`households:read`, and `admin` stands for all of them. Lists are paged: pass `next_cursor` on as `cursor`.
Errors are problem details (RFC 9457), `errors` naming each field. Amounts are in minor units (kobo), weights
in grams, times in UTC. Reads of personal data and all writes leave an audit event.
"""
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(), trim_blocks=True
)


def install(app: FastAPI) -> None:
    """Serve the description at `PATH` and the page at /docs."""

    @cache
    def described() -> dict[str, Any]:
        return describe(app)  # at the first request: describing takes longer than starting

    def openapi(_request: Request) -> Response:
        return JSONResponse(described())

    def docs(_request: Request) -> Response:
        schema = described()
        page = _pages.get_template("docs.html").render(
            schema=schema, kinds=KINDS, operations=_operations(schema)
        )
        return HTMLResponse(
            page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        )

    app.add_route(PATH, openapi, methods=["GET"], include_in_schema=False)
    app.add_route("/docs", docs, methods=["GET"], include_in_schema=False)


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    schema = get_openapi(title="Weighback", version=app.version, description=_DESCRIPTION, routes=app.routes)
    components = schema["components"]["schemas"]
    _, extra = models_json_schema(
        [(Problem, "serialization"), (FieldProblem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    components.update(extra["$defs"])
    for model in _models(Input, Output, Problem):
        extras = model.model_config.get("json_schema_extra")
        if model.__name__ in components and isinstance(extras, dict):
            # As they were written: FastAPI drops what is null from them.
            components[model.__name__]["examples"] = extras["examples"]
    for _, _, operation in _operations(schema):
        for media in _media_types(operation):
            example = _example_of(media["schema"], components)
            if example is not None:
                media["example"] = example
    return schema


def _models(*roots: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for root in roots:
        yield root
        yield from _models(*root.__subclasses__())


def _operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def _media_types(operation: dict[str, Any]) -> list[dict[str, Any]]:
    contents = [answer.get("content", {}) for answer in operation["responses"].values()]
    contents.append(operation.get("requestBody", {}).get("content", {}))
    return [media for content in contents for media in content.values() if "schema" in media]


def _example_of(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """A model's own example; a page's is a page of one."""
    if "$ref" not in schema:
        return None
    model = cast("dict[str, Any]", components[schema["$ref"].rsplit("/", 1)[-1]])
    if "examples" in model:
        return model["examples"][0]
    items = model.get("properties", {}).get("items", {}).get("items")
    if items is None:
        return None
    return {"items": [_example_of(items, components)], "next_cursor": None}


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _with_code(text: str) -> Markup:
    """The text, with what stands in backticks set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped first


_pages.filters |= {"as_json": _as_json, "with_code": _with_code}
