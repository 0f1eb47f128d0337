"""Households from a CSV file. Nothing is lost: a row that cannot be taken goes to a file of its own, with why."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TextIO

from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.bulk.cells import unguarded
from app.container import Container
from app.errors import InvalidInput, WeighbackError
from app.households import service as households
from app.kernel.phone import NotAPhone, parse_phone
from app.kernel.place import Location
from app.pickups.service import EXTEND_PICKUPS
from app.places import service as places

REQUIRED: Final = ("phone", "name", "zone", "landmark")
OPTIONAL: Final = ("language", "latitude", "longitude")
PASSED_OVER: Final = ("id", "status", "joined_at", "balance_minor", "error")
"""Columns of an export, or of a file of refused rows, that mean nothing here."""
_BATCH_ROWS: Final = 200
_GREATEST: Final = {"latitude": 90.0, "longitude": 180.0}

Row = dict[str, str]


@dataclass(frozen=True)
class Outcome:
    row: Row
    result: Literal["made", "known", "refused"]
    why: str = ""


@dataclass
class Tally:
    made: int = 0
    known: int = 0
    refused: int = 0

    def add(self, outcome: Outcome) -> None:
        setattr(self, outcome.result, getattr(self, outcome.result) + 1)


def count_rows(path: Path) -> int:
    """About how many rows there are, for a progress bar."""
    with path.open("rb") as file:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1, 0)


def columns_of(path: Path) -> list[str]:
    """The file's columns. Raises `InvalidInput` where one is missing, or there is one we do not know."""
    with _opened(path) as file:
        try:
            found = next(csv.reader(file), [])
        except csv.Error as error:
            raise InvalidInput("file", f"{path.name} is no CSV file: {error}") from error
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise InvalidInput(
            "file", f"{path.name} lacks the column {missing[0]}; it needs {', '.join(REQUIRED)}"
        )
    unknown = [name for name in found if name not in REQUIRED + OPTIONAL + PASSED_OVER]
    if unknown:
        raise InvalidInput("file", f"{path.name} has a column {unknown[0]!r} that is not known here")
    return [name for name in found if name != "error"]


def import_households(container: Container, path: Path) -> Iterator[Outcome]:
    """Enrol each row's household, yielding what became of each row, in order.

    Rows are committed in batches, each row on its own savepoint; a household with the same phone and name
    is known already, so a file can be imported again after an interruption.
    """
    columns = columns_of(path)
    with _opened(path) as file:
        rows = _rows(csv.reader(file), columns)
        while batch := list(islice(rows, _BATCH_ROWS)):
            with container.database.unit_of_work() as session:
                outcomes = [_take(session, container, row, broken) for row, broken in batch]
                if any(outcome.result == "made" for outcome in outcomes):
                    container.jobs.enqueue(session, EXTEND_PICKUPS)
            yield from outcomes


def write_refused(path: Path, refused: list[Outcome]) -> None:
    """Write the refused rows, as they were, with a last column that says why; bytes that were no text too."""
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        columns = list(refused[0].row)
        writer = csv.writer(file)
        writer.writerow([*columns, "error"])
        writer.writerows([*outcome.row.values(), outcome.why] for outcome in refused)


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _rows(reader: Iterator[list[str]], columns: list[str]) -> Iterator[tuple[Row, str]]:
    """Each row by column, with what is broken about its shape."""
    header = next(reader)
    width = len(header)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield dict.fromkeys(columns, ""), f"the line cannot be read: {error}"
            continue
        if not cells:
            continue
        broken = "" if len(cells) in (width, len(columns)) else f"has {len(cells)} cells, not {len(columns)}"
        row = {name: cell for name, cell in zip(header, cells, strict=False) if name != "error"}
        row = {name: row.get(name, "") for name in columns}
        if len(cells) > width:
            row[columns[-1]] += "," + ",".join(cells[width:])
        yield row, broken


def _take(session: Session, container: Container, row: Row, broken: str) -> Outcome:
    if broken:
        return Outcome(row, "refused", broken)
    try:
        with session.begin_nested():
            return _enrol(session, container, row)
    except InvalidInput as error:
        return Outcome(row, "refused", f"{error.field}: {error.detail}")
    except WeighbackError as error:
        return Outcome(row, "refused", error.detail)


def _enrol(session: Session, container: Container, row: Row) -> Outcome:
    settings, now = container.settings, container.clock.now()
    values = {name: unguarded(cell.strip()) for name, cell in row.items()}
    for name, value in values.items():
        if not value.isprintable():
            raise InvalidInput(name, "holds bytes that are no text (UTF-8) or control characters")
    try:
        phone = parse_phone(values["phone"], settings.region)
    except NotAPhone as error:
        raise InvalidInput("phone", "is no possible phone number") from error
    zone = places.zone_by_code(session, values["zone"])
    if zone is None:
        raise InvalidInput("zone", "there is no such zone")
    language = values.get("language") or settings.default_language
    if language not in settings.languages:
        raise InvalidInput("language", f"is none of {', '.join(settings.languages)}")
    location = _location(values)
    if any(known.name == values["name"] for known in households.for_phone(session, phone)):
        return Outcome(row, "known")
    made = households.enrol(
        session,
        phone=phone,
        name=values["name"],
        language=language,
        zone_id=zone.id,
        landmark=values["landmark"],
        location=location,
        now=now,
    )
    record(session, COMMAND_LINE.actor, "imported", "household", made.id, now=now)
    return Outcome(row, "made")


def _location(values: Row) -> Location | None:
    given = {name: values[name] for name in _GREATEST if values.get(name)}
    if not given:
        return None
    degrees: dict[str, float] = {}
    for name, greatest in _GREATEST.items():
        try:
            degrees[name] = float(given.get(name, ""))
        except ValueError as error:
            raise InvalidInput(name, "is no number of degrees") from error
        if not math.isfinite(degrees[name]) or abs(degrees[name]) > greatest:
            raise InvalidInput(name, f"must lie between -{greatest:.0f} and {greatest:.0f} degrees")
    return Location(degrees["latitude"], degrees["longitude"], source="import")
