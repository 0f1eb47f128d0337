"""All the words that the enabled languages' catalogues know, gathered once: commands, words of states, numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.conversation.carriers import CARRIER_WORDS
from app.conversation.catalogue import Catalogue
from app.conversation.hearing import joined, normalise
from app.errors import ConfigurationError

_WORDS_THAT_ARE_OURS = 5


@dataclass(frozen=True)
class Lexicon:
    commands: Mapping[str, str]
    """Command by its word, written without spaces."""
    languages: Mapping[str, Collection[str]]
    """Those that have the word."""
    phrases: Mapping[str, str]
    """Command by its phrase as it is spoken, word by word."""
    helpers: Mapping[str, Collection[str]]
    """Words of states and of the reader by name: `back`, `more`, `polite`."""
    numbers: Mapping[str, int]
    ours: frozenset[str]
    """Stretches of our own texts, by which one that comes back is known."""

    @classmethod
    def of(cls, catalogue: Catalogue) -> Lexicon:
        """Raises `ConfigurationError` where a word is a carrier's, or means two commands."""
        commands: dict[str, str] = {}
        languages: dict[str, set[str]] = {}
        phrases: dict[str, str] = {}
        helpers: dict[str, set[str]] = {}
        for language in catalogue.languages:
            for name, written in catalogue.keywords(language).items():
                for word in map(normalise, (name, *written) if name.isupper() else written):
                    _refuse_carrier_word(name, word, language)
                    if not name.isupper():
                        helpers.setdefault(name, set()).add(word)
                        continue
                    key = joined(word)
                    if commands.setdefault(key, name) != name:
                        raise ConfigurationError(
                            f"{language}.po: {word!r} is both {commands[key]} and {name}"
                        )
                    languages.setdefault(key, set()).add(language)
                    phrases[word] = name
        return cls(commands, languages, phrases, helpers, _numbers(catalogue), _ours(catalogue))

    def helper(self, name: str) -> Collection[str]:
        """The words of that name; none where no language has any."""
        return self.helpers.get(name, ())


def _numbers(catalogue: Catalogue) -> Mapping[str, int]:
    """Number words by what they stand for; one that means two numbers in two languages means none."""
    meant: dict[str, set[int]] = {}
    for language in catalogue.languages:
        for number, word in enumerate(catalogue.keywords(language).get("one-to-nine", ()), start=1):
            meant.setdefault(normalise(word), set()).add(number)
    return {word: numbers.pop() for word, numbers in meant.items() if len(numbers) == 1}


def _ours(catalogue: Catalogue) -> frozenset[str]:
    """Stretches of our texts, between their values, that nobody types by chance."""
    return frozenset(
        words
        for language in catalogue.languages
        for wording in catalogue.spoken(language).wordings.values()
        for form in wording.forms
        for literal, _ in form
        if (words := normalise(literal)).count(" ") >= _WORDS_THAT_ARE_OURS
    )


def _refuse_carrier_word(name: str, word: str, language: str) -> None:
    if not word:
        raise ConfigurationError(f"{language}.po: {name} has an empty word")
    if joined(word) in CARRIER_WORDS:
        raise ConfigurationError(f"{language}.po: {name} uses {word!r}, which carriers keep for themselves")
