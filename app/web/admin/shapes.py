"""The kinds of value the API takes and gives. Stricter than the defaults: `"5"` is no number, 5 is no date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from app.errors import InvalidInput, NotFound
from app.kernel.phone import NotAPhone, Phone, parse_phone

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}")
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 12, 31)
LARGEST_INT = 2**31 - 1


class Input(BaseModel):
    """A body. A field that is not known is refused, because a typing slip must not be silently dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Output(BaseModel):
    """An answer, read from a row."""

    model_config = ConfigDict(from_attributes=True)


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not hold control characters")
    return value


def _written_as(pattern: re.Pattern[str], example: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if isinstance(value, str) and not pattern.fullmatch(value):
            raise ValueError(f"write it as {example}")
        if not isinstance(value, str | date | time):
            raise ValueError(f"write it as {example}")  # noqa: TRY004 - pydantic wants ValueError
        return value

    return BeforeValidator(check)


def _in_our_times(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(f"must lie between {FIRST_DAY} and {LAST_DAY}")
    return value


Line = Annotated[str, StringConstraints(min_length=1), AfterValidator(_one_line)]
"""A line of text: something in it, no control characters."""
Name = Annotated[Line, Field(max_length=80)]
Language = Annotated[Line, Field(max_length=12, examples=["en"])]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,12}$")]
Day = Annotated[
    date,
    _written_as(_DATE, "2026-11-23"),
    AfterValidator(_in_our_times),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^20\d\d-\d\d-\d\d$"}, mode="validation"),
]
DayFilter = Annotated[date, _written_as(_DATE, "2026-11-23")]
"""Of a filter: any date may be asked for."""
ClockTime = Annotated[
    time,
    _written_as(_TIME, "08:30"),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}, mode="validation"),
]
TimeOut = Annotated[
    time,
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}, mode="serialization"),
]
Flag = StrictBool
Whole = Annotated[int, Field(strict=True, ge=0, le=LARGEST_INT)]
Positive = Annotated[int, Field(strict=True, ge=1, le=LARGEST_INT)]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]
PhoneText = Annotated[Line, Field(max_length=32, examples=["+2348000000001"])]


def absent() -> Any:
    """The default of a PATCH's field that was not sent. Null is no such default: it is refused where it
    makes no sense.
    """
    return Field(default_factory=lambda: None, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def example(**values: Any) -> ConfigDict:
    """The model's example, shown in the API's description."""
    return ConfigDict(json_schema_extra={"examples": [values]})


def as_phone(given: str, region: str, field: str) -> Phone:
    """`given` in E.164. Raises `InvalidInput` that names `field`."""
    try:
        return parse_phone(given, region)
    except NotAPhone as error:
        raise InvalidInput(field, "is no possible phone number") from error


def check_language(given: str, languages: Sequence[str]) -> str:
    """Raises `InvalidInput`."""
    if given not in languages:
        raise InvalidInput("language", f"is none of {', '.join(languages)}")
    return given


@contextmanager
def naming(field: str) -> Iterator[None]:
    """Where the body's `field` names something that is not there, say so of the field: the address was right."""
    try:
        yield
    except NotFound as error:
        raise InvalidInput(field, error.detail) from error


def changes(body: BaseModel) -> dict[str, Any]:
    """The fields that a PATCH really sent."""
    return {name: getattr(body, name) for name in body.model_fields_set}
