"""What operators do by hand: migrate, make keys, look for what is amiss."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from app import doctor, migrate
from app.access.keys import COMMAND_LINE, create_key
from app.access.scopes import SCOPES
from app.cli.opening import migrated, notes, opened

commands = typer.Typer()
admin = typer.Typer(no_args_is_help=True, help="Keys for the API.")
commands.add_typer(admin, name="admin")


@commands.command("migrate", epilog="Example: weighback migrate")
def migrate_database() -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    with opened() as container:
        migrate.upgrade(container.database)
    notes.print("The database has the newest schema.")


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
