"""What the office wrote, with a household's name in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.campaigns.models import Campaign
from app.campaigns.quiz import Quiz
from app.conversation.catalogue import Catalogue
from app.conversation.fit import Encoding, measure, plain
from app.conversation.wording import Wording
from app.errors import InvalidInput

PLACEHOLDERS: Final = frozenset({"name", "zone", "programme"})
TEXT_MAX: Final = 600
"""Characters: some four parts."""


@dataclass(frozen=True)
class Draft:
    """One language's wording, ready to be filled in."""

    wording: Wording
    below: str
    """What stands under it: a quiz's answers, and how to answer."""
    in_gsm7: bool
    """Then a name outside the alphabet is transliterated, so that it does not double the bill."""

    def fill(self, *, name: str, zone: str, programme: str) -> str:
        values = {"name": name, "zone": zone, "programme": programme}
        if self.in_gsm7:
            values = {key: plain(value) for key, value in values.items()}
        return self.wording.fill(values, None) + self.below


def drafts(campaign: Campaign, catalogue: Catalogue) -> dict[str, Draft]:
    """By language."""
    return {
        language: _draft(text, language, campaign.quiz, catalogue)
        for language, text in campaign.texts.items()
    }


def check(texts: Mapping[str, str], languages: Sequence[str], fallback: str | None) -> None:
    """Raises `InvalidInput` that names the language and what is wrong with its wording."""
    if not texts:
        raise InvalidInput("texts", "write it in at least one language")
    for language, text in texts.items():
        if language not in languages:
            raise InvalidInput("texts", f"{language!r} is none of {', '.join(languages)}")
        try:
            found = Wording.parse((text,), "0").placeholders
        except ValueError as error:
            raise InvalidInput(f"texts.{language}", f"cannot be read: {error}") from error
        unknown = sorted(found - PLACEHOLDERS)
        if unknown:
            raise InvalidInput(
                f"texts.{language}", f"{{{unknown[0]}}} is none of {{name}}, {{zone}}, {{programme}}"
            )
    if fallback is not None and fallback not in texts:
        raise InvalidInput("fallback_language", "is none of the languages that it is written in")


def costly_characters(text: str) -> str:
    """The characters that force the dear alphabet, each once, in order; empty for a text in GSM-7."""
    return "".join(dict.fromkeys(one for one in text if measure(one).encoding is Encoding.UCS2))


def _draft(text: str, language: str, quiz: Mapping[str, object] | None, catalogue: Catalogue) -> Draft:
    below = ""
    if quiz is not None:
        content = Quiz.stored(quiz)
        how = catalogue.text("quiz.reply", language, letters="/".join(content.letters))
        below = f"\n{content.lettered(language)}\n{how}"
    in_gsm7 = measure(text + below).encoding is Encoding.GSM7
    return Draft(Wording.parse((text,), "0"), below, in_gsm7)
