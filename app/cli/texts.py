"""The languages' texts: check them, hand them to translators, take them back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.bulk import translations
from app.cli.opening import notes
from app.errors import ConfigurationError
from app.flows.registry import TEXTS

commands = typer.Typer()
texts = typer.Typer(no_args_is_help=True, help="The texts of each language, for translators.")
commands.add_typer(texts, name="texts")

Code = Annotated[str, typer.Option("--language", help="The language's code, e.g. yo.")]
Directory = Annotated[
    Path, typer.Option("--texts", exists=True, file_okay=False, help="Where the .po files are.")
]


@texts.command("check", epilog="Example: weighback texts check")
def check(directory: Directory = TEXTS) -> None:
    """Read every language against English: complete, within its parts, its words clear of all others.

    Exit 1 where anything is wrong, with one line for each.
    """
    library, wrong = translations.Library(directory), 0
    for code in library.codes:
        try:
            language, problems = library.language(code), list(map(str, library.check(code)))
        except ConfigurationError as error:
            language, problems = None, [error.detail]
        named = (
            f"{language.name}, sent {language.spelling}, {len(language.wordings)} texts" if language else ""
        )
        state = f"{len(problems)} to mend" if problems else "complete"
        sys.stdout.write(f"{code}: {', '.join(filter(None, (named, state)))}\n")
        sys.stdout.writelines(f"  {problem}\n" for problem in problems)
        wrong += len(problems)
    if wrong:
        raise typer.Exit(1)


@texts.command("export", epilog="Example: weighback texts export yoruba.csv --language yo")
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to.")],
    code: Code,
    directory: Directory = TEXTS,
) -> None:
    """Write a language's texts as a spreadsheet (CSV, UTF-8) for its translator.

    The column to fill in is `translation`. `length` is that of the text as it is sent, with the longest values
    it can be given.
    """
    file.write_text(translations.export(translations.Library(directory), code), encoding="utf-8", newline="")
    notes.print(f"{file} is ready for the translator", markup=False, highlight=False)


@texts.command("import", epilog="Example: weighback texts import yoruba.csv --language yo")
def take(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The spreadsheet.")
    ],
    code: Code,
    directory: Directory = TEXTS,
) -> None:
    """Take a translator's spreadsheet back into the language's file, comments and order kept.

    All or nothing: with one mistake in it nothing is changed, and each is named with its line.
    """
    library = translations.Library(directory)
    taken = translations.take(library, code, translations.read(file))
    for mistake in taken.mistakes:
        sys.stdout.write(f"{mistake}\n")
    if taken.mistakes:
        sys.stdout.write(f"{len(taken.mistakes)} to mend; nothing was changed\n")
        raise typer.Exit(1)
    if taken.changed:
        path = library.path(code)
        beside = path.with_suffix(".po.new")
        beside.write_text(taken.raw, encoding="utf-8", newline="")
        beside.replace(path)
    sys.stdout.write(f"{len(taken.changed)} changed\n")
