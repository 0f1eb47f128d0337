"""Comparing what was paid out with a provider's statement and the book."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.access.keys import COMMAND_LINE
from app.cli.opening import migrated, notes
from app.container import Container
from app.errors import InvalidInput
from app.payouts.telling import StatementFailed
from app.reconciliation.differences import Difference
from app.reconciliation.files import COLUMNS, Reading, UnreadableStatement, read
from app.reconciliation.models import Source
from app.reconciliation.nightly import by_api
from app.reconciliation.service import Day, Report, Statement, reconcile
from app.rewards.announcing import office_of

commands = typer.Typer()


@commands.command(
    "reconcile",
    epilog="Example: weighback reconcile --provider africastalking --file november-28.csv --date 2026-11-28",
)
def reconcile_day(
    provider: Annotated[str, typer.Option(help="One of those in WEIGHBACK_PAYMENT_PROVIDERS.")],
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The local day, such as 2026-11-28.")],
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            readable=True,
            help="The provider's statement as CSV; left out, its API is asked where it has one."
            f" Columns of {', '.join(sorted(COLUMNS))} and others: docs/money.md.",
        ),
    ] = None,
) -> None:
    """Match a day's payments with the provider's statement and the book, and name every difference.

    Exit 1 where they differ, or where the statement cannot be read. May be repeated: it changes nothing.
    """
    with migrated() as container, notes.status("Comparing"):
        if provider not in container.payment_providers:
            raise InvalidInput("provider", f"is none of {', '.join(container.payment_providers)}")
        day = Day(provider, date.date(), container.settings.timezone)
        found = _by_api(container, day) if file is None else _by_file(container, day, file)
    _show(found, container.settings.currency)
    if found.differences:
        raise typer.Exit(1)


def _by_api(container: Container, day: Day) -> Report:
    office = office_of(container.settings, container.payment_providers, container.post)
    try:
        return by_api(container.database, office, day, COMMAND_LINE.actor, container.clock.now())
    except StatementFailed as error:
        sys.stderr.write(f"weighback: {day.provider} gave no statement ({error}); try again later\n")
        raise typer.Exit(1) from error


def _by_file(container: Container, day: Day, file: Path) -> Report:
    office = office_of(container.settings, container.payment_providers, container.post)
    try:
        lines = read(file.read_text(encoding="utf-8"), Reading.of(container.settings, day.provider))
    except UnreadableStatement as unreadable:
        for error in unreadable.errors:
            sys.stderr.write(f"{file.name}: {error}\n")
        raise typer.Exit(1) from unreadable
    with container.database.unit_of_work() as session:
        return reconcile(
            session,
            office,
            day,
            Statement(Source.FILE, lines),
            by=COMMAND_LINE.actor,
            now=container.clock.now(),
        )


def _show(found: Report, currency: str) -> None:
    head = found.head
    for one in found.differences:
        about = one.reference or one.provider_reference or ""
        line = f"line {one.line}: " if one.line else ""
        sys.stdout.write(f"{line}{one.kind} {about}\n    {Difference(one.kind).next_step}\n")
    sums = f"statement {head.paid_minor}, book {head.booked_minor} (minor units of {currency})"
    sys.stdout.write(
        f"{head.provider} {head.date}: {head.lines} lines, {head.attempts} attempts, {sums},"
        f" {len(found.differences)} differences\n"
    )
