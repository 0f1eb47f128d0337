"""Which answer to a quiz a text means."""

from __future__ import annotations

import pytest

from app.campaigns.quiz import Quiz
from app.conversation.catalogue import Catalogue
from app.conversation.keywords import Vocabulary
from app.flows.registry import TEXTS

VOCABULARY = Vocabulary(Catalogue.load(TEXTS, ("en", "pcm", "yo")))
QUIZ = Quiz(
    answers={"en": ("Glass jar", "Water bottle", "Cup"), "yo": ("Gíláàsì", "Ìgò omi", "Ife")},
    explanations={"en": "A water bottle is PET.", "yo": "PET ni ìgò omi."},
    right="B",
)


@pytest.mark.parametrize(
    "typed",
    [
        "b",
        "B.",
        "b)",
        "(B)",
        " B ",
        "B pls",
        "B sir",
        "B Water bottle",
        "b. water bottle",
        "WATER BOTTLE!",
        "igo omi",
        "B ìgò omi",
    ],
)
def test_a_letter_or_the_words_in_any_language_of_the_quiz(typed: str) -> None:
    assert QUIZ.meant(VOCABULARY.hear(typed)) == "B"


@pytest.mark.parametrize(
    "typed", ["D", "AB", "A or B", "bottle", "B A", "B cup", "what is this", "1", "", "?"]
)
def test_what_is_no_plain_answer_is_none(typed: str) -> None:
    assert QUIZ.meant(VOCABULARY.hear(typed)) is None


def test_words_that_stand_after_two_letters_are_no_answer() -> None:
    twice = Quiz({"en": ("Can", "Cup"), "pcm": ("Cup", "Can")}, {"en": "", "pcm": ""}, "A")
    assert twice.meant(VOCABULARY.hear("cup")) is None
    assert twice.meant(VOCABULARY.hear("a")) == "A"
