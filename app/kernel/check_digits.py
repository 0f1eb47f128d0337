"""Codes of digits with a check digit, as people type and say them. Pure.

Digits alone: every keypad has them, all our languages read them out, and none looks like another. The check digit is by
H. M. Damm's scheme ("Total anti-symmetrische Quasigruppen", dissertation, Marburg 2004, with the table of order 10 on
page 111): each single wrong digit and each swap of neighbours is told as a slip, and nine of ten other mistakes.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_LETTERS: Final = str.maketrans("OoIl", "0011")
_BETWEEN: Final = re.compile(r"[\s.\-_/,:#*]+")


def new_code(length: int) -> str:
    """A random code of so many digits, the last of which checks the others; the first is never 0, which people and
    spreadsheets leave out. Whether it is taken is the database's to say.
    """
    lowest = 10 ** (length - 2)
    digits = str(lowest + secrets.randbelow(9 * lowest))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The digit that makes `digits` followed by it come out at zero."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def is_right(code: str) -> bool:
    """Whether the last of its digits checks the others."""
    return check_digit(code) == "0"


def digits_in(typed: str) -> str:
    """What was typed, however it is spaced and with O for 0 or l for 1; not only digits where it is no code."""
    return _BETWEEN.sub("", typed).translate(_LETTERS)
