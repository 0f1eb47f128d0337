"""A language's texts as a spreadsheet for its translator, and back into its file.

CSV, because every office program opens and saves it: in UTF-8 with a byte order mark, which makes Excel read
it as such; on the way back commas, semicolons and tabs are taken, as programs write them by country.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.bulk.cells import guarded, unguarded
from app.conversation.catalogue import Language, read_language
from app.conversation.fit import measure
from app.conversation.pofile import Name, PoEntry, PoText
from app.conversation.wording import Wording
from app.errors import ConfigurationError, InvalidInput
from app.flows.proofreading import Finding, Ruler, agrees, proofread

COLUMNS: Final = ("key", "kind", "shown", "english", "translation", "placeholders", "length", "limit")
NEEDED: Final = ("key", "kind", "translation")
SOURCE: Final = "en"
"""The language that all others are translated from."""
_TEXT: Final = "text"
_OPTIONAL: Final = frozenset({"format", "screen"})
"""Kinds of which a language need not have what English has: a currency, a wording for screens."""
_BOM: Final = "\ufeff"

Row = Mapping[str, str]


@dataclass(frozen=True)
class Mistake:
    sentence: str
    line: int | None = None
    """Of the spreadsheet, as it counts them; None where no row of it is to blame."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}" if self.line else self.sentence


@dataclass(frozen=True)
class Taken:
    """What became of a translator's file."""

    raw: str
    """The language's new file. Only to be kept where there is no mistake."""
    changed: tuple[Name, ...]
    mistakes: tuple[Mistake, ...]


class Library:
    """A directory of languages."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def codes(self) -> list[str]:
        return sorted(path.stem for path in self._directory.glob("*.po"))

    def path(self, code: str) -> Path:
        return self._directory / f"{code}.po"

    def text(self, code: str) -> PoText:
        """Raises `ConfigurationError` where there is no such file, or it is none."""
        return PoText(self._raw(code), f"{code}.po")

    def language(self, code: str) -> Language:
        """Raises `ConfigurationError` where there is no such file, or it cannot be used."""
        return _language(self._raw(code), code)

    def beside(self, code: str) -> list[Language]:
        """The other languages that could be enabled with `code`; unfinished ones are passed over."""
        english, found = self.language(SOURCE), list[Language]()
        for other in self.codes:
            try:
                language = self.language(other)
            except ConfigurationError:
                continue
            if other not in {code, SOURCE} and agrees(language, english):
                found.append(language)
        return found

    def check(self, code: str) -> list[Finding]:
        """All that is wrong with a language. Raises `ConfigurationError` where it cannot even be read."""
        return proofread(self.language(code), self.language(SOURCE), self.beside(code))

    def _raw(self, code: str) -> str:
        try:
            return self.path(code).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"there is no {code}.po in {self._directory}: copy {SOURCE}.po and change its header"
            ) from error
        except UnicodeError as error:
            raise ConfigurationError(f"{code}.po is not written in UTF-8") from error


def export(library: Library, code: str) -> str:
    """The texts of `code`, one row for each (and for each plural form), as a CSV file."""
    english, own = library.text(SOURCE), library.text(code)
    try:
        language = library.language(code)
    except ConfigurationError:  # an empty text, say: the translator is about to mend it
        language = None
    ruler = Ruler(language) if language else None
    sizes = {("", key): _size(ruler, key) for key in ruler.measurable()} if ruler else {}
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for name in [*english.entries, *(name for name in own.entries if name not in english.entries)]:
        for row in _rows(name, english.entries.get(name), own, sizes.get(name, ("", ""))):
            writer.writerow(map(guarded, row))
    return _BOM + written.getvalue()


def _size(ruler: Ruler, key: str) -> tuple[str, str]:
    return str(measure(ruler.text(key)).units), str(ruler.limit_units(key))


def _rows(
    name: Name, english: PoEntry | None, own: PoText, size: tuple[str, str]
) -> Iterator[tuple[str, ...]]:
    context, key = name
    mine = own.entries.get(name)
    source = english or mine
    if source is None:
        return
    for number in range(own.plural_forms if source.plural else 1):
        said = english.forms[min(number, len(english.forms) - 1)] if english else ""
        yield (
            f"{key}[{number}]" if source.plural else key,
            context or _TEXT,
            source.section,
            said,
            mine.forms[number] if mine and number < len(mine.forms) else "",
            " ".join(f"{{{each}}}" for each in _placeholders(source.forms)) if context != "keyword" else "",
            *size,
        )


def _placeholders(forms: Sequence[str]) -> list[str]:
    try:
        return sorted(Wording.parse(tuple(forms), "0").placeholders)
    except ValueError:
        return []


def read(path: Path) -> list[Row]:
    """The rows of a translator's file. Raises `InvalidInput` where it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeError as error:
        raise InvalidInput("file", f"{path.name} is not UTF-8: save it as CSV UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval=""))
    except csv.Error as error:
        raise InvalidInput("file", f"{path.name} is no CSV file: {error}") from error
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        raise InvalidInput("file", f"{path.name} lacks the column {missing[0]}")
    return [{name: unguarded(cell) for name, cell in row.items() if isinstance(cell, str)} for row in rows]


def take(library: Library, code: str, rows: Sequence[Row]) -> Taken:
    """The file of `code` with the translations of `rows`; entries without a row stay as they are.

    Raises `ConfigurationError` where the language has no file yet.
    """
    english, own = library.text(SOURCE), library.text(code)
    given, mistakes = _by_entry(rows, english, own)
    changed, added, faulty = dict[Name, tuple[str, ...]](), list[PoEntry](), set[Name]()
    for name, (forms, line) in given.items():
        if not any(forms) and name[0] in _OPTIONAL and name not in own.entries:
            continue
        if wrong := _unusable(name, forms):
            mistakes.append(Mistake(f"{name[1]} {wrong}", line))
            faulty.add(name)
        elif name in own.entries:
            changed[name] = forms
        else:
            added.append(replace(english.entries[name], forms=forms))
    raw = PoText(own.with_forms(changed), f"{code}.po").with_new(added, english.entries)
    for found in _findings(library, code, raw):
        if found.name not in faulty:
            mistakes.append(Mistake(str(found), given[found.name][1] if found.name in given else None))
    differing = [name for name, forms in changed.items() if forms != own.entries[name].forms]
    return Taken(
        raw,
        (*differing, *(entry.name for entry in added)),
        tuple(sorted(mistakes, key=lambda each: each.line or 0)),
    )


def _unusable(name: Name, forms: tuple[str, ...]) -> str:
    """Why the whole file could not be read with these forms in it; nothing where it could."""
    if not all(forms):
        return "has no translation"
    try:
        Wording.parse(forms if name[0] != "keyword" else (), "0")
    except ValueError as error:
        return f"may have braces around placeholders alone: {error}"
    return ""


def _findings(library: Library, code: str, raw: str) -> list[Finding]:
    try:
        language = _language(raw, code)
    except ConfigurationError as error:
        return [Finding(("", ""), error.detail)]
    return proofread(language, library.language(SOURCE) if code != SOURCE else language, library.beside(code))


@lru_cache(maxsize=32)
def _language(raw: str, code: str) -> Language:
    return read_language(raw, code)


def _by_entry(
    rows: Sequence[Row], english: PoText, own: PoText
) -> tuple[dict[Name, tuple[tuple[str, ...], int]], list[Mistake]]:
    """Each entry's forms and the line of the first, and what is wrong with the rows themselves."""
    mistakes, forms, lines = list[Mistake](), dict[Name, dict[int, str]](), dict[Name, int]()
    seen = Counter[tuple[str, str]]()
    for line, row in enumerate(rows, start=2):
        written, kind = row["key"].strip(), row["kind"].strip()
        seen[written, kind] += 1
        key, _, number = written.removesuffix("]").partition("[")
        name = ("" if kind == _TEXT else kind, key)
        if name not in english.entries and name not in own.entries:
            mistakes.append(Mistake(f"{written} ({kind}) is no entry of {SOURCE}.po", line))
        elif seen[written, kind] > 1:
            mistakes.append(Mistake(f"{written} is there twice", line))
        else:
            forms.setdefault(name, {})[int(number) if number.isdigit() else 0] = row["translation"].strip()
            lines.setdefault(name, line)
    given = {}
    for name, found in forms.items():
        source = english.entries.get(name) or own.entries[name]
        count = own.plural_forms if source.plural else 1
        given[name] = (tuple(found.get(number, "") for number in range(count)), lines[name])
    return given, mistakes
