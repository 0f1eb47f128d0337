"""Every text the service says, in every language, under stable keys.

One gettext `.po` file per language; `msgid` is the key. Besides texts a file holds, by `msgctxt`:
`keyword` (command words, separated by `|`), `format` (how dates, times, weights and money look) and `screen`
(another wording of a text, for a USSD screen; where there is none the text itself is shown).
Header fields of our own: `X-Name` (what the language calls itself), `X-Spelling: plain|bare|full` (plain
texts stay in GSM-7, bare ones lose every accent too, full ones keep all and cost more parts), `X-Locale`
(the CLDR locale for dates and numbers, where it is not the language itself). A text may take one part; one that may
take more says so in an extracted comment, `#. parts: 2`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from app.conversation.fit import bare, plain
from app.conversation.values import Command, Formats, Value
from app.conversation.wording import Wording
from app.errors import ConfigurationError

_HEADER = re.compile(r'^"(X-[\w-]+):\s*(.*?)\s*\\n"$', re.MULTILINE)
_ENTRY = re.compile(r'^(?:msgctxt "(?P<context>.*)"\n)?msgid "(?P<key>.+)"$', re.MULTILINE)
_SPELLINGS: Mapping[str, Callable[[str], str]] = {"plain": plain, "bare": bare, "full": str}
_BUDGET = re.compile(r"parts:(.*)")
USUAL_PARTS = 1
MOST_PARTS = 6
"""Nobody reads on."""


@dataclass(frozen=True)
class Language:
    """One catalogue file, read."""

    code: str
    name: str
    spelling: str
    """A key of `_SPELLINGS`: how its texts are spelt when they are sent."""
    wordings: Mapping[str, Wording]
    screens: Mapping[str, Wording]
    """Other wordings of some of them, for a screen."""
    keywords: Mapping[str, tuple[str, ...]]
    """By command or kind of word, as written; the first of a command is the one texts name."""
    formats: Formats
    budgets: Mapping[str, int]
    """How many parts a text may take, where that is not `USUAL_PARTS`."""

    def say(self, key: str, values: Mapping[str, Value]) -> str:
        """The text `key`, as it is sent. Raises `KeyError` for an unknown key or a value that is missing."""
        return self._fill(self.wordings[key], values)

    def show(self, key: str, values: Mapping[str, Value]) -> str:
        """The text `key` as a screen shows it: in its wording for screens, where it has one."""
        return self._fill(self.screens.get(key) or self.wordings[key], values)

    def write(self, value: Value) -> str:
        return _SPELLINGS[self.spelling](self._value(value))

    def _fill(self, wording: Wording, values: Mapping[str, Value]) -> str:
        formatted = {name: self._value(value) for name, value in values.items()}
        count = values.get("count")
        text = wording.fill(formatted, count if isinstance(count, int) else None)
        return _SPELLINGS[self.spelling](text)

    def _value(self, value: Value) -> str:
        return self.keywords[value.name][0] if isinstance(value, Command) else self.formats.write(value)


class Catalogue:
    """All texts; made once at start, never changes."""

    def __init__(self, languages: Sequence[Language]) -> None:
        """The first language is the default. Raises `ConfigurationError` where the languages disagree."""
        if not languages:
            raise ConfigurationError("no language has a catalogue")
        self._languages = {language.code: language for language in languages}
        self.default = languages[0].code
        _check_agreement(languages)

    @classmethod
    def load(cls, directory: Path, languages: Sequence[str]) -> Catalogue:
        """The catalogues of `languages` in `directory`. Raises `ConfigurationError` that names what is wrong."""
        return cls([_read(directory / f"{code}.po", code) for code in languages])

    @cached_property
    def on_screens(self) -> Catalogue:
        """The same texts in full spelling, for pages: there a letter costs nothing."""
        return Catalogue([replace(language, spelling="full") for language in self._languages.values()])

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._languages)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._languages[self.default].wordings)

    def spoken(self, language: str | None) -> Language:
        """`language`; the default one where it is not enabled (any more)."""
        return self._languages.get(language or self.default) or self._languages[self.default]

    def placeholders(self, key: str) -> frozenset[str]:
        return self._languages[self.default].wordings[key].placeholders

    def budget(self, key: str, language: str | None) -> int | None:
        """How many parts the text `key` may take in `language`; None for an unknown key."""
        spoken = self.spoken(language)
        return spoken.budgets.get(key, USUAL_PARTS) if key in spoken.wordings else None

    def name(self, language: str) -> str:
        """What `language` calls itself, for people to choose from."""
        return self._languages[language].name

    def keywords(self, language: str) -> Mapping[str, tuple[str, ...]]:
        """The words of each command in `language`, as written in its file."""
        return self._languages[language].keywords

    def text(self, key: str, language: str | None, **values: Value) -> str:
        """The text `key`, spelt as its language decided, ready to send.

        A language that is not enabled (any more) is answered in the default one. `count` chooses among
        plural forms. Raises `KeyError` for an unknown key or a value that is missing.
        """
        return self.spoken(language).say(key, values)

    def screen(self, key: str, language: str | None, **values: Value) -> str:
        """The text `key` as a USSD screen shows it; otherwise like `text`."""
        return self.spoken(language).show(key, values)

    def write(self, value: Value, language: str | None) -> str:
        """One value as `language` writes it, to build lists from."""
        return self.spoken(language).write(value)


def _read(path: Path, code: str) -> Language:
    try:
        return read_language(path.read_text(encoding="utf-8"), code)
    except FileNotFoundError as error:
        raise ConfigurationError(f"WEIGHBACK_LANGUAGES names {code}, but there is no {path.name}") from error
    except UnicodeError as error:
        raise ConfigurationError(f"{path.name} is not written in UTF-8: {error}") from error


def read_language(raw: str, code: str) -> Language:
    """The language that `raw`, the text of `<code>.po`, holds. Raises `ConfigurationError`."""
    file = f"{code}.po"
    try:
        locale_of_language = Locale.parse(code)
        entries = read_po(BytesIO(raw.encode()), locale=code, abort_invalid=True)
    except UnknownLocaleError as error:
        raise ConfigurationError(f"{file}: {code} is no language code that CLDR knows") from error
    except (PoFileError, ValueError) as error:
        raise ConfigurationError(f"{file}: {error}") from error
    _check_unique(file, raw)
    headers = dict(_HEADER.findall(raw))
    spelling = headers.get("X-Spelling", "full")
    if spelling not in _SPELLINGS:
        raise ConfigurationError(f"{file}: X-Spelling is {spelling!r}; write plain, bare or full")
    wordings: dict[str, Wording] = {}
    screens: dict[str, Wording] = {}
    keywords: dict[str, tuple[str, ...]] = {}
    formats: dict[str, str] = {}
    for message in entries:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if not key:
            continue
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
        if not all(forms):
            raise ConfigurationError(f"{file}: {key} is empty")
        if message.context == "keyword":
            keywords[key] = tuple(word.strip() for word in forms[0].split("|"))
        elif message.context == "format":
            formats[key] = forms[0]
        else:
            try:
                (screens if message.context == "screen" else wordings)[key] = Wording.parse(
                    forms, entries.plural_expr
                )
            except ValueError as error:
                raise ConfigurationError(f"{file}: {key}: {error}") from error
    _check_screens(file, screens, wordings)
    return Language(
        code=code,
        name=headers.get("X-Name") or str(locale_of_language.display_name or code),
        spelling=spelling,
        wordings=wordings,
        screens=screens,
        keywords=keywords,
        formats=Formats.parse(file, headers.get("X-Locale", code), formats),
        budgets=_budgets(file, entries),
    )


def _budgets(file: str, entries: Iterable[Message]) -> dict[str, int]:
    found: dict[str, int] = {}
    for message in entries:
        key = message.id if isinstance(message.id, str) else message.id[0]
        for comment in message.auto_comments:
            stated = _BUDGET.fullmatch(comment.strip())
            if stated is None:
                continue
            if stated[1].strip() not in map(str, range(1, MOST_PARTS + 1)):
                raise ConfigurationError(f"{file}: {key}: write its parts as a number up to {MOST_PARTS}")
            found[key] = int(stated[1])
    return found


def _check_unique(file: str, raw: str) -> None:
    """Babel keeps the last of two entries with one key without a word; a merge can make such a pair."""
    seen = Counter((found["context"], found["key"]) for found in _ENTRY.finditer(raw))
    twice = sorted(key for (_, key), times in seen.items() if times > 1)
    if twice:
        raise ConfigurationError(f"{file}: more than once: {', '.join(twice)}")


def _check_screens(file: str, screens: Mapping[str, Wording], wordings: Mapping[str, Wording]) -> None:
    """A screen may say less than its text, never anything else."""
    for key, wording in screens.items():
        if key not in wordings:
            raise ConfigurationError(f"{file}: a screen is worded for {key}, which is no text")
        extra = wording.placeholders - wordings[key].placeholders
        if extra:
            raise ConfigurationError(f"{file}: the screen of {key} has {_listed(extra)}, its text has not")


def _check_agreement(languages: Sequence[Language]) -> None:
    first, *others = languages
    for other in others:
        _same(first.code, first.wordings, other.code, other.wordings, "texts")
        _same(first.code, first.keywords, other.code, other.keywords, "command words")
        for key, wording in first.wordings.items():
            theirs = other.wordings[key].placeholders
            if wording.placeholders != theirs:
                raise ConfigurationError(
                    f"{other.code}.po: {key} has {_listed(theirs)}, {first.code}.po has {_listed(wording.placeholders)}"
                )


def _same(code: str, ours: Iterable[str], other_code: str, theirs: Iterable[str], what: str) -> None:
    missing, extra = set(ours) - set(theirs), set(theirs) - set(ours)
    if missing:
        raise ConfigurationError(f"{other_code}.po lacks {what} that {code}.po has: {_listed(missing)}")
    if extra:
        raise ConfigurationError(f"{code}.po lacks {what} that {other_code}.po has: {_listed(extra)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no placeholder"
