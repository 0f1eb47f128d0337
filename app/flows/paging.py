"""Long lists in texts: so many entries at a time as one part holds, with a word for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

MORE: Final = 9
"""The number that asks for the next page."""


def in_pages(
    entries: Sequence[T], name: Callable[[T], str], *, room_characters: int, most: int
) -> list[tuple[T, ...]]:
    """`entries` in pages that fit a text, `most` on each: nine means more. At least one page."""
    pages: list[list[T]] = [[]]
    room = room_characters
    for entry in entries:
        takes = len(name(entry)) + len("1 \n")
        if pages[-1] and (takes > room or len(pages[-1]) == most):
            pages.append([])
            room = room_characters
        pages[-1].append(entry)
        room -= takes
    return [tuple(page) for page in pages]
