"""Merchants: paying them what they are owed, and their statements."""

from __future__ import annotations

import sys
from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.cli.opening import migrated, notes
from app.errors import InvalidInput
from app.kernel.clock import at_local, local_date
from app.merchants import service, spreadsheet, statements
from app.merchants.settling import NotSettled, SettlementRules, everybody, settle

commands = typer.Typer()
merchants = typer.Typer(no_args_is_help=True, help="Shops that honour vouchers.")
commands.add_typer(merchants, name="merchants")

DAY = ["%Y-%m-%d"]
_FOUND_WANTING = frozenset({NotSettled.NOBODY_PAYS, NotSettled.NO_FLOAT})


@merchants.command(
    "settle", epilog="Example: weighback merchants settle --as-of 2026-12-04 --merchant NKECHI"
)
def settle_now(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=DAY, help="Pay what was owed at the end of that day; all of it if left out."),
    ] = None,
    merchant: Annotated[
        list[str] | None, typer.Option(help="Only this one, by its code. May be repeated.")
    ] = None,
) -> None:
    """Pay merchants what they are owed, by payout, and say for each what is paid, or why not.

    May be repeated: a merchant whose settlement is on its way gets no second one. Exit 1 where nobody could pay one.
    """
    with migrated() as container:
        rules, now = SettlementRules.of(container.settings), container.clock.now()
        owed_until = now
        if as_of is not None:
            owed_until = at_local(as_of.date() + timedelta(days=1), time(), rules.timezone)
        with container.database.unit_of_work() as session:
            chosen = (
                [service.by_code(session, code.upper()).id for code in merchant]
                if merchant
                else everybody(session)
            )
        wanting = False
        for merchant_id in chosen:
            with container.database.unit_of_work() as session:
                outcome = settle(
                    session, merchant_id, rules=rules, jobs=container.jobs, owed_until=owed_until, now=now
                )
                if outcome.settlement_id is not None:
                    record(
                        session,
                        COMMAND_LINE.actor,
                        "created",
                        "settlement",
                        outcome.settlement_id,
                        now=now,
                        detail={"amount_minor": outcome.amount_minor},
                    )
            said = outcome.why_not.value if outcome.why_not else "on its way"
            sys.stdout.write(f"{outcome.code} {outcome.amount_minor} {said}\n")
            wanting = wanting or outcome.why_not in _FOUND_WANTING
    if not chosen:
        notes.print("There are no merchants.")
    if wanting:
        raise typer.Exit(1)


@merchants.command(
    "statement", epilog="Example: weighback merchants statement NKECHI --from 2026-11-01 --to 2026-11-30"
)
def statement(
    code: Annotated[str, typer.Argument(help="The merchant's code.")],
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day.")],
    last: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="The last day; today if left out.")
    ] = None,
) -> None:
    """Write what a merchant was owed and paid over some days, as CSV on standard output."""
    with migrated() as container, container.database.snapshot() as session:
        settings = container.settings
        merchant = service.by_code(session, code.upper())
        until = last.date() if last else local_date(container.clock.now(), settings.timezone)
        if until < first.date():
            raise InvalidInput("to", "--to is before --from")
        made = statements.between(session, merchant, first.date(), until, settings.timezone)
        sys.stdout.write(
            spreadsheet.as_csv(
                made, first.date(), until, currency=settings.currency, timezone=settings.timezone
            )
        )
