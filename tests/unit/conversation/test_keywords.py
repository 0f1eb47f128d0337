"""What a text is taken to mean."""

from __future__ import annotations

from pathlib import Path

import pytest

import app.flows
from app.conversation.catalogue import Catalogue
from app.conversation.keywords import Carrier, Vocabulary
from app.errors import ConfigurationError
from app.flows.registry import vocabulary

TEXTS = Path(app.flows.__file__).parent / "texts"
LANGUAGES = sorted(path.stem for path in TEXTS.glob("*.po"))
VOCABULARY = vocabulary(Catalogue.load(TEXTS, ["en", "pcm"]))
EVERYTHING = vocabulary(Catalogue.load(TEXTS, LANGUAGES))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("BALANCE", "BALANCE"),
        (" bal ", "BALANCE"),
        ("Balance pls", "BALANCE"),
        ("abeg my balance o", "BALANCE"),
        ("join!!", "JOIN"),
        ("Pick up", "PICKUP"),
        ("pick-up.", "PICKUP"),
        ("Not today", "SKIP"),
        ("don\u2019t come", "SKIP"),
        ("I wan join", "JOIN"),
        ("b\u00e1l\u00e1nce", "BALANCE"),
        ("\u200bMENU", "MENU"),
        ("Thank you!", "THANKS"),
        ("b a l a n c e", "BALANCE"),
        ("balance balance", "BALANCE"),
        ("\U0001f64f\U0001f3fe balance \U0001f44d", "BALANCE"),
        ("Good morning, balance please", "BALANCE"),
        ("hello join", "JOIN"),
        ("Balance. God bless you", "BALANCE"),
        ("BALANCE\n--\nSent from my phone", "BALANCE"),
        ("next\n> We collect your recyclables tomorrow, Thu 26 Nov, 8am-12:30pm.", "NEXT"),
    ],
)
def test_commands_are_understood_however_they_are_typed(text: str, command: str) -> None:
    assert VOCABULARY.understand(text).command == command


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("REDEEM 500", "REDEEM", "500"),
        ("redeem500", "REDEEM", "500"),
        ("Wrong-2.5kg", "WRONG", "2.5kg"),
        ("Wrong: plastic was 3kg!", "WRONG", "plastic was 3kg!"),
        ("lang pidgin", "LANG", "pidgin"),
    ],
)
def test_some_commands_take_what_follows(text: str, command: str, rest: str) -> None:
    meaning = VOCABULARY.understand(text)
    assert (meaning.command, meaning.rest) == (command, rest)


@pytest.mark.parametrize(
    "text", ["next week I travel", "pickup truck for sale", "please come and see my sister", "", "?!", "pls"]
)
def test_a_sentence_that_only_begins_like_a_command_is_none(text: str) -> None:
    meaning = VOCABULARY.understand(text)
    assert (meaning.command, meaning.carrier) == (None, None)


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("STOP", Carrier.STOP),
        ("stop.", Carrier.STOP),
        ("Stop. Thank you", Carrier.STOP),
        ("pls STOP", Carrier.STOP),
        ("STOP STOP STOP", Carrier.STOP),
        ("stop all", Carrier.STOP),
        ("StopAll", Carrier.STOP),
        ("UNSUBSCRIBE", Carrier.STOP),
        ("End", Carrier.STOP),
        ("quit!", Carrier.STOP),
        ("cancel", Carrier.STOP),
        ("revoke", Carrier.STOP),
        ("opt out", Carrier.STOP),
        ("Don't text me", Carrier.STOP),
        ("stop texting me please", Carrier.STOP),
        ("no text me again abeg", Carrier.STOP),
        ("no dey text me", Carrier.STOP),
        ("please don't text me again", Carrier.STOP),
        ("stop sending me texts", Carrier.STOP),
        ("don't text me the price", None),
        ("STOP!!!", Carrier.STOP),
        ("s t o p", Carrier.STOP),
        ("STOP\n--\nSent from my phone", Carrier.STOP),
        ("STOP\nSent from my phone", Carrier.STOP),
        ("Unsubscribe me please", Carrier.STOP),
        ("START", Carrier.START),
        ("Yes", Carrier.START),
        ("unstop", Carrier.START),
        ("Help!", Carrier.HELP),
        ("info pls", Carrier.HELP),
        ("please stop at the gate", None),
        ("stop this bill", None),
        ("the bus stop", None),
        ("Bus stop, by the end of the road", None),
        ("cancel my pickup", None),
        ("stop start", None),
        ("stp", None),
        ("stopp", None),
        ("STOOOOP", None),
        ("hello stop", None),
        ("balance stop", None),
        ("unsubscrib", None),
        ("cncl", None),
        ("sotp", None),
        ("stpo", None),
        ("the end", None),
        ("helper", None),
    ],
)
def test_only_a_clear_opt_out_is_one(text: str, carrier: Carrier | None) -> None:
    meaning = EVERYTHING.understand(text, guess=True)
    assert meaning.carrier == carrier
    assert meaning.command is None
    assert meaning.said.guess is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_own_way_to_say_stop(language: str) -> None:
    for phrase in Catalogue.load(TEXTS, [language]).keywords(language)["opt-out"]:
        for typed in (phrase, phrase.lower() + "!!", f"{phrase}. Thank you"):
            assert EVERYTHING.understand(typed).carrier is Carrier.STOP, typed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_every_language_is_heard_among_all_the_others(language: str) -> None:
    for name, words in Catalogue.load(TEXTS, [language]).keywords(language).items():
        for word in words:
            meaning = EVERYTHING.understand(f" {word.lower()}!! ")
            if name.isupper():
                assert meaning.command == name, word
            elif name != "opt-out":
                assert meaning.carrier is None, word


def test_words_after_a_command_stay_an_answer_where_any_words_may_be_one() -> None:
    assert VOCABULARY.understand("Wrong turn, by the church", free_text=True).command is None
    assert VOCABULARY.understand("MENU", free_text=True).command == "MENU"


def test_a_command_may_not_take_a_carriers_word(tmp_path: Path) -> None:
    english = (TEXTS / "en.po").read_text().replace("LEAVE", "CANCEL")
    (tmp_path / "en.po").write_text(english)
    with pytest.raises(ConfigurationError, match=r"en\.po: .*'cancel'.*carriers"):
        Vocabulary(Catalogue.load(tmp_path, ["en"]))


def test_a_word_may_not_mean_two_commands(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text(
        (TEXTS / "en.po").read_text().replace('"LEAVE"\n\n', '"LEAVE|PICK UP"\n\n')
    )
    with pytest.raises(ConfigurationError, match="PICKUP and LEAVE"):
        Vocabulary(Catalogue.load(tmp_path, ["en"]))


@pytest.mark.parametrize(
    ("text", "command", "also"),
    [
        ("balance and next pickup", "BALANCE", ("NEXT",)),
        ("SKIP. BALANCE?", "SKIP", ("BALANCE",)),
        ("BALANCE NEXT", "BALANCE", ("NEXT",)),
        ("hello, next pickup rates balance", "NEXT", ("RATES", "BALANCE")),
        ("Balance & rates", "BALANCE", ("RATES",)),
        ("balance, next, balance", "BALANCE", ("NEXT",)),
        ("REDEEM 500 and balance", "REDEEM", ("BALANCE",)),
        ("hi. balance. thanks", "BALANCE", ()),
        ("balance and blessings", None, ()),
        ("skip and stop", None, ()),
        ("pickup or skip", None, ()),
        ("skip the balance", None, ()),
        ("wrong, the paper and the plastic were 3kg", "WRONG", ()),
    ],
)
def test_several_commands_in_one_text_are_told_apart(
    text: str, command: str | None, also: tuple[str, ...]
) -> None:
    meaning = VOCABULARY.understand(text)
    assert (meaning.command, meaning.also) == (command, also)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("2.", 2),
        ("(2)", 2),
        ("#2", 2),
        ("2 please", 2),
        ("option 2", 2),
        ("Number two pls", 2),
        ("two", 2),
        ("2\ufe0f\u20e3", 2),
        ("2 bags", None),
        ("2 3", None),
        ("two or three", None),
        ("option", None),
        ("0800 000 0000", None),
        ("1234567890", None),
        ("\u0662", None),
    ],
)
def test_a_choice_is_a_number_and_nothing_else(text: str, number: int | None) -> None:
    assert EVERYTHING.hear(text).number == number


@pytest.mark.parametrize(
    "text", ["\U0001f44d", "\U0001f44c\U0001f3fe", "\u2705", "1\ufe0f\u20e3", "\U0001f197"]
)
def test_a_picture_never_agrees_to_anything(text: str) -> None:
    said = EVERYTHING.hear(text)
    assert "agree" not in said.kinds
    assert said.amount is None


@pytest.mark.parametrize(
    "text",
    [
        "Fwd: STOP",
        "Fwd: REDEEM 500",
        "FW: balance",
        "We collect your recyclables tomorrow, Thu 26 Nov. Reply 1 if you are ready, SKIP if not this time.",
        "> 1",
        "Your credit is N500. Text REDEEM to spend it",
    ],
)
def test_somebody_elses_words_are_no_command(text: str) -> None:
    meaning = EVERYTHING.understand(text, guess=True)
    assert (meaning.command, meaning.carrier, meaning.said.guess) == (None, None, None)
    assert "agree" not in meaning.said.kinds
