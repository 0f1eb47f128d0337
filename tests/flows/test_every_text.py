"""Every text, in every language, with the longest values it can be given."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

import pytest

from app.conversation.catalogue import Catalogue
from app.conversation.fit import Encoding, measure
from app.conversation.keywords import CARRIER_WORDS, normalise
from app.conversation.rendering import as_text
from app.conversation.values import Value
from app.flows.join import NAME_LONGEST
from app.flows.registry import REGISTRY, TEXTS
from app.flows.snapshot import Area, Home, LastWeighing, Offer, Purse, Snapshot
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.weighing.receipt import LINES_ROOM_CHARACTERS

LANGUAGES = ("en", "pcm")
CATALOGUE = Catalogue.load(TEXTS, LANGUAGES)

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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(CATALOGUE.keys))
def test_every_text_fits_one_part_with_its_longest_values(key: str, language: str) -> None:
    values = {name: LONGEST[name] for name in CATALOGUE.placeholders(key)}
    text = CATALOGUE.text(key, language, **values)
    size = measure(text)
    assert size.encoding is Encoding.GSM7, text
    assert size.parts == 1, f"{size.units} septets: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_word_of_each_command_is_the_same_everywhere(language: str) -> None:
    """Texts name commands by their keys (`REDEEM`), so that word must work in every language."""
    for name, words in CATALOGUE.keywords(language).items():
        if name.isupper():
            assert words[0] == name


def test_no_answer_word_is_a_carriers_word() -> None:
    for language in LANGUAGES:
        for name, words in CATALOGUE.keywords(language).items():
            assert not {normalise(word) for word in words} & set(CARRIER_WORDS), name


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
@pytest.mark.parametrize("name", sorted(REGISTRY.states))
def test_every_question_fits_one_part_with_its_options(name: str, language: str) -> None:
    text = as_text(REGISTRY.states[name].ask(FACTS, DATA), CATALOGUE, language)
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
