"""The `weighback` command. Answers go to standard output; progress, logs and errors to standard error.

Exit status: 0 done, 1 refused or found wanting, 2 a setting or an argument is wrong.
"""

from __future__ import annotations

import sys

import typer
from sqlalchemy.exc import OperationalError

from app.cli import (
    bags,
    bulk,
    ledger,
    merchants,
    operating,
    planning,
    reconciling,
    reports,
    rounds,
    running,
    texts,
)
from app.errors import ConfigurationError, WeighbackError

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Doorstep collection of household recyclables, paid back in mobile credit.",
)
for group in (
    running,
    operating,
    planning,
    bags,
    bulk,
    ledger,
    merchants,
    reconciling,
    reports,
    rounds,
    texts,
):
    cli.add_typer(group.commands)

WRONG_SETTING = 2


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
