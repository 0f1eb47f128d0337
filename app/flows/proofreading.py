"""What is wrong with a language's texts, entry by entry: before they are taken in, and in the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.conversation.carriers import CARRIER_WORDS, Carrier
from app.conversation.catalogue import USUAL_PARTS, Catalogue, Language
from app.conversation.fit import Encoding, measure
from app.conversation.hearing import joined, normalise
from app.conversation.keywords import Vocabulary
from app.conversation.pofile import Name
from app.conversation.rendering import as_text
from app.conversation.wording import Wording
from app.errors import ConfigurationError
from app.flows.longest import LONGEST_DATA, longest_facts, longest_values
from app.flows.registry import REGISTRY, vocabulary

ON_SCREENS = ("sheet.", "shop.")
"""Keys of the collectors' and shops' pages, whose length is free."""
NEVER_TEXTED = "dial."
"""States that ask on USSD screens alone."""
NO_COMMANDS = frozenset({"OK", "PIN", "SMS", "USSD"})
"""Words in capitals that nobody is told to send."""
ABOUT_AMOUNTS = frozenset({"money", "polite"})
"""Words that mean something only beside others."""
_UNITS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}
"""Of a text alone, and of each part of a longer one."""
_CAPITALS = re.compile(r"(?<![\w'])[A-Z]{2,}(?: [A-Z]{2,})*(?![\w'])")


@dataclass(frozen=True)
class Finding:
    name: Name
    """The entry; its key may be a state, whose whole question is too long."""
    sentence: str

    def __str__(self) -> str:
        context, key = self.name
        return f"{context} {key}: {self.sentence}".strip()


def proofread(language: Language, english: Language, others: Sequence[Language]) -> list[Finding]:
    """All that is wrong with `language`. What hangs together with the rest is read once it is complete.

    `others` are further languages that may be enabled beside it: their words are heard at the same time.
    """
    beside = [other for other in (english, *others) if other.code != language.code]
    gaps, sizes = list(_agreement(language, english)), list(_sizes(language))
    clashes = list(_words(language, beside))
    together = () if gaps or clashes else _together(language, english, beside)
    return [*gaps, *sizes, *clashes, *together]


def _agreement(language: Language, english: Language) -> Iterator[Finding]:
    for context, ours, theirs in (
        ("", language.wordings, english.wordings),
        ("keyword", language.keywords, english.keywords),
    ):
        for key in sorted(set(theirs) - set(ours)):
            yield Finding((context, key), "has no translation")
        for key in sorted(set(ours) - set(theirs)):
            yield Finding((context, key), "is no entry of en.po")
    for key in sorted(set(language.wordings) & set(english.wordings)):
        if sentence := placeholders_differ(language.wordings[key], english.wordings[key]):
            yield Finding(("", key), sentence)


def placeholders_differ(ours: Wording, theirs: Wording) -> str:
    """What is wrong with the placeholders of a translation; nothing where they are the same."""
    missing = sorted(f"{{{name}}}" for name in theirs.placeholders - ours.placeholders)
    unknown = sorted(f"{{{name}}}" for name in ours.placeholders - theirs.placeholders)
    return "; ".join(
        [
            *([f"lacks {' '.join(missing)}"] if missing else []),
            *([f"has {' '.join(unknown)}, which the English text has not"] if unknown else []),
        ]
    )


def agrees(language: Language, english: Language) -> bool:
    """Whether `language` is finished: it has every entry, with the same placeholders."""
    return not any(_agreement(language, english))


class Ruler:
    """Measures the texts of one language with their longest values."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._longest = longest_values(language)

    def measurable(self) -> Iterator[str]:
        """Keys of texts that travel, and whose placeholders are known."""
        for key, wording in sorted(self._language.wordings.items()):
            if not key.startswith(ON_SCREENS) and wording.placeholders <= set(self._longest):
                yield key

    def text(self, key: str) -> str:
        placeholders = self._language.wordings[key].placeholders
        return self._language.say(key, {name: self._longest[name] for name in placeholders})

    def limit_units(self, key: str) -> int:
        """What the parts of `key` hold, in the alphabet in which its longest text travels."""
        alone, joined_part = _UNITS[measure(self.text(key)).encoding]
        budget = self._language.budgets.get(key, USUAL_PARTS)
        return alone if budget == 1 else budget * joined_part


def _sizes(language: Language) -> Iterator[Finding]:
    ruler = Ruler(language)
    for key in ruler.measurable():
        text = ruler.text(key)
        size, budget = measure(text), language.budgets.get(key, USUAL_PARTS)
        if size.parts > budget:
            units = "septets" if size.encoding is Encoding.GSM7 else "units of the alphabet with all letters"
            yield Finding(("", key), f"takes {size.parts} parts, not {budget}: {size.units} {units}: {text}")


def _words(language: Language, beside: Sequence[Language]) -> Iterator[Finding]:
    taken = {
        joined(normalise(word)): (name, other.code)
        for other in beside
        for name, words in other.keywords.items()
        if name.isupper()
        for word in (name, *words)
    }
    own: dict[str, str] = {}
    for name, words in sorted(language.keywords.items()):
        for word in words:
            heard = joined(normalise(word))
            command, where = taken.get(heard, (name, ""))
            if not heard:
                yield Finding(("keyword", name), "has an empty word")
            elif heard in CARRIER_WORDS:
                yield Finding(("keyword", name), f"{word} is a word that carriers keep for themselves")
            elif name.isupper() and command != name:
                means = "the command itself" if heard == joined(normalise(command)) else f"in {where}.po"
                yield Finding(("keyword", name), f"{word} is {command} already: {means}")
            elif name.isupper() and own.setdefault(heard, name) != name:
                yield Finding(("keyword", name), f"{word} is {own[heard]} already")


def _together(language: Language, english: Language, beside: Sequence[Language]) -> Iterator[Finding]:
    catalogue = Catalogue([english, *(each for each in (language, *beside) if each.code != english.code)])
    try:
        words = vocabulary(catalogue)
    except ConfigurationError as error:
        yield Finding(("keyword", ""), error.detail)
        return
    yield from _misheard(language, words)
    for key in sorted(language.wordings):
        ours, theirs = commands_named(language, key, words), commands_named(english, key, words)
        if ours != theirs:
            wrong = f"tells people to send {_listed(ours - theirs)}" if ours - theirs else "names too little"
            yield Finding(("", key), f"{wrong}; the English text names {_listed(theirs)}")
    facts = longest_facts(catalogue)
    for name, state in REGISTRY.states.items():
        if name.startswith(NEVER_TEXTED):
            continue
        text = as_text(state.ask(facts, LONGEST_DATA), catalogue, language.code)
        if measure(text).parts > USUAL_PARTS:
            yield Finding(("", name), f"takes more than one part with its options: {text}")


def _misheard(language: Language, heard: Vocabulary) -> Iterator[Finding]:
    """Words that another language's words swallow: English `ma` at the end of a text is politeness."""
    for name, words in language.keywords.items():
        for word in words:
            meaning = heard.understand(word)
            if name.isupper():
                right = meaning.command == name
            elif name == "opt-out":
                right = meaning.carrier is Carrier.STOP
            else:
                right = name in ABOUT_AMOUNTS or (name in meaning.said.kinds and not meaning.command)
            if not right:
                yield Finding(("keyword", name), f"{word} is understood as something else")


def commands_named(language: Language, key: str, heard: Vocabulary) -> frozenset[str]:
    """What would happen if somebody sent the words that the text `key` has in capitals."""
    text = language.say(key, dict.fromkeys(language.wordings[key].placeholders, "-"))
    return frozenset(
        _meant(heard, words) or words for words in _CAPITALS.findall(text) if words not in NO_COMMANDS
    )


def _meant(heard: Vocabulary, words: str) -> str:
    """In `JOIN NEW` the first word is the command, the second what it is asked for."""
    for said in (words, words.split(maxsplit=1)[0]):
        meaning = heard.understand(said)
        if meaning.command or meaning.carrier:
            return meaning.command or str(meaning.carrier)
    return ""


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
