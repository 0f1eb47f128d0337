"""Every question and every last word on a USSD screen, in every language, with the longest values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from uuid import UUID

import pytest

from app.conversation.catalogue import Catalogue
from app.conversation.fit import fits_screen, measure
from app.conversation.keywords import Said
from app.conversation.rendering import as_text
from app.conversation.screens import BACK, HOME, MORE, as_screens
from app.conversation.states import Line, Reply, Step
from app.flows import dial_menu
from app.flows.balance import ENTRIES as BALANCE
from app.flows.dial_menu import AT_HOME, LEFT, OTHERS, STRANGER, VISITS
from app.flows.history import ENTRIES as HISTORY
from app.flows.longest import LONGEST_DATA, longest_values
from app.flows.proofreading import ON_SCREENS as PAGES
from app.flows.proofreading import commands_named
from app.flows.registry import REGISTRY, vocabulary
from app.flows.shop import ENTRIES as SHOP
from app.flows.snapshot import Happening, HeldVoucher, Home, Kind, Purse, Shop, ShopAccount
from app.flows.voucher import ENTRIES as VOUCHER
from app.kernel.grams import Grams
from tests.flows.test_every_text import ALL, CATALOGUE, FACTS, LANGUAGES

ON_SCREEN = replace(
    FACTS,
    on_screen=True,
    history=tuple(Happening(kind, date(2026, 12, 30), 9_999_950, Grams(199_950)) for kind in Kind) * 3,
)
_NOT_GSM = "\u1ecd"
LONGEST_HOME = FACTS.homes[0]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["as it is", "with a letter that no GSM phone knows"])
def catalogue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """The catalogue; the second time round, every text of it forces the small screen of 80 characters."""
    if request.param != "as it is":
        screen, write = CATALOGUE.screen, CATALOGUE.write
        monkeypatch.setattr(CATALOGUE, "screen", lambda *a, **values: screen(*a, **values) + _NOT_GSM)
        monkeypatch.setattr(CATALOGUE, "write", lambda *a: write(*a) + _NOT_GSM)
    return CATALOGUE


def check(screens: tuple[str, ...], catalogue: Catalogue, language: str, reply: Reply) -> None:
    """Each page fits and says whether there is another; together they say all that the reply says."""
    more, *ways = (
        f"{keys} {catalogue.screen(key, language)}"
        for keys, key in ((MORE, "screen.more"), (BACK, "screen.back"), (HOME, "screen.home"))
    )
    for page in screens:
        assert fits_screen(page), page
        assert (more in page.split("\n")) is (page is not screens[-1]), page
    shown = [line for page in screens for line in page.split("\n") if line not in (more, *ways)]
    for option in reply.options:
        assert not option.number or any(line.startswith(f"{option.number} ") for line in shown), option
    told = _letters("".join(shown))
    for each in reply.lines:
        assert _letters(catalogue.screen(each.key, language, **each.values)) in told


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_every_question_fits_its_screens(catalogue: Catalogue, language: str) -> None:
    for name, state in REGISTRY.states.items():
        reply = state.ask(ON_SCREEN, LONGEST_DATA)
        screens = as_screens(reply, catalogue, language, home=name == dial_menu.MAIN)
        check(screens, catalogue, language, reply)
        if any(not option.number for option in reply.options):
            assert screens[-1].split("\n")[-1].startswith((BACK, HOME)), name


def test_every_text_fits_as_a_last_word(catalogue: Catalogue, language: str) -> None:
    longest = longest_values(ALL[language])
    for key in catalogue.keys:
        if key.startswith(PAGES):
            continue
        reply = Reply((Line(key, {name: longest[name] for name in catalogue.placeholders(key)}),))
        check(as_screens(reply, catalogue, language, ends=True), catalogue, language, reply)


@pytest.mark.parametrize("homes", [(), (LONGEST_HOME,), (replace(LONGEST_HOME, left=False),)])
def test_every_main_menu_fits(homes: tuple[Home, ...], catalogue: Catalogue, language: str) -> None:
    facts = replace(ON_SCREEN, homes=homes)
    reply = REGISTRY.states[dial_menu.MAIN].ask(facts, {})
    screens = as_screens(reply, catalogue, language, home=True)
    check(screens, catalogue, language, reply)
    assert not any(line.startswith((f"{BACK} ", f"{HOME} ")) for line in screens[0].split("\n"))


LONGEST_SHOP = Shop(UUID(int=8), "NKECHI", "W" * 30, "+2348000005001", "Africa/Lagos")


@pytest.mark.parametrize("homes", [(), (LONGEST_HOME,)])
def test_a_shops_menu_fits(homes: tuple[Home, ...], catalogue: Catalogue, language: str) -> None:
    reply = REGISTRY.states[dial_menu.MAIN].ask(replace(ON_SCREEN, homes=homes, shop=LONGEST_SHOP), {})
    check(as_screens(reply, catalogue, language, home=True), catalogue, language, reply)


def test_what_a_text_lists_of_vouchers_and_of_a_shops_account_fits(language: str) -> None:
    plain = HeldVoucher("000 000 0000", 9_999_950, date(2026, 12, 30))
    account = ShopAccount(date(2026, 12, 30), 9_999_950, 999, 9_999_950, 0, 99_999_950)
    facts = replace(FACTS, homes=(LONGEST_HOME,), shop=LONGEST_SHOP, shop_account=account)
    for vouchers in ((plain, plain, plain), (replace(plain, shop="W" * 30), plain)):
        for entry in (*VOUCHER, SHOP[1]):
            outcome = entry.hear(Said("", ""), replace(facts, vouchers=vouchers))
            assert isinstance(outcome, Step)
            assert outcome.reply is not None
            assert measure(as_text(outcome.reply, CATALOGUE, language)).parts == 1, outcome.reply
            many = replace(facts, on_screen=True, vouchers=vouchers * 5)
            shown = entry.hear(Said("", ""), many)
            assert isinstance(shown, Step)
            assert shown.reply is not None
            check(as_screens(shown.reply, CATALOGUE, language, ends=True), CATALOGUE, language, shown.reply)


def test_the_main_menu_is_one_screen(language: str) -> None:
    for homes in ((), (LONGEST_HOME,), (replace(LONGEST_HOME, left=False),)):
        reply = REGISTRY.states[dial_menu.MAIN].ask(replace(ON_SCREEN, homes=homes), {})
        assert len(as_screens(reply, CATALOGUE, language, home=True)) == 1


def test_a_long_history_is_walked_to_its_end(catalogue: Catalogue, language: str) -> None:
    facts = replace(ON_SCREEN, homes=(LONGEST_HOME,))
    outcome = HISTORY[0].hear(Said("", ""), facts)
    assert isinstance(outcome, Step)
    assert outcome.reply is not None
    check(as_screens(outcome.reply, catalogue, language, ends=True), catalogue, language, outcome.reply)


def test_every_choice_of_a_menu_leads_somewhere() -> None:
    branches = {"VISIT", "MORE", "HELP"}
    assert {*AT_HOME, *LEFT, *STRANGER, *VISITS, *OTHERS} - branches <= set(REGISTRY.entries)


def test_every_screen_names_words_that_work(language: str) -> None:
    """As its text does: `text MENU` in one language must be heard like that of another."""
    spoken = ALL[language]
    shown = replace(spoken, wordings={**spoken.wordings, **spoken.screens})
    heard = vocabulary(CATALOGUE)
    for key in spoken.screens:
        named = commands_named(shown, key, heard)
        assert named <= set(REGISTRY.entries), (key, named)


def test_a_balance_with_all_that_can_stand_beside_it_fits(language: str) -> None:
    """What is on its way, vouchers and savings: one text, whatever there is of each."""
    day = longest_values(ALL[language])["date"]
    assert isinstance(day, date)
    voucher = HeldVoucher("000 000 0000", 1_999_950, day)
    for waiting, saved, coming_minor in product((0, 1, 5), range(3), (0, 9_999_950)):
        facts = replace(
            FACTS,
            homes=(LONGEST_HOME,),
            vouchers=(voucher,) * waiting,
            goals=FACTS.goals[:saved],
            purse=Purse(99_999_950, coming_minor + 1_999_950 * waiting),
        )
        outcome = BALANCE[0].hear(Said("", ""), facts)
        assert isinstance(outcome, Step)
        assert outcome.reply is not None
        text = as_text(outcome.reply, CATALOGUE, language)
        assert measure(text).parts == 1, text
        assert ("0000" in text) is (waiting == 1)
        shown = BALANCE[0].hear(Said("", ""), replace(facts, on_screen=True))
        assert isinstance(shown, Step)
        assert shown.reply is not None
        check(as_screens(shown.reply, CATALOGUE, language, ends=True), CATALOGUE, language, shown.reply)
