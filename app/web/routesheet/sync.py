"""Where the sheet's queue is emptied: records in, one answer for each, by its id (docs/route-sheet.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool

from app.container import Container
from app.fieldwork import records
from app.fieldwork.clocks import Stamp
from app.fieldwork.taking import Answer, Rules, Sender, Taken, Why, take
from app.integrity.doubts import Doubts
from app.integrity.hub_weighins import look_again
from app.pickups.statuses import MissedReason
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.day_data import day_data
from app.web.routesheet.forms import NOTE_LONGEST
from app.web.routesheet.today import todays_sheet
from app.weighing.models import Via
from app.weighing.service import Limits

MOST_RECORDS = 50
log = structlog.get_logger()
router = APIRouter(route_class=guard.DataRoute)

_Grams = dict[
    Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}$")], Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
]
_LONGEST_OFFSET_MS = 200 * 366 * 86_400_000


class _Made(BaseModel):
    """What all records have."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    pickup: UUID
    at: AwareDatetime
    offset: Annotated[int, Field(strict=True, ge=-_LONGEST_OFFSET_MS, le=_LONGEST_OFFSET_MS)] | None = None
    """Milliseconds to add to the phone's clock."""

    def record(self) -> records.Record:
        offset = None if self.offset is None else timedelta(milliseconds=self.offset)
        return records.Record(self.id, self.pickup, Stamp(self.at.astimezone(UTC), offset), self.what())

    def what(self) -> Any:
        raise NotImplementedError


class _Weighing(_Made):
    kind: Literal["weighing"]
    grams: _Grams = Field(max_length=50)

    def what(self) -> records.Weighed:
        return records.Weighed(self.grams)


class _Missed(_Made):
    kind: Literal["missed"]
    reason: MissedReason
    note: str = Field("", max_length=NOTE_LONGEST, pattern=r"^[^\x00]*$")

    def what(self) -> records.NotCollected:
        return records.NotCollected(self.reason, self.note)


class _Correction(_Made):
    kind: Literal["correction"]
    supersedes: UUID
    grams: _Grams = Field(max_length=50)

    def what(self) -> records.Correction:
        return records.Correction(self.supersedes, self.grams)


class _Handover(_Made):
    kind: Literal["handover"]
    code: str = Field(pattern=r"^[0-9]{1,8}$")

    def what(self) -> records.Handover:
        return records.Handover(self.code)


class _Position(_Made):
    kind: Literal["position"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    accuracy_metres: int = Field(ge=0, le=100_000)

    def what(self) -> records.Position:
        return records.Position(self.latitude, self.longitude, self.accuracy_metres)


class _Bag(_Made):
    kind: Literal["bag"]
    code: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")

    def what(self) -> records.BagCode:
        return records.BagCode(self.code)


_RECORD: TypeAdapter[_Made] = TypeAdapter(
    Annotated[_Weighing | _Missed | _Correction | _Handover | _Position | _Bag, Field(discriminator="kind")]
)


class Batch(BaseModel):
    """Records are read one by one: a bad one blocks no other."""

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
        if (answer := _answer(container, given, sender, now)) is not None
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
    container: Container, given: Mapping[str, Any], sender: Sender, now: datetime
) -> dict[str, Any] | None:
    """In a unit of work of its own. None where we failed: then the record stays on the phone and comes again."""
    try:
        record = _RECORD.validate_python(given).record()
    except ValidationError as error:
        log.warning("record.malformed", collector_id=str(sender.collector_id), problems=len(error.errors()))
        return answer_about(Taken(Answer.REFUSED, Why.MALFORMED))
    try:
        with container.database.unit_of_work() as session:
            taken = take(session, record, sender, now=now, post=container.post, rules=rules_of(container))
            if record.of_weights and taken.answer is Answer.ACCEPTED:
                by = f"collector:{sender.collector_id}"
                look_again(session, record.pickup_id, container.settings, by=by, now=now)
    except (OperationalError, PoolTimeoutError):
        raise  # the database is away: for all of them
    except Exception:
        log.exception("record.failed", record_id=str(record.id))
        return None
    return answer_about(taken)


def rules_of(container: Container) -> Rules:
    settings = container.settings
    return Rules(Limits.of(settings), settings.secret_key.get_secret_value(), Doubts.of(settings))


def answer_about(taken: Taken) -> dict[str, Any]:
    shown: dict[str, Any] = {"answer": taken.answer.value}
    if taken.why is not None:
        shown["reason"] = taken.why.value
    if taken.off_route:
        shown["off_route"] = True
    return shown
