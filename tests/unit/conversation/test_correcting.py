"""Slips of the finger: what is forgiven, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.flows
from app.conversation.catalogue import Catalogue
from app.conversation.keywords import CARRIER_WORDS, Carrier, normalise
from app.flows.registry import vocabulary

TEXTS = Path(app.flows.__file__).parent / "texts"
LANGUAGES = sorted(path.stem for path in TEXTS.glob("*.po"))
CATALOGUE = Catalogue.load(TEXTS, LANGUAGES)
EVERYTHING = vocabulary(CATALOGUE)
OPT_OUTS = {
    normalise(phrase).replace(" ", "")
    for language in LANGUAGES
    for phrase in CATALOGUE.keywords(language)["opt-out"]
}
POLITE = {normalise(word) for language in LANGUAGES for word in CATALOGUE.keywords(language)["polite"]}


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("BALNCE", "BALANCE"),
        ("balanc", "BALANCE"),
        ("BLANCE", "BALANCE"),
        ("balacne pls", "BALANCE"),
        ("blaance", "BALANCE"),
        ("BAAAALANCE", "BALANCE"),
        ("blnc", "BALANCE"),
        ("pikcup", "PICKUP"),
        ("pick upp", "PICKUP"),
        ("picup", "PICKUP"),
        ("PCKP", "PICKUP"),
        ("jion", "JOIN"),
        ("joinn", "JOIN"),
        ("ojin", "JOIN"),
        ("registr", "JOIN"),
        ("nxt", "NEXT"),
        ("nexxt pickup", "NEXT"),
        ("redy", "READY"),
        ("rats", "RATES"),
        ("mneu", "MENU"),
        ("helloooo", "MENU"),
        ("languge", "LANG"),
    ],
)
def test_what_can_do_no_harm_is_done_at_once(text: str, command: str) -> None:
    meaning = EVERYTHING.understand(text, guess=True)
    assert (meaning.command, meaning.guessed) == (command, True)
    assert EVERYTHING.understand(text).command is None


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("redeeem", "REDEEM", ""),
        ("REDEM 500", "REDEEM", "500"),
        ("redem500", "REDEEM", "500"),
        ("airtme", "REDEEM", ""),
        ("laeve", "LEAVE", ""),
        ("skp", "SKIP", ""),
        ("comes", "PICKUP", ""),
    ],
)
def test_what_moves_money_or_a_pickup_is_asked_about_first(text: str, command: str, rest: str) -> None:
    meaning = EVERYTHING.understand(text, guess=True)
    assert meaning.command is None
    guess = meaning.said.guess
    assert guess is not None
    assert (guess.command, guess.rest) == (command, rest)


def test_a_mistyped_command_may_be_followed_by_a_weight() -> None:
    meaning = EVERYTHING.understand("WRNG plastic was 2,5kg", guess=True)
    assert (meaning.command, meaning.rest) == ("WRONG", "plastic was 2,5kg")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("What is my balance?", "BALANCE"),
        (
            "send me my balance",
            "BALANCE",
        ),  # `send` is one letter from END, and no matter: nothing is corrected
        ("wetin be my balance", "BALANCE"),
        ("quel est mon solde", "BALANCE"),
        ("nataka salio langu", "BALANCE"),
        ("when is my next pickup", "NEXT"),
        ("my weight is wrong", "WRONG"),
    ],
)
def test_one_command_in_a_short_sentence_is_asked_about(text: str, command: str) -> None:
    meaning = EVERYTHING.understand(text, guess=True)
    assert (meaning.command, meaning.carrier) == (None, None)
    assert meaning.said.guess is not None
    assert meaning.said.guess.command == command


@pytest.mark.parametrize(
    "text",
    [
        "text",  # one letter from NEXT
        "do come",  # one letter from NO COME, its opposite
        "no collect",
        "land near the mosque",  # begins one letter from LANG
        "ba",
        "x",
        "the bus to Ibadan",
        "leave the bags outside",
        "see you next week",
        "the market opposite the price list of the bank",
        "stp",
        "stopp",
        "koma",  # go back, in Hausa; one letter from KOSA, wrong, in Swahili
        "skop",
        "STRT",
        "hellp",
        "infoo",
        "qut",
        "cancle",
        "unsubscrbe",
        "dont txt me",
    ],
)
def test_other_words_are_left_alone(text: str) -> None:
    meaning = EVERYTHING.understand(text, guess=True)
    assert (meaning.command, meaning.carrier, meaning.said.guess) == (None, None, None)


def _mistyped(word: str, at: int, kind: str, letter: str) -> str:
    at %= len(word)
    match kind:
        case "drop":
            return word[:at] + word[at + 1 :]
        case "double":
            return word[: at + 1] + word[at:]
        case "swap":
            return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
        case _:
            return word[:at] + letter + word[at + 1 :]


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SLIPS = st.tuples(
    st.integers(0, 20), st.sampled_from(["drop", "double", "swap", "wrong"]), st.sampled_from(_LETTERS)
)
_WORDS = sorted(
    {
        normalise(word)
        for language in LANGUAGES
        for words in CATALOGUE.keywords(language).values()
        for word in words
    }
)


@pytest.mark.parametrize("word", sorted(CARRIER_WORDS))
def test_a_carriers_word_with_a_slip_is_never_a_command(word: str) -> None:
    for at in range(len(word)):
        for kind in ("drop", "double", "swap", "wrong"):
            for letter in _LETTERS if kind == "wrong" else "a":
                typed = _mistyped(word, at, kind, letter)
                meaning = EVERYTHING.understand(typed, guess=True)
                assert meaning.said.guess is None, typed
                assert not meaning.guessed, typed


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4).map(" ".join),
        st.tuples(st.sampled_from([*_WORDS, *CARRIER_WORDS]), _SLIPS).map(lambda p: _mistyped(p[0], *p[1])),
    )
)
def test_an_opt_out_is_always_letter_for_letter(text: str) -> None:
    """Whatever is typed, in whatever languages: only a carrier's word or a listed phrase, alone or with
    politeness, is an opt-out; and no correction is ever made of what comes near one.
    """
    meaning = EVERYTHING.understand(text, guess=True)
    if meaning.carrier is Carrier.STOP:
        assert _says_nothing_but_stop(normalise(text))
    if meaning.guessed or meaning.said.guess:
        assert meaning.carrier is None
        assert not any(_near(word, carrier) for word in normalise(text).split() for carrier in CARRIER_WORDS)


def _says_nothing_but_stop(words: str) -> bool:
    stops = {word for word, kind in CARRIER_WORDS.items() if kind is Carrier.STOP}
    left = words.split()
    for first in range(len(left)):
        for last in range(len(left), first, -1):
            inside, outside = left[first:last], (" ".join(left[:first]), " ".join(left[last:]))
            listed = "".join(inside) in OPT_OUTS | stops or set(inside) <= stops
            if listed and all(_is_polite(part) for part in outside):
                return True
    return False


def _is_polite(words: str) -> bool:
    return not words or any(
        words == polite or (words.startswith(f"{polite} ") and _is_polite(words[len(polite) + 1 :]))
        for polite in POLITE
    )


def _near(typed: str, word: str) -> bool:
    """One slip apart, by every way there is to slip once."""
    slips = {_mistyped(word, at, kind, "a") for at in range(len(word)) for kind in ("drop", "swap")}
    slips |= {word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in _LETTERS}
    slips |= {word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in _LETTERS}
    return typed in slips
