"""What a person meant by a text: a carrier's word, one of our commands, or something else.

Carriers act on their words before or besides us, so ours must never differ: an opt-out is only ever
what the person wrote, never a guess at a typo, and no command of ours may be one of those words.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.conversation.catalogue import Catalogue
from app.errors import ConfigurationError


class Carrier(enum.StrEnum):
    """What carriers' words do; the values are those of Twilio's `OptOutType`."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


CARRIER_WORDS: Mapping[str, Carrier] = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"), Carrier.STOP
    ),
    **dict.fromkeys(("start", "yes", "unstop"), Carrier.START),
    **dict.fromkeys(("help", "info"), Carrier.HELP),
}
"""Twilio's default keywords, which are those of the CTIA's handbook."""

_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019]")  # straight, grave, acute and the curly pair
_NO_WORD = re.compile(r"[^\w]+|_+")
_WORD_THEN_NUMBER = re.compile(r"^([^\W\d_]+)(\d.*)$", re.DOTALL)
_SHORTEST_WORD_TO_CORRECT = 5
_LONGEST_NUMBER = 9
_AMOUNT = re.compile(
    r"(?P<before>[^\d\s]*)\s*(?P<digits>\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.00?)?\s*(?P<after>\D*)"
)
_YES = "yes"  # a carrier's word, so no catalogue has it; where it reaches us it still agrees
_HASH = "#"  # how a naira sign comes out on many handsets


@dataclass(frozen=True)
class Said:
    """A text, as typed and as compared."""

    text: str
    """As typed, without the white space around it."""
    words: str
    """Lower case, no accents, no punctuation, single spaces, no politeness around it."""
    kinds: frozenset[str] = frozenset()
    """The helper words of the catalogues that all of it is: `back`, `more`, `agree` …"""
    amount: int | None = None
    """The whole amount of money, where the text is plainly one and nothing else: `500`, `N1,500`, `500 naira`."""

    @property
    def number(self) -> int | None:
        """The number, where the text is nothing else."""
        digits = self.words if self.words.isascii() and self.words.isdigit() else ""
        return int(digits) if 0 < len(digits) <= _LONGEST_NUMBER else None


@dataclass(frozen=True)
class Meaning:
    """At most one of `carrier` and `command` is set."""

    said: Said
    carrier: Carrier | None = None
    command: str | None = None
    rest: str = ""
    """What followed the command word, as typed."""
    language: str | None = None
    """Whose word the command was, where only one language has it."""


def normalise(text: str) -> str:
    """Letters and digits as people compare them: `"  Báláncè, pls!"` is `"balance pls"`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(_NO_WORD.sub(" ", _APOSTROPHES.sub("", bare)).split())


def _joined(words: str) -> str:
    return words.replace(" ", "")


class Vocabulary:
    """The command words of all enabled languages at once: nobody has to tell us first which one it will be."""

    def __init__(self, catalogue: Catalogue, *, with_rest: Iterable[str] = ()) -> None:
        """`with_rest` names the commands that may be followed by more words (`REDEEM 500`).

        Upper-case names in the catalogues are commands; lower-case ones (`back`, `more`, `agree`,
        `polite`, `opt-out`) are words that states and this reader use. Raises `ConfigurationError` where
        a word is a carrier's or means two things.
        """
        self._with_rest = frozenset(with_rest)
        self._helpers: dict[str, frozenset[str]] = {}
        self._commands: dict[str, str] = {}
        self._languages: dict[str, set[str]] = {}
        helpers: dict[str, set[str]] = {}
        for language in catalogue.languages:
            for name, written in catalogue.keywords(language).items():
                for word in map(normalise, written):
                    if name.isupper():
                        self._add_command(name, word, language)
                    else:
                        helpers.setdefault(name, set()).add(word)
                        _refuse_carrier_word(name, word, language)
        self._helpers = {name: frozenset(words) for name, words in helpers.items()}
        self._polite = self._helpers.get("polite", frozenset())
        polite = "|".join(map(re.escape, sorted(self._polite, key=len, reverse=True))) or "(?!)"
        self._polite_start = re.compile(f"^(?:(?:{polite}) )+")
        self._polite_end = re.compile(f"(?: (?:{polite}))+$")
        self._opt_out = frozenset(map(_joined, self._helpers.get("opt-out", ())))

    @property
    def commands(self) -> frozenset[str]:
        return frozenset(self._commands.values())

    def hear(self, text: str) -> Said:
        """`text`, made ready to compare. Controls that PostgreSQL or phones cannot hold become spaces."""
        typed = "".join(" " if unicodedata.category(c) == "Cc" and c != "\n" else c for c in text).strip()
        words = self._without_politeness(normalise(typed))
        kinds = {name for name, known in self._helpers.items() if words in known}
        if words == _YES:
            kinds.add("agree")
        return Said(typed, words, frozenset(kinds), self._amount(typed))

    def understand(self, text: str, *, free_text: bool = False, guess: bool = False) -> Meaning:
        """What `text` means. With `free_text` only a bare command counts, so that a landmark may begin with
        one; with `guess` one slip of the finger in a longer command word is forgiven.
        """
        said = self.hear(text)
        carrier = self._carrier(said.words)
        if carrier:
            return Meaning(said, carrier=carrier)
        for whole in (_joined(normalise(said.text)), _joined(said.words)):
            if whole in self._commands:
                return self._meaning(said, whole, "")
        if not free_text:
            with_rest = self._command_with_rest(said)
            if with_rest:
                return with_rest
        if guess:
            near = self._near(said.words)
            if near:
                return self._meaning(said, near, "")
        return Meaning(said)

    def _amount(self, typed: str) -> int | None:
        """Signs, ranges, fractions and stray words are no amount: money is never guessed."""
        found = _AMOUNT.fullmatch(typed.casefold())
        if not found:
            return None
        money = self._helpers.get("money", frozenset())
        before, after = found["before"], self._without_politeness(normalise(found["after"]))
        currency = not before or before == _HASH or unicodedata.category(before[0]) == "Sc" or before in money
        if not currency or (len(before) > 1 and before not in money):
            return None
        if after and after not in money and after not in self._polite:
            return None
        if any(c in found["after"] for c in "-+*/%"):
            return None
        return int(found["digits"].replace(",", ""))

    def _add_command(self, name: str, word: str, language: str) -> None:
        _refuse_carrier_word(name, word, language)
        key = _joined(word)
        if self._commands.setdefault(key, name) != name:
            raise ConfigurationError(f"{language}.po: {word!r} is both {self._commands[key]} and {name}")
        self._languages.setdefault(key, set()).add(language)

    def _meaning(self, said: Said, word: str, rest: str) -> Meaning:
        languages = self._languages[word]
        return Meaning(
            said,
            command=self._commands[word],
            rest=rest,
            language=next(iter(languages)) if len(languages) == 1 else None,
        )

    def _carrier(self, words: str) -> Carrier | None:
        """All that was said must be carriers' words of one kind: `STOP STOP` is an opt-out, `stop this bill` not."""
        joined = _joined(words)
        if joined in self._opt_out:
            return Carrier.STOP
        if joined in CARRIER_WORDS:
            return CARRIER_WORDS[joined]
        kinds = {CARRIER_WORDS.get(word) for word in words.split()}
        return kinds.pop() if len(kinds) == 1 else None

    def _command_with_rest(self, said: Said) -> Meaning | None:
        """`REDEEM 500`, `redeem500`, `Wrong: plastic was 3kg`; the longest command word wins."""
        glued = _WORD_THEN_NUMBER.match(said.text)
        text = f"{glued[1]} {glued[2]}" if glued else said.text
        pieces = text.split()
        for taken in range(len(pieces) - 1, 0, -1):
            word = _joined(normalise(" ".join(pieces[:taken])))
            if self._commands.get(word) in self._with_rest:
                rest = " ".join(pieces[taken:])
                if normalise(rest):
                    return self._meaning(said, word, rest)
        return None

    def _near(self, words: str) -> str | None:
        if " " in words or len(words) < _SHORTEST_WORD_TO_CORRECT:
            return None
        if any(_one_slip(words, carrier) for carrier in CARRIER_WORDS):
            return None
        near = [
            word
            for word in self._commands
            if len(word) >= _SHORTEST_WORD_TO_CORRECT and _one_slip(words, word)
        ]
        return near[0] if len({self._commands[word] for word in near}) == 1 else None

    def _without_politeness(self, words: str) -> str:
        """Nothing is taken off a text that is all politeness."""
        return self._polite_end.sub("", self._polite_start.sub("", words))


def _refuse_carrier_word(name: str, word: str, language: str) -> None:
    if not word:
        raise ConfigurationError(f"{language}.po: {name} has an empty word")
    if _joined(word) in CARRIER_WORDS:
        raise ConfigurationError(f"{language}.po: {name} uses {word!r}, which carriers keep for themselves")


def _one_slip(typed: str, word: str) -> bool:
    """One letter too many, too few, wrong, or two neighbours swapped."""
    if abs(len(typed) - len(word)) > 1 or typed == word:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    a, b = typed[start:], word[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
