"""Records as the sheet writes them (docs/route-sheet.md), read one by one: a bad one blocks no other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from app.fieldwork import records
from app.fieldwork.clocks import Stamp
from app.households.service import LANDMARK_MAX
from app.pickups.statuses import MissedReason
from app.web.routesheet.forms import NOTE_LONGEST

_Grams = dict[
    Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}$")], Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
]
_LONGEST_OFFSET_MS = 200 * 366 * 86_400_000
_READABLE = r"^[^\x00]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Made(_Strict):
    """What all records have; each kind says `what` it tells."""

    id: UUID
    pickup: UUID
    at: AwareDatetime
    offset: Annotated[int, Field(strict=True, ge=-_LONGEST_OFFSET_MS, le=_LONGEST_OFFSET_MS)] | None = None
    """Milliseconds to add to the phone's clock."""

    def record(self) -> records.Record:
        offset = None if self.offset is None else timedelta(milliseconds=self.offset)
        return records.Record(self.id, self.pickup, Stamp(self.at.astimezone(UTC), offset), self.what())

    @abstractmethod
    def what(self) -> records.What: ...


class _Weighing(_Made):
    kind: Literal["weighing"]
    grams: _Grams = Field(max_length=50)

    def what(self) -> records.Weighed:
        return records.Weighed(self.grams)


class _Missed(_Made):
    kind: Literal["missed"]
    reason: MissedReason
    note: str = Field("", max_length=NOTE_LONGEST, pattern=_READABLE)

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


class _Place(_Strict):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    accuracy_metres: int = Field(ge=0, le=100_000)

    def position(self) -> records.Position:
        return records.Position(self.latitude, self.longitude, self.accuracy_metres)


class _Position(_Made, _Place):
    kind: Literal["position"]

    def what(self) -> records.Position:
        return self.position()


class _Bag(_Made):
    kind: Literal["bag"]
    code: str = Field(min_length=1, max_length=200, pattern=_READABLE)

    def what(self) -> records.BagCode:
        return records.BagCode(self.code)


class _Enrolment(_Made):
    kind: Literal["enrolment"]
    phone: str = Field(max_length=32, pattern=_READABLE)
    name: str = Field(max_length=records.NAME_LONGEST, pattern=_READABLE)
    language: str = Field(max_length=12, pattern=_READABLE)
    zone: str = Field(max_length=12, pattern=_READABLE)
    landmark: str = Field(max_length=LANDMARK_MAX, pattern=_READABLE)
    position: _Place | None = None
    agreed: Literal[True]
    """Whoever was at the door said yes; without it there is nothing to send."""

    @model_validator(mode="after")
    def _names_itself(self) -> Self:
        if self.pickup != self.id:
            raise ValueError("an enrolment is its own first stop")
        return self

    def what(self) -> records.Enrolment:
        position = self.position.position() if self.position else None
        return records.Enrolment(self.phone, self.name, self.language, self.zone, self.landmark, position)


_RECORD: TypeAdapter[_Made] = TypeAdapter(
    Annotated[
        _Weighing | _Missed | _Correction | _Handover | _Position | _Bag | _Enrolment,
        Field(discriminator="kind"),
    ]
)


def read(given: Mapping[str, Any]) -> records.Record:
    """Raises pydantic's `ValidationError`."""
    return _RECORD.validate_python(given).record()
