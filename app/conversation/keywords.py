"""What a person meant by a text: a carrier's word, one of our commands, or something else.

Carriers act on their words before or besides us, so ours must never differ: an opt-out is only ever
what the person wrote, never a guess at a typo, and no command of ours may be one of those words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from app.conversation.amounts import LONGEST_NUMBER, amount_in
from app.conversation.carriers import CARRIER_WORDS, Carrier
from app.conversation.catalogue import Catalogue
from app.conversation.correcting import Corrector, is_near
from app.conversation.hearing import (
    Guess,
    Politeness,
    Said,
    cleaned,
    has_keycap,
    is_nod,
    joined,
    normalise,
    own_words,
    phrases_in,
)
from app.conversation.lexicon import Lexicon

__all__ = ["CARRIER_WORDS", "Carrier", "Guess", "Meaning", "Said", "Vocabulary", "normalise"]

_WORD_THEN_NUMBER = re.compile(r"^([^\W\d_]+)[-:=#*]?(\d.*)$", re.DOTALL)
_BETWEEN_COMMANDS = re.compile(r"[\n.,;:&+/!?]+")
_YES = "yes"  # a carrier's word, so no catalogue has it; where it reaches us it still agrees
_WANTS_OUT = ("stop", "stopall", "unsubscribe", "optout")
_SHORT = 4
"""Letters; so short a word has many neighbours that mean something else."""
_SENTENCE = 6
"""Words; in a longer one a command's word is there by chance."""
_FORWARDED = ("fw", "fwd")


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
    guessed: bool = False
    """The command word was mistyped."""
    also: tuple[str, ...] = ()
    """Further commands in the same text, in their order."""


class Vocabulary:
    """The command words of all enabled languages at once: nobody has to tell us first which one it will be."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        with_rest: Iterable[str] = (),
        done_if_guessed: Collection[str] = (),
        done_if_long: Collection[str] = (),
        small_talk: Collection[str] = (),
    ) -> None:
        """`with_rest` names the commands that may be followed by more words (`REDEEM 500`).

        A mistyped command of `done_if_guessed` is taken for it, one of `done_if_long` only where the word is
        no short one; about any other the person is asked. Commands of `small_talk` (`hello`, `thank you`) are
        politeness beside another one. Upper-case names in the catalogues are commands;
        lower-case ones (`back`, `more`, `agree`, `polite`, `opt-out`) are words that states and this reader
        use. A command's own name (`REDEEM`) is heard whatever languages there are. Raises `ConfigurationError`
        where a word is a carrier's or means two things.
        """
        self._with_rest = frozenset(with_rest)
        self._done_if_guessed = frozenset(done_if_guessed)
        self._done_if_long = frozenset(done_if_long)
        self._small_talk = frozenset(small_talk)
        known = Lexicon.of(catalogue)
        self._known = known
        self._polite = Politeness(known.helper("polite"))
        greetings = {phrase for phrase, name in known.phrases.items() if name in self._small_talk}
        self._greetings = Politeness(greetings | self._polite.words)
        self._opt_out = frozenset(map(joined, known.helper("opt-out")))
        self._corrector = Corrector(known.phrases, {*CARRIER_WORDS, *self._opt_out})

    @property
    def commands(self) -> frozenset[str]:
        return frozenset(self._known.commands.values())

    def hear(self, text: str) -> Said:
        """`text`, made ready to compare. What is quotation alone is text without words."""
        whole = cleaned(text)
        typed = own_words(whole)
        if not typed:
            return Said(whole, "")
        words = self._polite.without(normalise(typed))
        kinds = {name for name, these in self._known.helpers.items() if words in these}
        if words == _YES:
            kinds.add("agree")
        if is_nod(typed):
            kinds.add("nod")
        amount = amount_in(typed, self._known.helper("money"), self._polite)
        if has_keycap(typed):
            kinds.discard("agree")
            amount = None
        return Said(typed, words, frozenset(kinds), self._number(words), amount)

    def understand(self, text: str, *, free_text: bool = False, guess: bool = False) -> Meaning:
        """What `text` means. With `free_text` only a bare command counts, so that a landmark may begin with
        one; with `guess` slips of the finger in a command word are looked for.
        """
        said = self.hear(text)
        if not said.words:
            return Meaning(said)
        whole = normalise(said.text)
        forms = (whole, self._polite.without_end(whole), said.words)
        carrier = next(filter(None, map(self._carrier, forms)), None)
        if carrier:
            return Meaning(said, carrier=carrier)
        bare = self._bare(said.text)
        if bare:
            return self._meaning(said, bare)
        if free_text:
            return Meaning(replace(said, kinds=said.kinds | {"ours"}) if self._is_ours(said.words) else said)
        clear = self._several(said) or self._with_more(said) or self._in_a_row(said)
        if clear is None and guess:
            return self._guessed(said)
        return clear or Meaning(said)

    def _is_ours(self, words: str) -> bool:
        """Whether a text of ours is sent back, as people do who forward it in answer."""
        return any(ours in words for ours in self._known.ours if len(ours) <= len(words))

    def _number(self, words: str) -> int | None:
        """`2`, `option 2`, `two`; nothing that has any other word in it."""
        left = [word for word in words.split() if word not in self._known.helper("option")]
        if len(left) != 1:
            return None
        digits = left[0]
        if digits.isascii() and digits.isdigit():
            return int(digits) if len(digits) <= LONGEST_NUMBER else None
        return self._known.numbers.get(digits)

    def _meaning(self, said: Said, word: str, rest: str = "") -> Meaning:
        languages = self._known.languages[word]
        return Meaning(
            said,
            command=self._known.commands[word],
            rest=rest,
            language=next(iter(languages)) if len(languages) == 1 else None,
        )

    def _carrier(self, words: str) -> Carrier | None:
        """All that was said must be carriers' words of one kind: `STOP STOP` is an opt-out, `stop this bill` not."""
        whole = joined(words)
        if whole in self._opt_out:
            return Carrier.STOP
        if whole in CARRIER_WORDS:
            return CARRIER_WORDS[whole]
        kinds = {CARRIER_WORDS.get(word) for word in words.split()}
        return kinds.pop() if len(kinds) == 1 else None

    def _bare(self, text: str) -> str | None:
        """The command word that `text` is, with or without politeness, however often it is repeated."""
        words = normalise(text)
        plain = self._polite.without(words)
        for whole in map(joined, (words, plain, self._greetings.without(words))):
            if whole in self._known.commands:
                return whole
        repeated = set(plain.split())
        once = repeated.pop() if len(repeated) == 1 else ""
        return once if once in self._known.commands else None

    def _with_more(self, said: Said) -> Meaning | None:
        """`REDEEM 500`, `redeem500`, `Wrong: plastic was 3kg`; the longest command word wins."""
        pieces = _pieces(said.text)
        for taken in range(len(pieces) - 1, 0, -1):
            word = joined(normalise(" ".join(pieces[:taken])))
            if self._known.commands.get(word) in self._with_rest:
                rest = " ".join(pieces[taken:])
                if normalise(rest):
                    return self._meaning(said, word, rest)
        return None

    def _several(self, said: Said) -> Meaning | None:
        """`balance and next pickup`, `SKIP. BALANCE?`: each part a command, and nothing else in the text."""
        parts: list[Meaning] = []
        for piece in _BETWEEN_COMMANDS.split(said.text):
            words = normalise(piece)
            if not words or self._polite.without(words) in self._polite.words:
                continue
            found = self._one(said, piece) or self._apart(said, piece) or self._one_with_number(said, piece)
            if not found:
                return None
            parts += found
        return self._first_of(parts)

    def _in_a_row(self, said: Said) -> Meaning | None:
        """`BALANCE NEXT`: commands with nothing between them, and nothing else in the text."""
        phrases = phrases_in(said.words.split(), self._known.commands)
        if not phrases or not all(phrase in self._known.commands for phrase in phrases):
            return None
        return self._first_of([self._meaning(said, phrase) for phrase in phrases])

    def _first_of(self, parts: Iterable[Meaning]) -> Meaning | None:
        """The first command, with the names of the others."""
        asked: dict[str, Meaning] = {}
        for part in parts:
            if part.command and part.command not in self._small_talk:
                asked.setdefault(part.command, part)
        if not asked:
            return None
        first, *others = asked.values()
        return replace(first, also=tuple(other.command for other in others if other.command))

    def _one(self, said: Said, piece: str) -> list[Meaning]:
        bare = self._bare(piece)
        return [self._meaning(said, bare)] if bare else []

    def _one_with_number(self, said: Said, piece: str) -> list[Meaning]:
        more = self._with_more(Said(piece, ""))
        return [replace(more, said=said)] if more and re.search(r"\d", more.rest) else []

    def _apart(self, said: Said, piece: str) -> list[Meaning]:
        """The commands on both sides of an `and`."""
        parts: list[list[str]] = [[]]
        for word in piece.split():
            if normalise(word) in self._known.helper("and"):
                parts.append([])
            else:
                parts[-1].append(word)
        pieces = [" ".join(part) for part in parts if part]
        found = [self._one(said, each) or self._one_with_number(said, each) for each in pieces]
        return [one for each in found for one in each] if len(pieces) > 1 and all(found) else []

    def _guessed(self, said: Said) -> Meaning:
        """A likely slip: the command, where that can do no harm; else a guess for the person to confirm."""
        if self._corrector.is_reserved(said.words):
            if is_near(said.words, _WANTS_OUT):
                return Meaning(replace(said, kinds=said.kinds | {"near-stop"}))
            return self._mentioned(said)
        if said.kinds:  # a known word is no slip: Hausa's KOMA, go back, is not Swahili's KOSA
            return Meaning(said)
        word, rest = self._corrector.nearest(said.words), ""
        if word is None:
            word, rest = self._near_with_more(said.text)
        if word is None:
            return self._mentioned(said)
        command = self._known.commands[word]
        if command in self._done_if_guessed or (command in self._done_if_long and len(word) > _SHORT):
            return replace(self._meaning(said, word, rest), guessed=True)
        return Meaning(replace(said, guess=Guess(command, rest)))

    def _mentioned(self, said: Said) -> Meaning:
        """`What is my balance?`: one command, and a harmless one, named in a short sentence. It is only asked about.

        The longest phrase wins (`when is my next pickup`); a short word alone is too often something else.
        """
        words = said.words.split()
        of_consent = CARRIER_WORDS.keys() | self._opt_out
        if (
            len(words) > _SENTENCE
            or words[0] in _FORWARDED
            or not of_consent.isdisjoint(phrases_in(words, of_consent))
        ):
            return Meaning(said)
        phrases = [
            phrase for phrase in phrases_in(words, self._known.commands) if phrase in self._known.commands
        ]
        named = {self._known.commands[phrase] for phrase in phrases} - self._small_talk
        harmless = named & self._done_if_guessed
        if len(named) == len(harmless) == 1 and max(map(len, phrases)) > _SHORT:
            return Meaning(replace(said, guess=Guess(harmless.pop())))
        return Meaning(said)

    def _near_with_more(self, text: str) -> tuple[str | None, str]:
        """`REDEM 500`: only with one more word, or a number; the first word of a sentence is often like a command."""
        first, *more = _pieces(text) or [""]
        rest = " ".join(more)
        if len(more) == 1 or re.search(r"\d", rest):
            near = self._corrector.nearest(normalise(first))
            if near and self._known.commands[near] in self._with_rest:
                return near, rest
        return None, ""


def _pieces(text: str) -> list[str]:
    glued = _WORD_THEN_NUMBER.match(text)
    return (f"{glued[1]} {glued[2]}" if glued else text).split()
