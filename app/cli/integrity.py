"""The report on what did not fit, in a terminal."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from app.cli.opening import migrated
from app.integrity.reporting import report
from app.integrity.wording import NEXT_STEP, sentence


def show_integrity(
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The newest day looked at, if left out."),
    ] = None,
) -> None:
    """What the nightly checks found on a day, how sure that is, and what to do next."""
    with migrated() as container, container.database.snapshot() as session:
        found = report(session, day.date() if day else None)
        if found.run is None:
            sys.stdout.write(f"{found.day or 'No day'} was not looked at yet.\n")
        else:
            sys.stdout.write(f"{found.day}: {found.run.tests} questions, {len(found.findings)} findings\n")
        for one in found.findings:
            who = f"collector {one.collector_id}" if one.collector_id else f"home {one.household_id}"
            about = who if one.collector_id or one.household_id else f"material {one.material}"
            sys.stdout.write(
                f"\n{one.check} {one.status}, at most {100 * one.certainty:.0f} % sure, {about}\n"
                f"  {sentence(one.check, one.figures)}\n  {NEXT_STEP[one.check]}\n"
            )
        sys.stdout.write(
            f"\n{found.open_before} older findings are open, {found.held_count} credits are held.\n"
        )
