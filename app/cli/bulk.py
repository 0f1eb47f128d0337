"""Bringing people and places in, and writing tables out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from app.bulk import collectors_in, households_in, landmarks_in, maps, out
from app.bulk.rows import Columns, Outcome, Tally, count_rows, write_refused
from app.cli.opening import migrated, notes
from app.container import Container

commands = typer.Typer()
bring_in = typer.Typer(no_args_is_help=True, help="Bring data in from CSV files.")
commands.add_typer(bring_in, name="import")

SHOWN_MAX = 20
"""Refused rows whose reason is shown; the file has them all."""


def _file(columns: Columns) -> Any:
    return typer.Argument(exists=True, dir_okay=False, readable=True, help=columns.help)


@bring_in.command("households", epilog="Example: weighback import households surulere.csv")
def import_households(file: Annotated[Path, _file(households_in.COLUMNS)]) -> None:
    """Enrol the households of a CSV file (UTF-8). May be repeated: households that are known are left alone.

    Rows that cannot be taken are written to FILE.errors.csv with the reason, to be mended and imported.
    """
    _bring_in(file, households_in.import_households)


@bring_in.command("collectors", epilog="Example: weighback import collectors riders.csv")
def import_collectors(file: Annotated[Path, _file(collectors_in.COLUMNS)]) -> None:
    """Take on the collectors of a CSV file (UTF-8), with their bikes, weeks and the zones they know.

    A week is written mon-fri 07:00-17:00 break 12:00-13:00 30|sat 08:00-12:00 (a break of 30 minutes that begins
    from 12:00 to 13:00); left out, they ride every day in the usual hours. Zones are codes divided by |, a role is
    rider or hub. May be repeated: those that are known are left alone. Rows that cannot be taken are written to
    FILE.errors.csv with the reason, to be mended and imported.
    """
    _bring_in(file, collectors_in.import_collectors)


@bring_in.command("landmarks", epilog="Example: weighback import landmarks surulere-landmarks.csv")
def import_landmarks(file: Annotated[Path, _file(landmarks_in.COLUMNS)]) -> None:
    """Make the landmarks of a CSV file (UTF-8), a place by coordinates or plus code, other names divided by |.

    May be repeated: those that are known are left alone. Rows that cannot be taken are written to
    FILE.errors.csv with the reason, to be mended and imported.
    """
    _bring_in(file, landmarks_in.import_landmarks)


def _bring_in(file: Path, read: Callable[[Container, Path], Iterator[Outcome]]) -> None:
    tally = Tally()
    refused: list[Outcome] = []
    with migrated() as container, Progress(console=notes) as progress:
        bar = progress.add_task(file.name, total=count_rows(file))
        for outcome in read(container, file):
            tally.add(outcome)
            if outcome.result == "refused":
                refused.append(outcome)
            progress.advance(bar)
    sys.stdout.write(f"{tally.made} made, {tally.known} known already, {tally.refused} refused\n")
    if refused:
        beside = file.with_name(file.name.removesuffix(".csv") + ".errors.csv")
        write_refused(beside, refused)
        for number, outcome in enumerate(refused[:SHOWN_MAX], start=1):
            notes.print(f"{number}. {outcome.why}", markup=False, highlight=False)
        notes.print(f"All refused rows, with the reasons: {beside}", markup=False, highlight=False)
        raise typer.Exit(1)


@commands.command("export", epilog="Example: weighback export gpx --date 2026-12-01 --out routes.gpx")
def export_table(
    table: Annotated[
        str,
        typer.Argument(
            help=f"One of: {', '.join(out.TABLES)}; of a day's routes: {', '.join(maps.FORMATS)}."
        ),
    ],
    file: Annotated[Path | None, typer.Option("--out", help="Where to; standard output if left out.")] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of routes: their day, such as 2026-12-01.")
    ] = None,
    hub: Annotated[str | None, typer.Option(help="Of routes: one hub's alone, by its code.")] = None,
) -> None:
    """Write a table as CSV, or a day's routes for maps. Exports of personal data are in the audit trail.

    Of routes: geojson (RFC 7946), gpx (GPX 1.1, for navigation apps), svg (a picture).
    """
    if table in maps.FORMATS:
        if date is None:
            raise typer.BadParameter("routes are those of a day: give --date")
        with migrated() as container:
            written = maps.export(container, table, date.date(), hub)
        _write(written, file)
        return
    if table not in out.TABLES:
        known = ", ".join((*out.TABLES, *maps.FORMATS))
        raise typer.BadParameter(f"there is no table {table}; the tables are {known}")
    with migrated() as container, Progress(console=notes) as progress:
        bar = progress.add_task(table, total=None)
        with file.open("w", encoding="utf-8", newline="") if file else nullcontext(sys.stdout) as target:
            for count in out.export(container, table, target):
                progress.advance(bar, count)


def _write(text: str, file: Path | None) -> None:
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text, encoding="utf-8")
