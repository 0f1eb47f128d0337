"""One text with its placeholders and plural forms."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

_Piece = tuple[str, str | None]
_plural = lru_cache(gettext.c2py)
"""Compiled once per language, not once per text."""


@dataclass(frozen=True)
class Wording:
    """A parsed text: pieces of (literal, placeholder after it), one tuple per plural form."""

    forms: tuple[tuple[_Piece, ...], ...]
    placeholders: frozenset[str]
    plural: Callable[[int], int]

    @classmethod
    def parse(cls, forms: tuple[str, ...], plural_expression: str) -> Wording:
        """Placeholders are bare names in braces; a plural form may leave out only `count`.

        Raises `ValueError` for anything else that `str.format` would take: attributes, indices, formats.
        """
        parsed = tuple(_pieces(form) for form in forms)
        names = [{name for _, name in pieces if name} for pieces in parsed]
        everywhere = set[str]().union(*names)
        for found in names:
            if everywhere - found - {"count"}:
                raise ValueError(f"a plural form lacks {', '.join(sorted(everywhere - found))}")
        return cls(parsed, frozenset(everywhere), _plural(plural_expression))

    def fill(self, values: Mapping[str, str], count: int | None) -> str:
        """The text with `values` in place. Raises `KeyError` for a placeholder without a value."""
        form = 0 if count is None or len(self.forms) == 1 else self.plural(count)
        return "".join(
            literal + (values[name] if name is not None else "") for literal, name in self.forms[form]
        )


def _pieces(form: str) -> tuple[_Piece, ...]:
    pieces: list[_Piece] = []
    for literal, name, spec, conversion in Formatter().parse(form):
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"{{{name}}} is no bare name")
        pieces.append((literal, name))
    return tuple(pieces)
