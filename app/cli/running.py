"""Running the service: serve, worker, demo."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from app.cli.opening import migrated, notes
from app.demo.run import Demo
from app.errors import ConfigurationError
from app.main import create_app
from app.settings import Environment
from workers.jobs import registry
from workers.worker import Worker
from workers.worker import drain as drain_worker
from workers.worker import run as run_worker

commands = typer.Typer()


@commands.command(epilog="Example: weighback serve --host 0.0.0.0 --port 8000 --processes 2")
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


@commands.command(epilog="Example: weighback worker --drain --as-of 2026-12-01T06:30:00+01:00")
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


@commands.command("demo", epilog="Example: weighback demo --port 8080")
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
