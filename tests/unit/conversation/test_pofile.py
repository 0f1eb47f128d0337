"""Exchanging translations in a `.po` file and touching nothing else."""

from __future__ import annotations

import pytest

from app.conversation.pofile import PoText
from app.errors import ConfigurationError

RAW = """# Made up.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

# --- Greetings ---

# Shown first.
#. parts: 2
msgid "hi"
msgstr ""
"Good "
"\\"day\\""

msgid "bags"
msgid_plural "bags"
msgstr[0] "bag"
msgstr[1] "bags"

msgctxt "screen"
msgid "hi"
msgstr "Hi"
"""


def test_a_file_is_read_with_its_headings_and_written_in_wrapped_lines() -> None:
    file = PoText(RAW, "en.po")
    assert {name: (entry.forms, entry.section) for name, entry in file.entries.items()} == {
        ("", "hi"): (('Good "day"',), "Greetings"),
        ("", "bags"): (("bag", "bags"), "Greetings"),
        ("screen", "hi"): (("Hi",), "Greetings"),
    }
    assert file.with_forms({name: entry.forms for name, entry in file.entries.items()}) == RAW


def test_entries_of_any_number_of_lines_change_places_with_one() -> None:
    changed = PoText(RAW, "en.po").with_forms(
        {("", "hi"): ("Hello",), ("", "bags"): ("a", "b"), ("screen", "hi"): ("Hey",)}
    )
    assert changed == (
        RAW.replace('msgstr ""\n"Good "\n"\\"day\\""', 'msgstr "Hello"')
        .replace('"bag"', '"a"')
        .replace('[1] "bags"', '[1] "b"')
        .replace('"Hi"', '"Hey"')
    )


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"en\.po: line 9 is none of a \.po file: Hello"):
        PoText(RAW.replace("# Shown first.", "Hello"), "en.po")
