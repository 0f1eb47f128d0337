"""What a text is taken to mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.flows
from app.conversation.catalogue import Catalogue
from app.conversation.keywords import CARRIER_WORDS, Carrier, Vocabulary, normalise
from app.errors import ConfigurationError

TEXTS = Path(app.flows.__file__).parent / "texts"
VOCABULARY = Vocabulary(Catalogue.load(TEXTS, ["en", "pcm"]), with_rest={"REDEEM", "WRONG", "JOIN", "LANG"})


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
    ],
)
def test_commands_are_understood_however_they_are_typed(text: str, command: str) -> None:
    assert VOCABULARY.understand(text).command == command


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("REDEEM 500", "REDEEM", "500"),
        ("redeem500", "REDEEM", "500"),
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
        ("sotp", None),
        ("stpo", None),
        ("the end", None),
        ("helper", None),
    ],
)
def test_only_a_clear_opt_out_is_one(text: str, carrier: Carrier | None) -> None:
    meaning = VOCABULARY.understand(text, guess=True)
    assert meaning.carrier == carrier
    assert meaning.command is None


@pytest.mark.parametrize(
    ("text", "command"),
    [("balanc", "BALANCE"), ("BLANCE", "BALANCE"), ("pikcup", "PICKUP"), ("redeeem", "REDEEM")],
)
def test_one_slip_of_the_finger_is_forgiven_where_nothing_was_asked(text: str, command: str) -> None:
    assert VOCABULARY.understand(text, guess=True).command == command
    assert VOCABULARY.understand(text).command is None


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


@given(st.text())
def test_nothing_but_the_words_themselves_opts_anybody_out(text: str) -> None:
    """Whatever is typed, an opt-out holds one of the carriers' words or phrases letter for letter."""
    meaning = VOCABULARY.understand(text, guess=True)
    if meaning.carrier is not None:
        joined = normalise(text).replace(" ", "")
        assert any(word in joined for word in (*CARRIER_WORDS, "text", "message"))
