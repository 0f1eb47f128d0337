"""For operators: is the process alive, can it do its work, what has it done."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.web.deps import Here
from app.web.problem import problem

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@router.get("/healthz")
def healthz() -> JSONResponse:
    """The process is alive; it asks nothing of anything else."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(container: Here) -> Response:
    """The process can serve: the database answers and has its tables."""
    try:
        with container.database.engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM households LIMIT 1"))
    except SQLAlchemyError as error:
        log.warning("not_ready", kind=type(error).__name__)
        return problem(503, "unavailable", "The database cannot be reached, or was not migrated yet.")
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Prometheus text format."""
    return PlainTextResponse(
        generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST
    )
