"""Where the sheet's queue is emptied: records in, one answer for each, by its id (docs/route-sheet.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool

from app.collectors.sessions import SignedIn
from app.container import Container
from app.fieldwork.answers import Answer, Rules, Sender, Taken, Why
from app.fieldwork.taking import take
from app.integrity.doubts import Doubts
from app.integrity.hub_weighins import look_again
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.day_data import day_data
from app.web.routesheet.made import read
from app.web.routesheet.today import todays_sheet
from app.weighing.models import Via

MOST_RECORDS = 50
log = structlog.get_logger()
router = APIRouter(route_class=guard.DataRoute)


class Batch(BaseModel):
    """What a queue sends at once. Its records are read one by one: a bad one blocks no other."""

    collector: UUID
    sent_at: AwareDatetime
    records: list[dict[str, Any]] = Field(max_length=MOST_RECORDS)


@router.post("/route/sync")
async def sync(request: Request, container: Here) -> Response:
    """Take the records of one batch. Answers 401 to whoever is not signed in, and 403 to a batch of somebody else."""
    body = await request.body()
    return await run_in_threadpool(_sync, request, container, body)


def _sync(request: Request, container: Container, body: bytes) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
    try:
        batch = Batch.model_validate_json(body)
    except ValidationError:
        return guard.refusal(400, "malformed")
    if batch.collector != who.collector_id:
        # A phone that two share: one's work is never taken as the other's.
        return guard.refusal(403, "somebody-else")
    sender = Sender(who.collector_id, Via.SYNC, batch.sent_at.astimezone(UTC))
    answers = [
        {"id": str(given.get("id"))[:64], **answer}
        for given in batch.records
        if (answer := _answer(container, who, given, sender, now)) is not None
    ]
    with container.database.unit_of_work() as session:
        stamp = day_data(session, container, who, todays_sheet(session, container, who, now), now)["stamp"]
    return JSONResponse(
        {
            "collector": str(who.collector_id),
            "received_at": now.isoformat(),
            "answers": answers,
            "day": stamp,
        }
    )


def _answer(
    container: Container, who: SignedIn, given: Mapping[str, Any], sender: Sender, now: datetime
) -> dict[str, Any] | None:
    """In a unit of work of its own. None where we failed: then the record stays on the phone and comes again."""
    try:
        record = read(given)
    except ValidationError as error:
        log.warning("record.malformed", collector_id=str(sender.collector_id), problems=len(error.errors()))
        return answer_about(container, who, Taken(Answer.REFUSED, Why.MALFORMED))
    rules = Rules.of(container.settings, Doubts.of(container.settings))
    try:
        with container.database.unit_of_work() as session:
            taken = take(session, record, sender, now=now, post=container.post, rules=rules)
            if record.of_weights and taken.answer is Answer.ACCEPTED and taken.pickup_id:
                by = f"collector:{sender.collector_id}"
                look_again(session, taken.pickup_id, container.settings, by=by, now=now)
    except (OperationalError, PoolTimeoutError):
        raise  # the database is away: for all of them
    except Exception:
        log.exception("record.failed", record_id=str(record.id))
        return None
    return answer_about(container, who, taken)


def answer_about(container: Container, who: SignedIn, taken: Taken) -> dict[str, Any]:
    """The word about one record; `said` is the reason in the collector's language."""
    shown: dict[str, Any] = {"answer": taken.answer.value}
    if taken.why is not None:
        shown["reason"] = taken.why.value
        shown["said"] = container.catalogue.on_screens.text(f"sheet.why.{taken.why.value}", who.language)
    if taken.off_route:
        shown["off_route"] = True
    return shown
