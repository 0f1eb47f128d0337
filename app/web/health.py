"""For operators: is the process alive, can it do its work, what has it done."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.container import Container
from app.payouts.floats.forecasting import Forecast
from app.payouts.floats.watching import judge
from app.web.deps import Here
from app.web.observe import Metrics
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
def metrics(request: Request, container: Here) -> Response:
    """Prometheus text format. What is read from the database is left out while that cannot be reached."""
    told: Metrics = request.app.state.metrics
    told.float_minor.clear()
    told.float_days_left.clear()
    try:
        for one in _floats(container):
            if one.float.known_minor is not None:
                told.float_minor.labels(one.float.provider).set(one.float.known_minor)
            if one.days_left is not None:
                told.float_days_left.labels(one.float.provider).set(one.days_left)
    except SQLAlchemyError as error:
        log.warning("metrics.no_database", kind=type(error).__name__)
    return PlainTextResponse(generate_latest(told.registry), media_type=CONTENT_TYPE_LATEST)


def _floats(container: Container) -> list[Forecast]:
    with container.database.snapshot() as session:
        return judge(
            session, container.payment_providers, container.settings.float_warning_days, container.clock.now()
        )
