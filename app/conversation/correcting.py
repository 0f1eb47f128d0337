"""Slips of the finger: which command word a person was probably trying to type.

Forgiven are one slip (a letter too many, too few, wrong, or two swapped) in a word of four to six letters and
two in a longer one, letters held down too long (`BALAAANCE`) and vowels left out (`BLNC`). Never corrected is
whatever comes within that reach of a carrier's word or an opt-out phrase: a typo of STOP is not STOP, and it
is no command either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from app.conversation.hearing import joined

SHORTEST_WORD = 4
SHORTEST_TYPED = 3
SHORTEST_FOR_TWO_SLIPS = 7
_RUN = re.compile(r"(.)\1+")
_WORDS_KEPT = 4096
"""All command words of all languages, and what was typed lately: they are compared with every text."""
_VOWELS = str.maketrans("", "", "aeiou")


@dataclass(frozen=True)
class _Phrase:
    """A command's word or words, and what they are listed under."""

    key: str
    command: str
    words: tuple[str, ...]


class Corrector:
    """Finds the one command that a mistyped word or phrase comes closest to."""

    def __init__(self, phrases: Mapping[str, str], reserved: Iterable[str]) -> None:
        """`phrases` gives the command of each normalised word or phrase; `reserved` is never to be corrected."""
        self._phrases = [
            _Phrase(joined(phrase), command, tuple(phrase.split())) for phrase, command in phrases.items()
        ]
        self._reserved = frozenset(map(joined, reserved))

    def nearest(self, words: str) -> str | None:
        """The joined word or phrase that `words`, normalised, was meant to be, where only one command is near.

        A number is no slip: `option 3` is not `options`. Whoever calls has asked `is_reserved`, of the whole text.
        """
        if any(c.isdigit() for c in words):
            return None
        typed = tuple(words.split())
        best: dict[str, str] = {}
        fewest = SHORTEST_FOR_TWO_SLIPS
        for phrase in self._phrases:
            slips = _slips(typed, phrase.words)
            if slips is None or slips > fewest:
                continue
            if slips < fewest:
                best, fewest = {}, slips
            best.setdefault(phrase.command, phrase.key)
        return next(iter(best.values())) if len(best) == 1 else None

    def is_reserved(self, words: str) -> bool:
        """Whether a carrier's word or an opt-out phrase is, or may have been, in `words`."""
        return is_near(words, self._reserved)


def is_near(words: str, those: Iterable[str]) -> bool:
    """Whether one of `those` is in `words`, perhaps with a slip."""
    typed = {*words.split(), joined(words)}
    return any(
        _word_slips(one, other, first_letter_counts=False) is not None for one in typed for other in those
    )


def _slips(typed: tuple[str, ...], phrase: tuple[str, ...]) -> int | None:
    """Slips between what was typed and a phrase; None where they are too many.

    Word by word, and in short words none: one letter makes `no come` into `do come`, and two in front make
    `collect` into `no collect`.
    """
    if len(phrase) == 1:
        slips = _word_slips("".join(typed), phrase[0])
        return slips if slips is None or len(typed) == 1 or slips <= 1 else None
    if len(typed) != len(phrase):
        return None
    each = [_word_slips(one, other) for one, other in zip(typed, phrase, strict=True)]
    total = sum(slips for slips in each if slips is not None)
    return total if None not in each and total <= _limit("".join(phrase)) else None


def _word_slips(typed: str, word: str, *, first_letter_counts: bool = True) -> int | None:
    """`first_letter_counts`: other words are mostly told apart by it (`home`, `come`), and it is rarely mistyped."""
    if typed == word:
        return 0
    if _held_down(typed) == _held_down(word) and _held_down(typed) != typed:
        return 1
    if len(typed) < SHORTEST_TYPED or (first_letter_counts and len(word) < SHORTEST_WORD):
        return None
    if typed == _without_vowels(word):
        return 1
    limit = _limit(word)
    slips = OSA.distance(typed, word, score_cutoff=limit)
    if slips > limit or (first_letter_counts and limit == 1 and not _begins_alike(typed, word)):
        return None
    return slips


def _begins_alike(typed: str, word: str) -> bool:
    return typed[0] == word[0] or typed[:2] == word[1::-1]


def _limit(word: str) -> int:
    return 1 if len(word) < SHORTEST_FOR_TWO_SLIPS else 2


@lru_cache(maxsize=_WORDS_KEPT)
def _held_down(word: str) -> str:
    return _RUN.sub(r"\1", word)


@lru_cache(maxsize=_WORDS_KEPT)
def _without_vowels(word: str) -> str:
    return word.translate(_VOWELS)
