"""Photos from the door, one a request, the last of what the sheet sends."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from app.container import Container
from app.fieldwork.photos import Photo, keep
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.sync import answer_about

router = APIRouter(route_class=guard.DataRoute)


@router.post("/route/photos/{photo_id}")
async def photo(
    request: Request, container: Here, photo_id: UUID, *, pickup: UUID, about: UUID, at: AwareDatetime
) -> Response:
    """Keep a JPEG of 48 KiB at most, about the record `about`."""
    jpeg = await request.body()
    sent = Photo(photo_id, pickup, about, jpeg, at.astimezone(UTC))
    return await run_in_threadpool(_keep, request, container, sent)


def _keep(request: Request, container: Container, sent: Photo) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        taken = keep(session, sent, who.collector_id, now)
    answers = [{"id": str(sent.id), **answer_about(container, who, taken)}]
    return JSONResponse({"collector": str(who.collector_id), "answers": answers})
