"""A quiz's answers, and which of them a text means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from app.conversation.keywords import Said, normalise
from app.errors import InvalidInput

LETTERS: Final = "ABCD"
FEWEST: Final = 2
ANSWER_MAX: Final = 40
SPONSOR_MAX: Final = 20
EXPLANATION_MAX: Final = 80
"""With the rest of the answer it is one part then."""


@dataclass(frozen=True)
class Quiz:
    """`answers` by language, in the order of their letters; the same one is right in every language."""

    answers: Mapping[str, tuple[str, ...]]
    explanations: Mapping[str, str]
    """By language: said with right and wrong alike."""
    right: str
    """Its letter."""

    @classmethod
    def stored(cls, kept: Mapping[str, Any]) -> Self:
        """From the campaign's row."""
        answers = {language: tuple(one) for language, one in kept["answers"].items()}
        return cls(answers, kept["explanations"], kept["right"])

    def to_store(self) -> dict[str, Any]:
        return {
            "answers": {language: list(one) for language, one in self.answers.items()},
            "explanations": dict(self.explanations),
            "right": self.right,
        }

    @property
    def letters(self) -> str:
        return LETTERS[: len(next(iter(self.answers.values())))]

    def lettered(self, language: str) -> str:
        """The answers as they stand under the question: a letter, a word, a line each."""
        return "\n".join(
            f"{letter} {answer}" for letter, answer in zip(LETTERS, self.answers[language], strict=False)
        )

    def answer(self, letter: str, language: str) -> str:
        """The words that stand after `letter`."""
        return self.answers[language][LETTERS.index(letter)]

    def meant(self, said: Said) -> str | None:
        """The letter that a text means: `b`, `B)`, `b pls`, `B. Cans`, or the words of one answer.

        Whatever could be two answers, or anything else, is none. The words count in every language of the
        quiz: people answer in theirs.
        """
        first, _, rest = said.words.partition(" ")
        letter = first.upper()
        if len(letter) == 1 and letter in self.letters and (not rest or rest in self._words(letter)):
            return letter
        named = [one for one in self.letters if said.words in self._words(one)]
        return named[0] if len(named) == 1 else None

    def _words(self, letter: str) -> set[str]:
        place = LETTERS.index(letter)
        return {normalise(answers[place]) for answers in self.answers.values()}


def check(quiz: Quiz, languages: frozenset[str]) -> None:
    """Raises `InvalidInput` where the quiz does not go with a question in `languages`."""
    if set(quiz.answers) != languages:
        raise InvalidInput("quiz.answers", "needs the languages of the question, no more and no less")
    if set(quiz.explanations) != languages:
        raise InvalidInput("quiz.explanations", "needs the languages of the question, no more and no less")
    counts = {len(answers) for answers in quiz.answers.values()}
    if len(counts) != 1 or not FEWEST <= counts.copy().pop() <= len(LETTERS):
        raise InvalidInput("quiz.answers", f"every language has the same {FEWEST} to {len(LETTERS)} answers")
    if quiz.right not in quiz.letters:
        raise InvalidInput("quiz.right", f"is none of {', '.join(quiz.letters)}")
    for language, answers in quiz.answers.items():
        if len({normalise(answer) for answer in answers} - {""}) != len(answers):
            raise InvalidInput("quiz.answers", f"{language}: two answers are the same words, or one has none")
