"""A text made ready to compare: what was typed, without what handsets and manners put around it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bc]")  # straight, grave, acute, curly; Hausa's letter
_HOOKED = str.maketrans({"\u0253": "b", "\u0257": "d", "\u0199": "k", "\u01b4": "y", "\u0153": "oe"})
"""Hausa's hooked letters and the French ligature: no accent comes off them, yet people type them plain."""
_LONGEST_PHRASE = 8
"""Words; no command has more."""
_NO_WORD = re.compile(r"[^\w]+|_+")
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")
_QUOTED = re.compile(r"^[ \t]*>.*\n?", re.MULTILINE)
_SIGNATURE = re.compile(
    r"(?:\n[ \t]*--[ \t]*\n.*|(?:\n|[ \t]--)[ \t]*sent from my [^\n]*)\Z", re.IGNORECASE | re.DOTALL
)
_NODS = frozenset("👍👌🙏👏✅💯❤💚😊🙂🤝🫡")
_DRESSING = re.compile(
    "[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\\s]+"
)  # how an emoji is drawn, and in which colour


@dataclass(frozen=True)
class Guess:
    """A command that was perhaps meant."""

    command: str
    rest: str = ""


@dataclass(frozen=True)
class Said:
    """A text, as typed and as compared."""

    text: str
    """As typed, without white space, quotations and a signature around it."""
    words: str
    """Lower case, no accents, no punctuation, single spaces, no politeness around it."""
    kinds: frozenset[str] = frozenset()
    """The helper words of the catalogues that all of it is: `back`, `more`, `agree` …; `nod` for a thumb up;
    `ours` for a text of ours sent back; `near-stop` where an opt-out may have been meant."""
    number: int | None = None
    """The number, where the text is nothing else: `2`, `2 please`, `option 2`, `two`."""
    amount: int | None = None
    """The whole amount of money, where the text is plainly one and nothing else: `500`, `N1,500`, `500 naira`."""
    guess: Guess | None = None
    """Set where a slip of the finger is likely, and only the person can say so."""


class Politeness:
    """The words people put before and after what they mean, in any language."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words` are normalised."""
        self.words = frozenset(words)
        either = "|".join(map(re.escape, sorted(self.words, key=len, reverse=True))) or "(?!)"
        self._start = re.compile(f"^(?:(?:{either}) )+")
        self._end = re.compile(f"(?: (?:{either}))+$")

    def without(self, words: str) -> str:
        """Nothing is taken off a text that is all politeness."""
        return self.without_end(self._start.sub("", words))

    def without_end(self, words: str) -> str:
        """As `without`, where the first word may mean something: English `ma` is Yoruba's `do not`."""
        return self._end.sub("", words)


def normalise(text: str) -> str:
    """Letters and digits as people compare them: `"  Báláncè, pls!"` is `"balance pls"`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_HOOKED)
    return " ".join(_NO_WORD.sub(" ", _APOSTROPHES.sub("", bare)).split())


def joined(words: str) -> str:
    """Without spaces, so that `pick up` is `pickup`."""
    return words.replace(" ", "")


def phrases_in(words: Sequence[str], known: Container[str]) -> list[str]:
    """`words` in phrases, each joined: the longest that is known, from left to right; an unknown word is its own."""
    found: list[str] = []
    start = 0
    while start < len(words):
        ends = range(min(len(words), start + _LONGEST_PHRASE), start, -1)
        end = next((end for end in ends if "".join(words[start:end]) in known), start + 1)
        found.append("".join(words[start:end]))
        start = end
    return found


def cleaned(text: str) -> str:
    """Controls that PostgreSQL or phones cannot hold become spaces."""
    return "".join(" " if unicodedata.category(c) == "Cc" and c != "\n" else c for c in text).strip()


def own_words(text: str) -> str:
    """`text` without quoted lines (`> …`) and a mail program's signature."""
    return _SIGNATURE.sub("", _QUOTED.sub("", text)).strip()


def is_nod(text: str) -> bool:
    """Nothing but a thumb up and its like. Kind, but no answer: an emoji never agrees to anything."""
    bare = _DRESSING.sub("", text)
    return bool(bare) and _NODS.issuperset(bare)


def has_keycap(text: str) -> bool:
    """Whether a digit came as a picture of a key, which chooses from a list and never agrees."""
    return _KEYCAP.search(text) is not None
