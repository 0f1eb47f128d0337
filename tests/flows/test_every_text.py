"""Every text, in every language, with the longest values it can be given."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.conversation.catalogue import Catalogue
from app.conversation.fit import Encoding, measure
from app.conversation.keywords import Carrier, Vocabulary
from app.conversation.rendering import as_text
from app.conversation.values import Value
from app.flows.join import NAME_LONGEST
from app.flows.registry import REGISTRY, TEXTS
from app.flows.snapshot import Area, Home, LastWeighing, Offer, Purse, Snapshot
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.weighing.receipt import LINES_ROOM_CHARACTERS

LANGUAGES = tuple(sorted(path.stem for path in TEXTS.glob("*.po")))
CATALOGUE = Catalogue.load(TEXTS, ("en", *(code for code in LANGUAGES if code != "en")))
VOCABULARY = Vocabulary(CATALOGUE)
ON_SCREENS = "sheet."
"""Keys of the collectors' pages, whose length is free."""

_MUCH = Money(9_999_950, "NGN")
LONGEST: dict[str, Value] = {
    "amount": _MUCH,
    "balance": Money(99_999_950, "NGN"),
    "code": "SUR-01",
    "collector": "C" * NAME_LONGEST,
    "command": "BALANCE",
    "count": 99,
    "credit": _MUCH,
    "date": date(2026, 12, 30),
    "day": date(2026, 12, 30),
    "done": 99,
    "end": time(12, 30),
    "from": date(2026, 12, 30),
    "held": _MUCH,
    "letters": "A/B/C/D",
    "limit": Grams(199_950),
    "material": "Plastic bottles",
    "maximum": _MUCH,
    "metres": 9_999,
    "minimum": Money(100_000, "NGN"),
    "moved_from": date(2026, 12, 30),
    "moved_to": date(2026, 12, 30),
    "name": "W" * NAME_LONGEST,
    "phone": "0800 000 0000",
    "position": 99,
    "programme": "Weighback",
    "rate": Money(99_950, "NGN"),
    "reward": "Airtime",
    "start": time(12, 30),
    "step": Money(100_000, "NGN"),
    "total": 99,
    "weight": Grams(199_950),
    "weights": "W" * LINES_ROOM_CHARACTERS,
    "zone": "Lagos Island South",
}
"""By placeholder. A new placeholder needs its longest value here."""

CURRENCIES = ("NGN", "XOF", "XAF", "KES", "TZS", "UGX", "GHS", "USD", "EUR")
NO_COMMANDS = frozenset({"OK", "PIN", "SMS"})
"""Words in capitals that nobody is told to send."""


YEAR = [date(2026, 1, 1) + timedelta(days) for days in range(365)]


def longest_values(language: str, catalogue: Catalogue = CATALOGUE) -> dict[str, Value]:
    """`LONGEST`, with the day that is longest when `language` writes it."""
    day = max(YEAR, key=lambda each: measure(catalogue.write(each, language)).units)
    return {name: day if isinstance(value, date) else value for name, value in LONGEST.items()}


def past_their_budgets(catalogue: Catalogue, language: str) -> list[str]:
    """Texts that take more parts than they may, in the language's own spelling, with their longest values."""
    longest, long = longest_values(language, catalogue), list[str]()
    for key in sorted(catalogue.keys):
        text = catalogue.text(key, language, **{name: longest[name] for name in catalogue.placeholders(key)})
        size, budget = measure(text), catalogue.budget(key, language)
        if size.parts > (budget or 0) and not key.startswith(ON_SCREENS):
            long.append(
                f"{key}: {size.parts} parts ({size.units} {size.encoding} units), not {budget}: {text}"
            )
    return long


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_stays_within_its_budget_of_parts_with_its_longest_values(language: str) -> None:
    long = past_their_budgets(CATALOGUE, language)
    assert not long, "\n".join(long)


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
        r'^(msgid "help"\nmsgstr ").*"$', rf'#. parts: {budget}\n\1{body}"', grown, flags=re.MULTILINE
    )
    assert times == 1
    (tmp_path / "en.po").write_text(grown, encoding="utf-8")
    found = past_their_budgets(Catalogue.load(tmp_path, ["en"]), "en")
    assert [line.split(":")[0] for line in found] == (["help"] if past else [])


@pytest.mark.parametrize("language", [code for code in LANGUAGES if CATALOGUE.spelling(code) != "full"])
def test_a_text_in_plain_spelling_never_falls_into_the_short_alphabet(language: str) -> None:
    """One character outside GSM-7, be it a hard space in a French amount, costs more than half the room."""
    values: list[Value] = [*YEAR, *(time(hour, minute) for hour in range(24) for minute in (0, 30))]
    values += [Money(minor, code) for minor in (5, -123_456_789, 100_000) for code in CURRENCIES]
    values += [Grams(1_234_567), 1_234_567]
    written = [CATALOGUE.write(value, language) for value in values]
    written += [CATALOGUE.text(key, language, **LONGEST) for key in CATALOGUE.keys]
    assert not [text for text in written if measure(text).encoding is not Encoding.GSM7]


def test_every_language_hears_each_of_its_words_as_what_it_stands_for() -> None:
    """All languages are listened to at once, so a word of one may not be swallowed or taken by another."""
    for language in LANGUAGES:
        for name, words in CATALOGUE.keywords(language).items():
            for word in words:
                meaning = VOCABULARY.understand(word)
                if name.isupper():
                    assert meaning.command == name, (language, word)
                elif name == "opt-out":
                    assert meaning.carrier is Carrier.STOP, (language, word)
                elif name not in {"money", "polite"}:
                    assert name in meaning.said.kinds, (language, word)
                    assert (meaning.command, meaning.carrier) == (None, None), (language, word)


def commands_named(key: str, language: str) -> set[str]:
    """What the words in capitals of a text would do if somebody sent them."""
    text = CATALOGUE.text(key, language, **dict.fromkeys(CATALOGUE.placeholders(key), "-"))
    named = set[str]()
    for words in re.findall(r"(?<![\w'])[A-Z]{2,}(?: [A-Z]{2,})*(?![\w'])", text):
        if words not in NO_COMMANDS:
            # `JOIN NEW`: what follows the command is what it is asked for
            meaning = VOCABULARY.understand(words)
            named.add(
                meaning.command or meaning.carrier or VOCABULARY.understand(words.split()[0]).command or words
            )
    return named


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_a_text_tells_people_to_send_does_what_the_english_one_does(language: str) -> None:
    wrong = [
        f"{key}: {commands_named(key, language)} for {commands_named(key, 'en')}"
        for key in CATALOGUE.keys
        if commands_named(key, language) != commands_named(key, "en")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_english_word_of_each_command_works_everywhere(language: str) -> None:
    """People move, and support staff speak of `REDEEM`: the key itself is heard in every language."""
    for name, words in CATALOGUE.keywords(language).items():
        if name.isupper():
            assert words[0] == name


HOME = Home(UUID(int=1), "W" * NAME_LONGEST, UUID(int=2), "Lagos Island South", "Africa/Lagos", left=True)
FACTS = Snapshot(
    phone="+2348000000000",
    programme="Weighback",
    currency="NGN",
    region="NG",
    language="en",
    languages=tuple((code, CATALOGUE.name(code)) for code in LANGUAGES),
    homes=(HOME, HOME),
    home=HOME,
    zones=tuple(Area(f"Z{number:02}", f"Lagos Island South {number}", 6.5, 3.4) for number in range(30)),
    purse=Purse(99_999_950, 9_999_950),
    offers=(Offer("AIRTIME", "Airtime", 5_000, 9_999_950, 50),),
    weighing=LastWeighing(date(2026, 12, 30), Grams(199_950), disputed=False),
)
DATA = {
    "reward": "AIRTIME",
    "amount_minor": "9999950",
    "zone": "Z01",
    "left": "1",
    "home": HOME.reference,
    "command": "BALANCE",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_fits_one_part_with_its_options(language: str) -> None:
    for state in REGISTRY.states.values():
        text = as_text(state.ask(FACTS, DATA), CATALOGUE, language)
        assert measure(text).parts == 1, f"{measure(text).units} septets: {text}"


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
