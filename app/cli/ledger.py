"""The book, for accountants: prove it, and write it out."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from app.cli.opening import migrated, notes
from app.ledger import journal, reading
from app.payouts import holds
from app.rewards import holding
from app.rewards.vouchers import issuing
from app.weighing import holding as held_credits

commands = typer.Typer()
book = typer.Typer(no_args_is_help=True, help="The double-entry book.")
commands.add_typer(book, name="ledger")


@book.command("check", epilog="Example: weighback ledger check")
def check() -> None:
    """Prove the whole book: sums, every balance against its entries, every hold against what it is held for.

    Exit 1 where anything is awry, with one line for each.
    """
    with migrated() as container, notes.status("Reading the book"), container.database.snapshot() as session:
        claims = [holding.claims(session), issuing.claims(session), held_credits.claims(session)]
        problems = [*reading.check(session), *holds.check(session, claims)]
        accounts, transfers = reading.size(session)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(f"{accounts} accounts, {transfers} transfers, {len(problems)} problems\n")
    if problems:
        raise typer.Exit(1)


@book.command("export", epilog="Example: weighback ledger export --format hledger --out book.journal")
def export(
    style: Annotated[
        journal.Format, typer.Option("--format", help="Whose journal format.")
    ] = journal.Format.BEANCOUNT,
    file: Annotated[Path | None, typer.Option("--out", help="Where to; standard output if left out.")] = None,
) -> None:
    """Write the whole book as a journal for Beancount or hledger, with what every account must stand at.

    Households stand under their ids, so it names nobody.
    """
    with (
        migrated() as container,
        Progress(console=notes) as progress,
        container.database.snapshot() as session,
    ):
        bar = progress.add_task("transfers", total=reading.size(session)[1])
        chunks = journal.write(
            session, style, name=container.settings.programme_name, timezone=container.settings.timezone
        )
        with file.open("w", encoding="utf-8") if file else nullcontext(sys.stdout) as target:
            for chunk in chunks:
                target.write(chunk.text)
                progress.advance(bar, chunk.transfers)
