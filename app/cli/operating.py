"""What operators do by hand: migrate, plan, make keys, look for what is amiss."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from app import doctor, migrate
from app.access.keys import COMMAND_LINE, create_key
from app.access.scopes import SCOPES
from app.cli.opening import migrated, notes, opened
from app.routing import plan as routing

commands = typer.Typer()
admin = typer.Typer(no_args_is_help=True, help="Keys for the API.")
commands.add_typer(admin, name="admin")


@commands.command("migrate", epilog="Example: weighback migrate")
def migrate_database() -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    with opened() as container:
        migrate.upgrade(container.database)
    notes.print("The database has the newest schema.")


@commands.command("plan", epilog="Example: weighback plan --date 2026-12-01 --zone YAB")
def plan_routes(
    date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day to plan, such as 2026-12-01.")
    ],
    zone: Annotated[str | None, typer.Option(help="Add the pickups of this zone alone, by its code.")] = None,
) -> None:
    """Plan the routes of a day. May be repeated: what is done, and who goes where, stays.

    Exit 1 where a pickup has no collector to go to it.
    """
    with migrated() as container:
        with container.database.unit_of_work() as session:
            plan = routing.plan_day(
                session,
                date.date(),
                container.route_optimiser,
                container.travel_times,
                container.clock.now(),
                zone_code=zone,
            )
        sys.stdout.write(f"{len(plan.routes)} routes, {plan.added} pickups added\n")
    if plan.unplanned:
        for missing in plan.unplanned:
            sys.stdout.write(f"unplanned {missing.pickup_id} {missing.why}\n")
        raise typer.Exit(1)


@admin.command(
    "create-key", epilog='Example: weighback admin create-key --name "dispatch" --scope pickups:read'
)
def create_api_key(
    name: Annotated[str, typer.Option(help="Whose key it is; the audit trail shows it.")],
    scope: Annotated[list[str], typer.Option(help=f"May be repeated. One of: {', '.join(sorted(SCOPES))}.")],
) -> None:
    """Print a new API key, once, alone on standard output."""
    with migrated() as container, container.database.unit_of_work() as session:
        made = create_key(session, name=name, scopes=scope, by=COMMAND_LINE, now=container.clock.now())
    notes.print("This key is shown once; only its hash is kept.", style="dim")
    sys.stdout.write(made.key + "\n")


@commands.command("doctor", epilog="Example: weighback doctor")
def examine() -> None:
    """Check settings, database, gateways and clock, and say what to mend. Exit 1 where anything is amiss."""
    findings = doctor.examine()
    for finding in findings:
        mark = "[green]ok[/]  " if finding.well else "[red]MEND[/]"
        Console().print(f"{mark} {finding.what}: {finding.said}", highlight=False, soft_wrap=True)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
