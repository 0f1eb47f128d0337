"""The `weighback` command. Answers go to standard output; progress, logs and errors to standard error.

Exit status: 0 done, 1 refused or found wanting, 2 a setting or an argument is wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import OperationalError

from app import doctor, logs, migrate
from app.access.keys import COMMAND_LINE, create_key
from app.access.scopes import SCOPES
from app.bootstrap import build
from app.bulk import households_in, out
from app.container import Container
from app.demo.run import Demo
from app.errors import ConfigurationError, WeighbackError
from app.main import create_app
from app.routing import plan as routing
from app.settings import Environment, load_settings
from workers.jobs import registry
from workers.worker import Worker
from workers.worker import drain as drain_worker
from workers.worker import run as run_worker

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Doorstep collection of household recyclables, paid back in mobile credit.",
)
admin = typer.Typer(no_args_is_help=True, help="Keys for the API.")
cli.add_typer(admin, name="admin")
bring_in = typer.Typer(no_args_is_help=True, help="Bring data in from CSV files.")
cli.add_typer(bring_in, name="import")

notes = Console(stderr=True)
"""For people; standard output is for programs."""

WRONG_SETTING = 2
SHOWN_MAX = 20
"""Refused rows whose reason is shown; the file has them all."""


def main() -> None:
    """Run the command; a foreseen error is one sentence, never a traceback."""
    try:
        cli()
    except ConfigurationError as error:
        _say(error.detail)
        sys.exit(WRONG_SETTING)
    except WeighbackError as error:
        _say(error.detail)
        sys.exit(1)
    except OperationalError:
        _say(
            "WEIGHBACK_DATABASE_URL: the database cannot be reached, or has no tables yet (weighback migrate)"
        )
        sys.exit(1)


def _say(sentence: str) -> None:
    sys.stderr.write(f"weighback: {sentence}\n")


@contextmanager
def opened() -> Iterator[Container]:
    """The service as the settings describe it. Raises `ConfigurationError`."""
    settings = load_settings()
    logs.configure(as_json=settings.environment is Environment.PRODUCTION)
    container = build(settings)
    try:
        yield container
    finally:
        container.close()


@contextmanager
def migrated() -> Iterator[Container]:
    """As `opened`. Raises `ConfigurationError` where the database has another schema than this version's."""
    with opened() as container:
        if not migrate.is_current(container.database):
            raise ConfigurationError(
                "the database has another schema than this version: run weighback migrate"
            )
        yield container


@cli.command(epilog="Example: weighback serve --host 0.0.0.0 --port 8000 --processes 2")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Web processes.")] = 1,
) -> None:
    """Serve the web faces: webhooks, API, route sheet."""
    with migrated() as container:
        # Access logs are ours: the server's own would show webhooks' secrets, which stand in their paths.
        if processes == 1:
            uvicorn.run(
                create_app(container),
                host=host,
                port=port,
                access_log=False,
                log_config=None,
                server_header=False,
            )
            return
    uvicorn.run(
        "app.main:create_app_from_settings",
        factory=True,
        host=host,
        port=port,
        workers=processes,
        access_log=False,
        log_config=None,
        server_header=False,
    )


@cli.command(epilog="Example: weighback worker --drain --as-of 2026-12-01T06:30:00+01:00")
def worker(
    drain: Annotated[bool, typer.Option("--drain", help="Do all that is due, then exit.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="Take this moment (ISO 8601, with its offset) as now; with --drain.")
    ] = None,
) -> None:
    """Run the scheduled work: pickups, reminders, texts, payouts."""
    with migrated() as container:
        moment = None if as_of is None else _moment(as_of, container.settings.environment, drain=drain)
        if not drain:
            run_worker(container, registry)
            return
        done = drain_worker(container, registry, moment)
    notes.print(f"Done: {done} things were due." if done else "Nothing was due.")


def _moment(text: str, environment: Environment, *, drain: bool) -> datetime:
    if environment is Environment.PRODUCTION:
        raise ConfigurationError("--as-of is refused where WEIGHBACK_ENVIRONMENT is production")
    if not drain:
        raise typer.BadParameter("--as-of goes with --drain")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no moment, such as 2026-12-01T06:30:00+01:00") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text} lacks its offset, such as +01:00")
    return moment.astimezone(UTC)


@cli.command("plan", epilog="Example: weighback plan --date 2026-12-01 --zone YAB")
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


@cli.command("migrate", epilog="Example: weighback migrate")
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


@cli.command("doctor", epilog="Example: weighback doctor")
def examine() -> None:
    """Check settings, database, gateways and clock, and say what to mend. Exit 1 where anything is amiss."""
    findings = doctor.examine()
    for finding in findings:
        mark = "[green]ok[/]  " if finding.well else "[red]MEND[/]"
        Console().print(f"{mark} {finding.what}: {finding.said}", highlight=False, soft_wrap=True)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


@cli.command("demo", epilog="Example: weighback demo --port 8080")
def demonstrate(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port to listen on, on this machine only.")
    ] = 8000,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its data between runs.")] = Path("data"),
    reset: Annotated[bool, typer.Option("--reset", help="Throw that data away first.")] = False,
) -> None:
    """Try it all: a seeded part of Lagos, a phone in the browser, web and worker together."""
    Demo(
        port=port,
        folder=data,
        employ=lambda container: Worker(container, registry),
        drain=lambda container, moment: drain_worker(container, registry, moment),
        console=Console(),
    ).run(reset=reset)


@bring_in.command("households", epilog="Example: weighback import households surulere.csv")
def import_households(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help=f"Columns: {', '.join(households_in.REQUIRED)}; may have: {', '.join(households_in.OPTIONAL)}.",
        ),
    ],
) -> None:
    """Enrol the households of a CSV file (UTF-8). May be repeated: households that are known are left alone.

    Rows that cannot be taken are written to FILE.errors.csv with the reason, to be mended and imported.
    """
    tally = households_in.Tally()
    refused: list[households_in.Outcome] = []
    with migrated() as container, Progress(console=notes) as progress:
        bar = progress.add_task(file.name, total=households_in.count_rows(file))
        for outcome in households_in.import_households(container, file):
            tally.add(outcome)
            if outcome.result == "refused":
                refused.append(outcome)
            progress.advance(bar)
    sys.stdout.write(f"{tally.made} made, {tally.known} known already, {tally.refused} refused\n")
    if refused:
        beside = file.with_name(file.name.removesuffix(".csv") + ".errors.csv")
        households_in.write_refused(beside, refused)
        for number, outcome in enumerate(refused[:SHOWN_MAX], start=1):
            notes.print(f"{number}. {outcome.why}", markup=False, highlight=False)
        notes.print(f"All refused rows, with the reasons: {beside}", markup=False, highlight=False)
        raise typer.Exit(1)


@cli.command("export", epilog="Example: weighback export weighings --out weighings.csv")
def export_table(
    table: Annotated[str, typer.Argument(help=f"One of: {', '.join(out.TABLES)}.")],
    file: Annotated[Path | None, typer.Option("--out", help="Where to; standard output if left out.")] = None,
) -> None:
    """Write a table as CSV. Exports of personal data are in the audit trail."""
    if table not in out.TABLES:
        raise typer.BadParameter(f"there is no table {table}; the tables are {', '.join(out.TABLES)}")
    with migrated() as container, Progress(console=notes) as progress:
        bar = progress.add_task(table, total=None)
        with file.open("w", encoding="utf-8", newline="") if file else nullcontext(sys.stdout) as target:
            for count in out.export(container, table, target):
                progress.advance(bar, count)
