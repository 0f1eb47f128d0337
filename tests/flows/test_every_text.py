"""Every text, in every language, with the longest values it can be given."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from app.conversation.catalogue import Catalogue
from app.conversation.fit import Encoding, measure
from app.conversation.keywords import Vocabulary
from app.conversation.rendering import as_text
from app.conversation.values import Command, Value
from app.flows.longest import LONGEST, longest_facts
from app.flows.proofreading import proofread
from app.flows.registry import REGISTRY, TEXTS
from app.kernel.grams import Grams
from app.kernel.money import Money

LANGUAGES = tuple(sorted(path.stem for path in TEXTS.glob("*.po")))
CATALOGUE = Catalogue.load(TEXTS, ("en", *(code for code in LANGUAGES if code != "en")))
ALL = {code: CATALOGUE.spoken(code) for code in LANGUAGES}
FACTS = longest_facts(CATALOGUE)

CURRENCIES = ("NGN", "XOF", "XAF", "KES", "TZS", "UGX", "GHS", "USD", "EUR")
YEAR = [date(2026, 1, 1) + timedelta(days) for days in range(365)]


def test_every_placeholder_has_a_longest_value() -> None:
    """`app/flows/longest.py` holds them, for these tests and for translators' files."""
    assert {name for key in CATALOGUE.keys for name in CATALOGUE.placeholders(key)} <= set(LONGEST)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_every_language_is_complete_fits_and_names_words_that_work(language: str) -> None:
    """In its own spelling, with its longest values, within its parts; beside the words of all other languages."""
    found = proofread(ALL[language], ALL["en"], list(ALL.values()))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("letter", "length", "budget", "past"),
    [
        (".", 160, 1, False),
        (".", 161, 1, True),
        (".", 161, 2, False),
        (".", 307, 2, True),
        ("\u1ecd", 70, 1, False),  # one letter outside the plain alphabet, and a part holds 70
        ("\u1ecd", 71, 1, True),
        ("\u1ecd", 134, 2, False),
    ],
)
def test_a_template_that_grows_past_its_budget_is_found(
    tmp_path: Path, letter: str, length: int, budget: int, past: bool
) -> None:
    grown = (TEXTS / "en.po").read_text(encoding="utf-8").replace("X-Spelling: plain", "X-Spelling: full")
    body = "{programme}" + letter * (length - len("Weighback"))
    grown, times = re.subn(
        r'(?<!"screen"\n)^(msgid "help"\nmsgstr ").*"$',
        rf'#. parts: {budget}\n\1{body}"',
        grown,
        flags=re.MULTILINE,
    )
    assert times == 1
    (tmp_path / "en.po").write_text(grown, encoding="utf-8")
    found = proofread(Catalogue.load(tmp_path, ["en"]).spoken("en"), ALL["en"], ())
    assert [finding.name for finding in found if "parts" in finding.sentence] == (
        [("", "help")] if past else []
    )


@pytest.mark.parametrize("language", [code for code in LANGUAGES if ALL[code].spelling != "full"])
def test_a_text_in_plain_spelling_never_falls_into_the_short_alphabet(language: str) -> None:
    """One character outside GSM-7, be it a hard space in a French amount, costs more than half the room."""
    values: list[Value] = [*YEAR, *(time(hour, minute) for hour in range(24) for minute in (0, 30))]
    values += [Money(minor, code) for minor in (5, -123_456_789, 100_000) for code in CURRENCIES]
    values += [Grams(1_234_567), 1_234_567]
    written = [CATALOGUE.write(value, language) for value in values]
    written += [CATALOGUE.text(key, language, **LONGEST) for key in CATALOGUE.keys]
    assert not [text for text in written if measure(text).encoding is not Encoding.GSM7]


def test_a_question_about_a_command_names_it_in_the_persons_own_language() -> None:
    assert CATALOGUE.text("guess.ask", "ha", command=Command("REDEEM")) == "Yi hakuri, KARBA kuke nufi?"
    assert CATALOGUE.text("guess.ask", "pcm", command=Command("REDEEM")) == "Sorry o, na REDEEM you mean?"


def test_the_english_word_of_each_command_works_everywhere() -> None:
    """People move, and support staff speak of `REDEEM`: the key itself is heard whatever languages there are."""
    heard = Vocabulary(Catalogue([ALL["sw"], ALL["yo"]]))
    for command in ALL["en"].keywords:
        if command.isupper():
            assert heard.understand(command).command == command


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_area_is_on_some_page_that_fits(language: str) -> None:
    seen, page = set[str](), 0
    while len(seen) < len(FACTS.zones):
        reply = REGISTRY.states["join.zone"].ask(FACTS, {"page": str(page)})
        assert measure(as_text(reply, CATALOGUE, language)).parts == 1
        new = {option.value for option in reply.options if option.value} - seen
        assert new
        seen |= new
        page += 1
