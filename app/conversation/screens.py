"""A reply as USSD screens: small pages, walked with the digits `98`, `0` and `00`.

A screen holds 182 characters of GSM-7 or 80 of UCS-2 (`fit.fits_screen`). What is longer goes on further
screens, and says so. The way back and the way home are shown wherever there is room for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.conversation.catalogue import Catalogue
from app.conversation.fit import fits_screen
from app.conversation.states import Line, Option, Reply

BACK: Final = "0"
HOME: Final = "00"
MORE: Final = "98"
"""The digits that menus on these phones have used for it for years."""


def as_screens(
    reply: Reply, catalogue: Catalogue, language: str | None, *, ends: bool = False, home: bool = False
) -> tuple[str, ...]:
    """The screens of `reply`, at least one. `ends`: nothing is asked; `home`: there is no way back from it.

    An option numbered zero is not listed: that digit goes back everywhere, and then always says so.
    """
    said = reply.lines if reply.heading is None else (reply.heading, *reply.lines)
    blocks = [catalogue.screen(each.key, language, **each.values) for each in said]
    blocks += [f"{each.number} {_label(each, catalogue, language)}" for each in reply.options if each.number]
    lines = [line for block in blocks for line in block.split("\n")]
    back = f"{BACK} {catalogue.screen('screen.back', language)}"
    to_home = f"{HOME} {catalogue.screen('screen.home', language)}"
    refuses = any(not option.number for option in reply.options)
    for way_out in _ways_out(back, to_home, ends=ends or home, refuses=refuses):
        whole = "\n".join([*lines, *way_out])
        if fits_screen(whole):
            return (whole,)
    more = f"{MORE} {catalogue.screen('screen.more', language)}"
    return _paged(lines, more, back, first_goes_back=not (ends or home), last_is_answered=not ends)


def _label(option: Option, catalogue: Catalogue, language: str | None) -> str:
    if isinstance(option.label, Line):
        return catalogue.screen(option.label.key, language, **option.label.values)
    return catalogue.write(option.label, language)


def _ways_out(back: str, to_home: str, *, ends: bool, refuses: bool) -> Sequence[tuple[str, ...]]:
    """What may stand below the text, the best first."""
    if ends:
        return ((),)
    return ((back, to_home), (back,)) if refuses else ((back, to_home), (back,), ())


def _paged(
    lines: list[str], more: str, back: str, *, first_goes_back: bool, last_is_answered: bool
) -> tuple[str, ...]:
    pages: list[str] = []
    while True:
        goes_back = bool(pages) or first_goes_back
        last = "\n".join([*lines, back] if last_is_answered and goes_back else lines)
        if fits_screen(last):
            return (*pages, last)
        below = [more, back] if goes_back else [more]
        taken, lines = _fill(lines, below)
        pages.append("\n".join([*taken, *below]))


def _fill(lines: list[str], below: list[str]) -> tuple[list[str], list[str]]:
    """As many whole lines as fit above `below`, and the rest; one that is too long by itself is cut."""
    taken: list[str] = []
    while len(taken) < len(lines) and fits_screen("\n".join([*taken, lines[len(taken)], *below])):
        taken.append(lines[len(taken)])
    if taken:
        return taken, lines[len(taken) :]
    head, tail = _cut(lines[0], below)
    return [head], [tail, *lines[1:]]


def _cut(line: str, below: list[str]) -> tuple[str, str]:
    """`line` in two, between words where that can be; the first part fits and is not empty."""
    words = line.split(" ")
    for count in range(len(words) - 1, 0, -1):
        head = " ".join(words[:count])
        if head and fits_screen("\n".join([head, *below])):
            return head, " ".join(words[count:])
    end = max(1, next(n for n in range(len(line), -1, -1) if fits_screen("\n".join([line[:n], *below]))))
    return line[:end], line[end:]
