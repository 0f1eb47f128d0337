"""How rounds are shared: the report, and drawing a draw again."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from app.cli.opening import migrated
from app.conversation.catalogue import Catalogue
from app.errors import NotFound
from app.insights.fairness import FairnessReport, fairness
from app.kernel.grams import kilograms
from app.kernel.money import Money
from app.places.models import Hub
from app.rotation.draw import promise
from app.rotation.drawing import redrawn
from app.rotation.models import RoundDraw
from app.rotation.yields import Pay

commands = typer.Typer()
rounds = typer.Typer(no_args_is_help=True, help="Rounds that are drawn by lot.")
commands.add_typer(rounds, name="rounds")

COLUMNS = ("collector", "days", "stops", "kilograms", "kilometres", "hours", "earnings")
DAY = ["%Y-%m-%d"]


@rounds.callback()
def _rounds() -> None:
    """Keep `rounds` a group while it holds one command."""


@rounds.command("verify", epilog="Example: weighback rounds verify --hub SUR")
def verify(hub: Annotated[str, typer.Option(help="The hub's code.")]) -> None:
    """Draw every recorded draw of a hub again, and hold its seed against its promise. Exit 1 where one differs."""
    with migrated() as container, container.database.snapshot() as session:
        draws = session.scalars(
            select(RoundDraw)
            .join(Hub, Hub.id == RoundDraw.hub_id)
            .where(Hub.code == hub.upper(), RoundDraw.drawn_at.is_not(None))
            .order_by(RoundDraw.first_day)
        ).all()
        wrong = 0
        for draw in draws:
            right = redrawn(draw) == draw.drawn and promise(draw.seed) == draw.promise
            wrong += not right
            sys.stdout.write(f"{draw.first_day} {draw.id} {'as drawn' if right else 'DIFFERS'}\n")
    if not draws:
        raise NotFound(f"Nothing was drawn at a hub {hub.upper()}.")
    if wrong:
        raise typer.Exit(1)


def show_fairness(
    hub: Annotated[str, typer.Option(help="The hub's code.")],
    first_day: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day.")],
    last_day: Annotated[datetime, typer.Option("--to", formats=DAY, help="The last day.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, in metres, grams, seconds.")] = False,
) -> None:
    """Kilometres, kilograms, hours and earnings of a hub's collectors, and what rotation changed."""
    with migrated() as container:
        with container.database.snapshot() as session:
            hub_id = session.scalar(select(Hub.id).where(Hub.code == hub.upper()))
            if hub_id is None:
                raise NotFound("There is no such hub.")
            pay = Pay.of(container.settings)
            found = fairness(session, hub_id, first_day.date(), last_day.date(), pay)
        catalogue, currency = container.catalogue, container.settings.currency
    if as_csv:
        _write_csv(found)
        return
    title = f"{hub.upper()}, {found.first_day} to {found.last_day}"
    written = partial(_money, catalogue, currency)
    Console().print(_table(found, title, written))
    for note in _notes(found):
        sys.stdout.write(f"{note}\n")


def _write_csv(found: FairnessReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("collector_id", "days", "stops", "grams", "metres", "seconds", "earned_minor"))
    for one in found.shares:
        writer.writerow(
            (one.collector_id, one.days, one.stops, one.grams, one.metres, one.seconds, one.earned_minor)
        )


def _table(found: FairnessReport, title: str, earned: Callable[[int], str]) -> Table:
    table = Table(title=title, show_footer=True)
    even = found.gini
    footers = ("Gini", "", "", *map(_figure, (even.grams, even.metres, even.seconds, even.earned)))
    for number, (name, footer) in enumerate(zip(COLUMNS, footers, strict=True)):
        table.add_column(name, footer, justify="right" if number else "left")
    for one in found.shares:
        table.add_row(
            one.name,
            str(one.days),
            str(one.stops),
            kilograms(one.grams),
            f"{one.metres / 1000:.1f}",
            f"{one.seconds / 3600:.1f}",
            earned(one.earned_minor),
        )
    return table


def _notes(found: FairnessReport) -> list[str]:
    notes = []
    if not found.pay_known:
        notes.append("No pay is set (WEIGHBACK_COLLECTOR_PAY_…): earnings are the worth of the material.")
    if found.rotation is not None:
        notes.append(
            f"Gini of earnings by turns {_figure(found.rotation.gini_with)}, had each kept the first round "
            f"{_figure(found.rotation.gini_without)} (an estimate: docs/fairness.md)."
        )
    return notes


def _money(catalogue: Catalogue, currency: str, amount_minor: int) -> str:
    return catalogue.write(Money(amount_minor, currency), catalogue.default)


def _figure(gini: float | None) -> str:
    return "" if gini is None else f"{gini:.3f}"
