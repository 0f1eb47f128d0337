"""Reports on standard output: a table for people, CSV for spreadsheets."""

from __future__ import annotations

import csv
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.integrity import show_integrity
from app.cli.opening import migrated
from app.cli.rounds import show_fairness
from app.cli.service_days import show_service_days
from app.insights.months import Month
from app.insights.text_costs import TemplateCost, TextCosts, text_costs
from app.kernel.money import from_micros

commands = typer.Typer()
report = typer.Typer(no_args_is_help=True, help="What the service did, and what that cost.")
commands.add_typer(report, name="report")

report.command(
    "fairness", epilog="Example: weighback report fairness --hub SUR --from 2026-11-02 --to 2026-11-29"
)(show_fairness)
report.command("service-days", epilog="Example: weighback report service-days --hub SUR --weeks 12")(
    show_service_days
)
report.command("integrity", epilog="Example: weighback report integrity --date 2026-11-28")(show_integrity)

COLUMNS = ("template", "language", "texts", "parts", "cost", "percent", "unpriced_texts", "over_budget_texts")
NUMBERS_FROM = 2


@report.command("text-costs", epilog="Example: weighback report text-costs --month 2026-11")
def show_text_costs(
    month: Annotated[str | None, typer.Option(help="Such as 2026-11; the present one if left out.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, to the last digit.")] = False,
) -> None:
    """What a month's texts cost, by template and language, the dearest first."""
    with migrated() as container:
        settings = container.settings
        asked = Month.read(month, container.clock.now(), settings.timezone)
        with container.database.snapshot() as session:
            found = text_costs(session, asked.edges(settings.timezone), container.catalogue)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow((*COLUMNS, "currency"))
        writer.writerows((*_cells(one, digits=None), settings.currency) for one in found.templates)
        return
    Console().print(_table(found, f"{asked}, {settings.currency}"))
    for note in _notes(found):
        sys.stdout.write(f"{note}\n")


def _table(found: TextCosts, title: str) -> Table:
    table = Table(title=title, show_footer=True)
    total = found.total
    over = sum(one.over_budget_texts for one in found.templates)
    cost = _amount(total.cost_micros, digits=2)
    footers = ("all", "", str(total.texts), str(total.parts), cost, "", str(total.unpriced_texts), str(over))
    for number, (name, footer) in enumerate(zip(COLUMNS, footers, strict=True)):
        justify = "right" if number >= NUMBERS_FROM else "left"
        table.add_column(name.replace("_", " "), footer, justify=justify)  # type: ignore[arg-type]  # both are rich's words
    for one in found.templates:
        table.add_row(*_cells(one, digits=2))
    return table


def _notes(found: TextCosts) -> list[str]:
    notes = []
    if found.total.unpriced_texts:
        notes.append(f"{found.total.unpriced_texts} texts have no price: see WEIGHBACK_SMS_PRICES.")
    if found.unclear_texts:
        notes.append(f"{found.unclear_texts} texts have an unknown fate, and may have been charged for.")
    return notes


def _cells(one: TemplateCost, *, digits: int | None) -> tuple[str, ...]:
    share = "" if one.percent is None else f"{one.percent:.2f}"
    cost = _amount(one.cost_micros, digits=digits)
    counts = (str(one.unpriced_texts), str(one.over_budget_texts))
    return (one.template, one.language, str(one.texts), str(one.parts), cost, share, *counts)


def _amount(micros: int | None, *, digits: int | None) -> str:
    if micros is None:
        return "unknown"
    return f"{from_micros(micros):f}" if digits is None else f"{from_micros(micros):,.{digits}f}"
