"""The web application: faces, error handlers and the layers around them, in one place to read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI

from app import logs
from app.bootstrap import build
from app.container import Container
from app.settings import Environment, load_settings
from app.web import (
    admin,
    dashboard,
    health,
    limits,
    looks,
    merchant,
    observe,
    problem,
    routesheet,
    simulator,
    start,
    webhooks,
)
from app.web.admin import openapi

THREADS: Final = 8
"""Requests at work at once in one process; others wait their turn. With the framework's own forty, threads mostly
wait for each other: with fifty callers on PostgreSQL, 240 USSD turns/s became 330, and 87 of 100 answers within
300 ms became all of them (`benchmarks.conversation`)."""


STATEMENT_MAX_BYTES: Final = 4 * 1024 * 1024
"""Of a provider's statement of a day."""


@asynccontextmanager
async def _in_few_threads(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield


def create_app(container: Container) -> FastAPI:
    """The service's web faces over `container`. Whoever built the container closes it."""
    app = FastAPI(
        title="Weighback",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_in_few_threads,
        routes=_faces(simulated=container.settings.environment is not Environment.PRODUCTION).routes,
    )
    app.state.container = container
    app.state.metrics = observe.Metrics()

    openapi.install(app)
    problem.install(app)
    # The last added is the outermost.
    app.add_middleware(
        limits.BodyLimit,
        max_bytes=container.settings.request_body_max_bytes,
        larger={"/api/v1/reconciliations": STATEMENT_MAX_BYTES},
    )
    app.add_middleware(limits.ReadableAddress)
    app.add_middleware(observe.Observe, metrics=app.state.metrics)
    return app


@cache
def _faces(*, simulated: bool) -> APIRouter:
    """Every face's routes. Made once in a process: to make two hundred ready takes a fifth of a second."""
    faces = APIRouter()
    for face in (health, webhooks, admin, routesheet, merchant, start, dashboard, looks):
        faces.include_router(face.router)
    if simulated:
        faces.include_router(simulator.router)
    return faces


def create_app_from_settings() -> FastAPI:
    """The same for a web process of its own, as `weighback serve --processes` starts them."""
    settings = load_settings()
    logs.configure(as_json=settings.environment is Environment.PRODUCTION)
    return create_app(build(settings))
