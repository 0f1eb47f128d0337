"""Texts in several languages, and what is refused at start."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from app.conversation.catalogue import Catalogue
from app.conversation.values import Value
from app.errors import ConfigurationError
from app.kernel.grams import Grams
from app.kernel.money import Money

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {plural}\\n"
"X-Spelling: {spelling}\\n"
{locale}
msgctxt "format"
msgid "date"
msgstr "EEE d MMM"

msgctxt "format"
msgid "time"
msgstr "h:mma"

msgctxt "format"
msgid "whole-hour"
msgstr "ha"

msgctxt "format"
msgid "weight"
msgstr "{{kilograms}}kg"

msgctxt "format"
msgid "money-NGN"
msgstr "N{{amount}}"

msgctxt "keyword"
msgid "JOIN"
msgstr "JOIN"

"""
TWO_FORMS = "nplurals=2; plural=(n != 1);"


def write(
    directory: Path,
    language: str,
    entries: str,
    *,
    spelling: str = "plain",
    locale: str = "",
    plural: str = TWO_FORMS,
) -> None:
    extra = f'"X-Locale: {locale}\\n"\n' if locale else ""
    head = HEADER.format(language=language, spelling=spelling, locale=extra, plural=plural)
    (directory / f"{language}.po").write_text(head + entries, encoding="utf-8")


def entry(key: str, text: str) -> str:
    return f'msgid "{key}"\nmsgstr "{text}"\n\n'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Money(125_000, "NGN"), "N1,250"),
        (Money(125_050, "NGN"), "N1,250.50"),
        (Money(-2_000, "NGN"), "-N20"),
        (Money(5, "NGN"), "N0.05"),
        (Money(1_250, "UGX"), "UGX 1,250"),
        (Grams(2_500), "2.5kg"),
        (Grams(1_234_567), "1,234.567kg"),
        (date(2026, 11, 26), "Thu 26 Nov"),
        (time(14), "2pm"),
        (time(8, 30), "8:30am"),
        (12_000, "12,000"),
        ("Ad\u00e9\u2019s", "Ad\u00e9's"),
        ("{odd} text}", "{odd} text}"),
    ],
)
def test_values_are_written_as_people_read_them(tmp_path: Path, value: Value, written: str) -> None:
    write(tmp_path, "en", entry("said", "<{value}>"), locale="en_NG")
    assert Catalogue.load(tmp_path, ["en"]).text("said", "en", value=value) == f"<{written}>"


def test_a_language_can_have_its_own_plurals_dates_and_spelling(tmp_path: Path) -> None:
    bags = 'msgid "bags"\nmsgid_plural "bags"\n'
    write(
        tmp_path,
        "pl",
        f'{bags}msgstr[0] "jeden worek {{day}}"\nmsgstr[1] "{{count}} worki {{day}}"\n'
        'msgstr[2] "{count} work\u00f3w \u017c {day}"\n',
        spelling="full",
        plural="nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    )
    catalogue = Catalogue.load(tmp_path, ["pl"])
    day = date(2026, 11, 26)
    assert catalogue.text("bags", "pl", count=1, day=day) == "jeden worek czw. 26 lis"
    assert catalogue.text("bags", "pl", count=3, day=day) == "3 worki czw. 26 lis"
    assert catalogue.text("bags", "pl", count=5, day=day) == "5 work\u00f3w \u017c czw. 26 lis"


def test_french_numbers_and_hours_stay_in_the_long_alphabet(tmp_path: Path) -> None:
    """Whatever the spelling: a hard space between digits would cost more than all accents."""
    write(tmp_path, "fr", entry("said", "{value} {at} {early}"), spelling="full")
    path = tmp_path / "fr.po"
    path.write_text(path.read_text(encoding="utf-8").replace('"h:mma"', "\"h:mm'am'|h:mm'pm'\""))
    said = Catalogue.load(tmp_path, ["fr"]).text(
        "said", "fr", value=Money(123_456_750, "NGN"), at=time(14, 30), early=time(8, 30)
    )
    assert said == "N1 234 567,50 2:30pm 8:30am"


def test_a_page_shows_the_letters_that_a_text_cannot_afford(tmp_path: Path) -> None:
    write(tmp_path, "yo", entry("day", "\u1eccj\u1ecd\u0301 w\u00e0"), spelling="bare")
    catalogue = Catalogue.load(tmp_path, ["yo"])
    assert catalogue.text("day", "yo") == "Ojo wa"
    assert catalogue.on_screens.text("day", "yo") == "\u1eccj\u1ecd\u0301 w\u00e0"


def test_a_language_no_longer_enabled_is_answered_in_the_default_one(tmp_path: Path) -> None:
    write(tmp_path, "en", entry("hi", "Hello"))
    assert Catalogue.load(tmp_path, ["en"]).text("hi", "yo") == "Hello"


def test_a_moment_is_refused_because_only_the_caller_knows_the_clock(tmp_path: Path) -> None:
    write(tmp_path, "en", entry("hi", "{at}"))
    with pytest.raises(TypeError, match="datetime"):
        Catalogue.load(tmp_path, ["en"]).text("hi", "en", at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("english", "pidgin", "complaint"),
    [
        (entry("a", "x") + entry("b", "y"), entry("a", "x"), r"pcm\.po lacks texts that en\.po has: b"),
        (entry("a", "x"), entry("a", "x") + entry("b", "y"), r"en\.po lacks texts that pcm\.po has: b"),
        (entry("a", "{name}"), entry("a", "{nmae}"), r"pcm\.po: a has nmae, en\.po has name"),
        (entry("a", "x"), entry("a", "x") + entry("a", "y"), r"pcm\.po: more than once: a"),
        (entry("a", "x"), entry("a", ""), r"pcm\.po: a is empty"),
        (entry("a", "x"), entry("a", "{name.secret}"), r"pcm\.po: a: .*no bare name"),
        (entry("a", "x"), entry("a", "{open"), r"pcm\.po: a: "),
    ],
)
def test_catalogues_that_disagree_stop_the_start(
    tmp_path: Path, english: str, pidgin: str, complaint: str
) -> None:
    write(tmp_path, "en", english)
    write(tmp_path, "pcm", pidgin)
    with pytest.raises(ConfigurationError, match=complaint):
        Catalogue.load(tmp_path, ["en", "pcm"])


def test_a_text_may_take_one_part_unless_its_language_says_otherwise(tmp_path: Path) -> None:
    write(tmp_path, "en", entry("a", "x") + "#. parts: 2\n" + entry("b", "y"))
    write(tmp_path, "pcm", "#. said to people who join\n#. parts: 3\n" + entry("a", "x") + entry("b", "y"))
    catalogue = Catalogue.load(tmp_path, ["en", "pcm"])
    assert [catalogue.budget(key, code) for code in ("en", "pcm", "yo") for key in "ab"] == [1, 2, 3, 1, 1, 2]
    assert catalogue.budget("c", "en") is None


@pytest.mark.parametrize("parts", ["two", "0", "7", ""])
def test_a_budget_that_is_no_small_number_stops_the_start(tmp_path: Path, parts: str) -> None:
    write(tmp_path, "en", f"#. parts: {parts}\n" + entry("a", "x"))
    with pytest.raises(ConfigurationError, match=r"en\.po: a: write its parts as a number"):
        Catalogue.load(tmp_path, ["en"])


def test_a_language_without_a_catalogue_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"WEIGHBACK_LANGUAGES names yo, but there is no yo\.po"):
        Catalogue.load(tmp_path, ["yo"])


def test_a_screen_has_its_own_words_where_the_language_has_some(tmp_path: Path) -> None:
    text = 'msgid "ask"\nmsgstr "How much, {name}? Send an amount."\n'
    write(tmp_path, "en", text + '\nmsgctxt "screen"\nmsgid "ask"\nmsgstr "How much?"\n')
    write(tmp_path, "fr", text)
    catalogue = Catalogue.load(tmp_path, ["en", "fr"])
    assert catalogue.screen("ask", "en", name="Ade") == "How much?"
    assert catalogue.screen("ask", "fr", name="Ade") == "How much, Ade? Send an amount."
    assert catalogue.text("ask", "en", name="Ade") == "How much, Ade? Send an amount."


@pytest.mark.parametrize(
    ("screen", "complaint"),
    [
        ('msgid "ask"\nmsgstr "{balance}?"', r"the screen of ask has balance, its text has not"),
        ('msgid "other"\nmsgstr "?"', r"a screen is worded for other, which is no text"),
        ('msgid "ask"\nmsgstr "{0}?"', r"ask: \{0\} is no bare name"),
    ],
)
def test_a_screen_that_says_something_else_stops_the_start(
    tmp_path: Path, screen: str, complaint: str
) -> None:
    write(tmp_path, "en", f'msgid "ask"\nmsgstr "How much?"\n\nmsgctxt "screen"\n{screen}\n')
    with pytest.raises(ConfigurationError, match=complaint):
        Catalogue.load(tmp_path, ["en"])
