"""Bags with a printed code: sheets of labels, and calling a run back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy import select

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.bags import printing, runs
from app.bags.models import BagRun
from app.cli.opening import migrated, notes

commands = typer.Typer()
bags = typer.Typer(no_args_is_help=True, help="Bags with a printed code.")
commands.add_typer(bags, name="bags")


@bags.command("print", epilog='Example: weighback bags print --count 240 --note "Surulere" --out bags.html')
def print_bags(
    out: Annotated[Path, typer.Option(help="Where the labels go: a page of HTML, for any browser to print.")],
    count: Annotated[
        int | None, typer.Option(min=1, max=runs.MOST_BAGS, help="Make a run of so many new bags.")
    ] = None,
    run: Annotated[UUID | None, typer.Option(help="Print this run once more.")] = None,
    note: Annotated[str, typer.Option(help="What to call a new run.")] = "",
) -> None:
    """Write labels with a QR code and a number to read out, 24 to a page of A4. The run's id goes to standard output."""
    if (count is None) == (run is None):
        raise typer.BadParameter("give either --count or --run")
    with migrated() as container:
        now = container.clock.now()
        with container.database.unit_of_work() as session:
            if run is not None:
                found = runs.get(session, run)
                record(session, COMMAND_LINE.actor, "read", "bag_run", found.id, now=now)
            else:
                assert count is not None
                found = runs.make(session, bags=count, note=note, by=COMMAND_LINE.actor, now=now)
                record(session, COMMAND_LINE.actor, "created", "bag_run", found.id, now=now)
            codes = runs.codes_of(session, found.id)
            settings = container.settings
            made = printing.sheet(
                codes, public_url=settings.public_url, programme=settings.programme_name, note=found.note
            )
            try:
                out.write_text(made, encoding="utf-8")
            except OSError as error:
                raise typer.BadParameter(f"{out}: {error.strerror}") from error
            typer.echo(str(found.id))
    notes.print(f"{len(codes)} labels in {out}: print them on A4 at 100 %, without margins.")


@bags.command("list", epilog="Example: weighback bags list")
def list_runs() -> None:
    """The runs, newest first."""
    table = Table(Column("Run", min_width=36, no_wrap=True), "Note", "Bags", "Made", "Called back")
    with migrated() as container, container.database.snapshot() as session:
        for run in session.scalars(select(BagRun).order_by(BagRun.id.desc())):
            void = f"{run.void_since:%Y-%m-%d}" if run.void_since else ""
            table.add_row(str(run.id), run.note, str(run.bags), f"{run.made_at:%Y-%m-%d}", void)
    Console().print(table)


@bags.command("void", epilog="Example: weighback bags void 0193572a-6b00-7000-8000-000000000091")
def void_run(run: Annotated[UUID, typer.Argument(help="The run's id.")]) -> None:
    """Call a run back, for labels that were lost or stolen: read from now on, they are flagged."""
    with migrated() as container, container.database.unit_of_work() as session:
        now = container.clock.now()
        runs.void(session, run, now)
        record(session, COMMAND_LINE.actor, "voided", "bag_run", run, now=now)
    notes.print("Called back.")
