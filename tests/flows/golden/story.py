"""A story's file: a title, what happens line by line, and how it was heard in each language.

    Amina spends credit by text.

    given amina has N1,250
    amina texts <REDEEM>
    amina texts 500
    then nothing was sent

    == sw ==
    Amina texts: TUMIA
      | Salio lako ni N1,250. ...

`<REDEEM>` is the command word of the language that the story is played in, `<yes>` and `<no>` its words for these,
`<language>` the number under which that language stands in a list, `<another>` that of the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.conversation.catalogue import Catalogue

STORIES = Path(__file__).parent / "stories"
_BLANK = re.compile(r"<([\w-]+)>")
_CALL = re.compile(r"^== (\w+) ==$", re.MULTILINE)


@dataclass(frozen=True)
class Line:
    who: str
    verb: str
    words: str


@dataclass(frozen=True)
class Story:
    name: str
    told: str
    """All that stands before the first recording, as written."""
    recorded: Mapping[str, str]
    """What was heard, by language."""

    @property
    def lines(self) -> list[Line]:
        """Raises `ValueError` for a line that has no verb."""
        _title, *body = self.told.splitlines()
        lines = [each for each in body if each.strip() and not each.startswith("#")]
        return [Line(*_parted(each)) for each in lines]


def _parted(line: str) -> tuple[str, str, str]:
    who, verb, *words = line.split(maxsplit=2)
    return who, verb, words[0] if words else ""


def stories() -> list[Story]:
    return [_read(path) for path in sorted(STORIES.glob("*.txt"))]


def _read(path: Path) -> Story:
    told, *calls = _CALL.split(path.read_text(encoding="utf-8"))
    recorded = {code: heard.strip("\n") for code, heard in zip(calls[::2], calls[1::2], strict=True)}
    return Story(path.stem, told.strip("\n"), recorded)


def record(story: Story, recorded: Mapping[str, str]) -> None:
    """Write what was heard into the story's file."""
    calls = [f"== {code} ==\n{heard}" for code, heard in recorded.items()]
    text = "\n\n".join([story.told, *calls]) + "\n"
    (STORIES / f"{story.name}.txt").write_text(text, encoding="utf-8")


def typed(words: str, catalogue: Catalogue, language: str) -> str:
    """`words` as somebody types them who speaks `language`. Raises `KeyError` for a blank that nothing fills."""
    return _BLANK.sub(lambda blank: _word(blank[1], catalogue, language), words)


def _word(name: str, catalogue: Catalogue, language: str) -> str:
    keywords, languages = catalogue.keywords(language), catalogue.languages
    place = list(languages).index(language)
    if name == "language":
        return str(place + 1)
    if name == "another":
        return str((place + 1) % len(languages) + 1)
    if name == "yes":
        return _spelt(keywords["agree"])
    if name == "no":
        return _spelt(keywords["back"])
    return keywords[name][0]


def _spelt(words: tuple[str, ...]) -> str:
    """The first of `words` that is no digit, and no letter that stands for one."""
    return next(word for word in words if len(word) > 1 and word[0].isalpha())
