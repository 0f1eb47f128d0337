"""Rows of a CSV file, taken one by one. Nothing is lost: one that cannot be taken goes to a file of its own, with why."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TextIO

from sqlalchemy.orm import Session

from app.bulk.cells import unguarded
from app.container import Container
from app.errors import InvalidInput, WeighbackError

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


@dataclass(frozen=True)
class Columns:
    required: tuple[str, ...]
    optional: tuple[str, ...]
    passed_over: tuple[str, ...] = ("error",)
    """Columns of an export, or of a file of refused rows, that mean nothing here."""

    @property
    def help(self) -> str:
        return f"Columns: {', '.join(self.required)}; may have: {', '.join(self.optional)}."

    def of(self, path: Path) -> list[str]:
        """The file's columns. Raises `InvalidInput` where one is missing, or there is one we do not know."""
        with _opened(path) as file:
            try:
                found = next(csv.reader(file), [])
            except csv.Error as error:
                raise InvalidInput("file", f"{path.name} is no CSV file: {error}") from error
        missing = [name for name in self.required if name not in found]
        if missing:
            raise InvalidInput(
                "file", f"{path.name} lacks the column {missing[0]}; it needs {', '.join(self.required)}"
            )
        unknown = [name for name in found if name not in self.required + self.optional + self.passed_over]
        if unknown:
            raise InvalidInput("file", f"{path.name} has a column {unknown[0]!r} that is not known here")
        return [name for name in found if name != "error"]


def count_rows(path: Path) -> int:
    """About how many rows there are, for a progress bar."""
    with path.open("rb") as file:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1, 0)


def bring_in(
    container: Container,
    path: Path,
    columns: Columns,
    take: Callable[[Session, Row], bool],
    and_then: Callable[[Session], None] = lambda _session: None,
) -> Iterator[Outcome]:
    """What became of each row, in order. `take` is given its cells, and says whether it made something new.

    Rows are committed in batches, each row on its own savepoint; `and_then` runs once in a batch that made any.
    """
    names = columns.of(path)
    with _opened(path) as file:
        rows = _rows(csv.reader(file), names)
        while batch := list(islice(rows, _BATCH_ROWS)):
            with container.database.unit_of_work() as session:
                outcomes = [_taken(session, take, row, broken) for row, broken in batch]
                if any(outcome.result == "made" for outcome in outcomes):
                    and_then(session)
            yield from outcomes


def write_refused(path: Path, refused: list[Outcome]) -> None:
    """Write the refused rows, as they were, with a last column that says why; bytes that were no text too."""
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        columns = list(refused[0].row)
        writer = csv.writer(file)
        writer.writerow([*columns, "error"])
        writer.writerows([*outcome.row.values(), outcome.why] for outcome in refused)


def degrees(values: Row) -> tuple[float, float] | None:
    """Latitude and longitude; None where both are empty. Raises `InvalidInput`."""
    given = {name: values[name] for name in _GREATEST if values.get(name)}
    if not given:
        return None
    found: dict[str, float] = {}
    for name, greatest in _GREATEST.items():
        try:
            found[name] = float(given.get(name, ""))
        except ValueError as error:
            raise InvalidInput(name, "is no number of degrees") from error
        if not math.isfinite(found[name]) or abs(found[name]) > greatest:
            raise InvalidInput(name, f"must lie between -{greatest:.0f} and {greatest:.0f} degrees")
    return found["latitude"], found["longitude"]


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


def _taken(session: Session, take: Callable[[Session, Row], bool], row: Row, broken: str) -> Outcome:
    if broken:
        return Outcome(row, "refused", broken)
    values = {name: unguarded(cell.strip()) for name, cell in row.items()}
    try:
        for name, value in values.items():
            if not value.isprintable():
                raise InvalidInput(name, "holds bytes that are no text (UTF-8) or control characters")  # noqa: TRY301
        with session.begin_nested():
            return Outcome(row, "made" if take(session, values) else "known")
    except InvalidInput as error:
        return Outcome(row, "refused", f"{error.field}: {error.detail}")
    except WeighbackError as error:
        return Outcome(row, "refused", error.detail)
