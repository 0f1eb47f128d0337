"""A `.po` file as text whose translations can be exchanged, while comments, order and layout stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from babel.messages.pofile import escape, unescape

from app.errors import ConfigurationError

_SECTION = re.compile(r"^# -+ (.+?) -+$")
_LINE = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$')
_FORMS = re.compile(r'^"Plural-Forms: nplurals=(\d)', re.MULTILINE)

Name = tuple[str, str]
"""An entry's context (`keyword`, `format`, `screen`; empty for a text) and its key."""


@dataclass(frozen=True)
class PoEntry:
    name: Name
    plural: bool
    forms: tuple[str, ...]
    section: str
    """The heading above it, for people."""
    lines: tuple[int, int]
    """Where its translation stands: from, and up to but not with."""


class PoText:
    """One file, read line by line."""

    def __init__(self, raw: str, file: str) -> None:
        """Raises `ConfigurationError` naming `file` and the line that is none of a `.po` file."""
        self._lines = raw.removesuffix("\n").split("\n")
        self._file = file
        forms = _FORMS.search(raw)
        self.plural_forms = int(forms[1]) if forms else 1
        self.entries: Mapping[Name, PoEntry] = {entry.name: entry for entry in self._read()}

    def with_forms(self, changed: Mapping[Name, tuple[str, ...]]) -> str:
        """The file with other translations for entries it has."""
        lines = list(self._lines)
        for entry in sorted(self.entries.values(), key=lambda each: each.lines, reverse=True):
            if entry.name in changed and changed[entry.name] != entry.forms:
                start, end = entry.lines
                lines[start:end] = _written(replace(entry, forms=changed[entry.name]))
        return "\n".join(lines) + "\n"

    def with_new(self, added: Iterable[PoEntry], order: Iterable[Name]) -> str:
        """The file with further entries, each put after the one it follows in `order`."""
        following: dict[Name, Name | None] = {}
        last: Name | None = None
        for name in order:
            following[name] = last
            last = name
        raw = "\n".join(self._lines) + "\n"
        for entry in added:
            file = PoText(raw, self._file)
            before = following.get(entry.name)
            while before is not None and before not in file.entries:
                before = following.get(before)
            at = file.entries[before].lines[1] if before is not None else len(file._lines)
            context, key = entry.name
            head = [f"msgctxt {escape(context)}"] if context else []
            head.append(f"msgid {escape(key)}")
            if entry.plural:
                head.append(f"msgid_plural {escape(key)}")
            raw = "\n".join([*file._lines[:at], "", *head, *_written(entry), *file._lines[at:]]) + "\n"
        return raw

    def _read(self) -> Iterable[PoEntry]:
        section, found, number = "", dict[str, str](), 0
        start = 0
        while number < len(self._lines):
            line = self._lines[number]
            heading = _SECTION.match(line)
            section = heading[1] if heading else section
            if not line.strip() or line.startswith("#"):
                number += 1
                continue
            field = _LINE.match(line)
            if not field:
                raise ConfigurationError(f"{self._file}: line {number + 1} is none of a .po file: {line}")
            if field[1] in {"msgctxt", "msgid"} and any(name.startswith("msgstr") for name in found):
                found = {}
            text, end = unescape(field[2]), number + 1
            while end < len(self._lines) and self._lines[end].startswith('"'):
                text += unescape(self._lines[end])
                end += 1
            if field[1] in {"msgstr", "msgstr[0]"}:
                start = number
            found[field[1]] = text
            number = end
            last = number == len(self._lines) or not self._lines[number].startswith("msgstr")
            if field[1].startswith("msgstr") and last and found.get("msgid"):
                yield PoEntry(
                    (found.get("msgctxt", ""), found["msgid"]),
                    "msgid_plural" in found,
                    tuple(text for name, text in found.items() if name.startswith("msgstr")),
                    section,
                    (start, end),
                )


def _written(entry: PoEntry) -> list[str]:
    if not entry.plural:
        return [f"msgstr {escape(entry.forms[0])}"]
    return [f"msgstr[{number}] {escape(form)}" for number, form in enumerate(entry.forms)]
