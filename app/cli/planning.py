"""Planning a day's routes by hand."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.bulk import maps
from app.cli.opening import migrated, notes
from app.errors import Refused
from app.routing.plan import DayPlan
from app.routing.ports import Effort, RoutingFailed, Watch
from app.routing.ports import Progress as Search

commands = typer.Typer()


@commands.command("plan", epilog="Example: weighback plan --date 2026-12-01 --map routes.svg")
def plan_routes(
    date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day to plan, such as 2026-12-01.")
    ],
    zone: Annotated[str | None, typer.Option(help="Add the pickups of this zone alone, by its code.")] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0, help="How long to look for better routes, per hub; left out: as long as is worth it."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="The same data, seed and no --seconds give the same plan.")
    ] = 0,
    picture: Annotated[
        Path | None, typer.Option("--map", help="Where to write a picture of the day's routes (SVG).")
    ] = None,
) -> None:
    """Plan the routes of a day. May be repeated: what is done, and who goes where, stays.

    Whoever cannot be served is named with the reason and, for today and tomorrow, told by text and given a new day.
    Ctrl-C keeps the best routes found so far. Exit 1 where a pickup could not be planned.
    """
    with migrated() as container, _searching() as watch:
        try:
            plan = container.planner(Effort(seconds=seconds, seed=seed), watch).plan(
                date.date(), container.clock.now(), zone_code=zone
            )
        except RoutingFailed as error:
            raise Refused(f"No routes could be planned: {error}.") from error
        if picture is not None:
            picture.write_text(maps.export(container, "svg", date.date()), encoding="utf-8")
    _say(plan)
    if plan.unplanned:
        raise typer.Exit(1)


def _say(plan: DayPlan) -> None:
    sys.stdout.write(f"{len(plan.routes)} routes, {plan.added} pickups added\n")
    for one in plan.unplanned:
        when = f" next {one.next_date}" if one.next_date else " no next day" if one.moved else ""
        sys.stdout.write(f"unplanned {one.pickup_id} {one.why}{when}\n")
    for why, count in Counter(one.why for one in plan.unplanned).most_common():
        notes.print(f"{count} could not be planned: {why}", markup=False, highlight=False)
    for household_id in plan.doubtful:
        sys.stdout.write(
            f"doubtful {household_id} coordinates far from its zone, placed at the zone's centre\n"
        )


@contextmanager
def _searching() -> Iterator[Watch]:
    """Shows how the search goes; the first Ctrl-C ends it with what there is, the second ends the command."""
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, before)
        notes.print("Stopping with the best routes so far.")

    before = signal.signal(signal.SIGINT, stop)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as shown:
        bar = shown.add_task("Reading the day", total=1.0)

        def watch(search: Search) -> bool:
            said = f"{search.unserved} unserved, cost {search.cost / 3600:,.1f} h"
            shown.update(bar, completed=search.share_done, description=said)
            return not stopped

        try:
            yield watch
        finally:
            signal.signal(signal.SIGINT, before)
