"""Codes of vouchers: ten digits, said as `482 193 7063`.

Digits alone: every keypad has them, a USSD screen takes them, all our languages read them out, and none looks like
another. Nine digits are random (the first is never 0, which people and spreadsheets leave out); the tenth is a check
digit by H. M. Damm's scheme ("Total anti-symmetrische Quasigruppen", dissertation, Marburg 2004, with the table of order
10 on page 111): each single wrong digit and each swap of neighbours is told as a slip, and nine of ten other mistakes.

How many guesses it stands: there are 900 million codes, so with ten thousand vouchers open one guess in 90 thousand
finds one. Only merchants may guess, under their names, and after `VoucherRules.guesses_before_lock` (30) wrong ones in
thirty days the office has to let them go on: one merchant in three thousand who tries all of them finds one voucher. A code whose
check digit is wrong is no guess: no voucher has it.
"""

from __future__ import annotations

import enum
import re
import secrets
from typing import Final

LENGTH: Final = 10
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
_IN_A_TEXT: Final = re.compile(r"(?<!\d)(\d{3}) ?(\d{3}) ?(\d{4})(?!\d)", re.ASCII)


class Slip(enum.Enum):
    """Why what was typed can be nobody's code."""

    NONE_GIVEN = "none-given"
    LENGTH = "length"
    CHECK = "check"


def new_code() -> str:
    """A fresh code; whether it is taken is the database's to say."""
    lowest = 10 ** (LENGTH - 2)
    digits = str(lowest + secrets.randbelow(9 * lowest))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The digit that makes `digits` followed by it come out at zero."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def read(typed: str) -> str | Slip:
    """The code in `typed`, however it is spaced and with O for 0 or l for 1; or what is wrong with it."""
    digits = _BETWEEN.sub("", typed).translate(_LETTERS)
    if not digits:
        return Slip.NONE_GIVEN
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        return Slip.LENGTH
    return digits if check_digit(digits) == "0" else Slip.CHECK


def spoken(code: str) -> str:
    """`482 193 7063`, in the groups in which people say it."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


def tail(code: str) -> str:
    """Its last digits: enough to tell one's own vouchers apart, too few to spend one."""
    return code[6:]


def hidden(text: str) -> str:
    """`text` with all but the tail of every code in it covered, for whoever need not know it."""
    return _IN_A_TEXT.sub(
        lambda found: found[0] if check_digit("".join(found.groups())) != "0" else f"*** *** {found[3]}", text
    )
