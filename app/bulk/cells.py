"""Text cells that spreadsheets do not take for formulas (OWASP: CSV injection)."""

from __future__ import annotations

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would run it, or where it looks guarded already."""
    return "'" + text if _runs(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _runs(text) else text


def _runs(text: str) -> bool:
    return text.lstrip("'").startswith(_FORMULA_SIGNS)
