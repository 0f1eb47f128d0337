"""The report that proposes days of service."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from app.cli.opening import migrated
from app.errors import NotFound
from app.insights.service_days import VISIT_DAYS_LEAST, WEEKS_MAX, Asked, Proposal, Schedule, service_days
from app.kernel.clock import local_date
from app.places import service as places
from app.places.models import Hub

COLUMNS = (
    "zone",
    "visit days",
    "stops",
    "now",
    "kg/stop",
    "km/week",
    "proposed",
    "kg/stop",
    "km/week",
    "saved",
)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def show_service_days(
    hub: Annotated[str, typer.Option(help="The hub's code.")],
    weeks: Annotated[int, typer.Option(min=1, max=WEEKS_MAX, help="How far back to look.")] = 12,
    bag_kilograms: Annotated[
        float, typer.Option(min=0.1, help="The heaviest bag that a household keeps at home.")
    ] = 8,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
) -> None:
    """Which weekday and interval each zone of a hub should have, and the kilometres that would save.

    How that is estimated: docs/places.md.
    """
    with migrated() as container, container.database.snapshot() as session:
        hub_id = session.scalar(select(Hub.id).where(Hub.code == hub.strip().upper()))
        if hub_id is None:
            raise NotFound("There is no such hub.")
        settings = container.settings
        timezone = places.hub_timezone(session, hub_id) or settings.timezone
        today = local_date(container.clock.now(), timezone)
        rules = Asked(weeks, bag_kilograms, settings.route_detour_factor)
        found = service_days(session, hub_id, today, rules)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(
            [
                *COLUMNS[:3],
                *(f"{name} {when}" for when in ("now", "proposed") for name in ("days", *COLUMNS[4:6])),
                "saved",
            ]
        )
        writer.writerows(_cells(one) for one in found)
        return
    Console().print(_table(found, f"{hub.upper()}, the last {weeks} weeks"))
    if any(one.now is None for one in found):
        sys.stdout.write(f"A zone without a proposal had fewer than {VISIT_DAYS_LEAST} days of service.\n")


def _table(found: Sequence[Proposal], title: str) -> Table:
    saved = sum(one.saved_kilometres_per_week for one in found)
    table = Table(title=title, show_footer=True)
    footers = ("all", *[""] * (len(COLUMNS) - 2), f"{saved:.1f}")
    for name, footer in zip(COLUMNS, footers, strict=True):
        table.add_column(name, footer, justify="left" if name in ("zone", "now", "proposed") else "right")
    for one in found:
        table.add_row(*_cells(one))
    return table


def _cells(one: Proposal) -> tuple[str, ...]:
    saved = f"{one.saved_kilometres_per_week:.1f}" if one.now else ""
    stops = f"{one.stops_per_visit:.1f}"
    return (one.code, str(one.visit_days), stops, *_schedule(one.now), *_schedule(one.proposed), saved)


def _schedule(schedule: Schedule | None) -> tuple[str, str, str]:
    if schedule is None:
        return ("", "", "")
    days = " ".join(_WEEKDAYS[day] for day in schedule.weekdays)
    often = f"every {schedule.interval_weeks:.2g} weeks"
    return (
        f"{days}, {often}",
        f"{schedule.kilograms_per_stop:.1f}",
        f"{schedule.kilometres_per_week:.1f}",
    )
