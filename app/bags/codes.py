"""Codes of bags: eight digits, said as `4821 9370`. Seven are random, the eighth checks them.

Random, so that nobody who holds one bag knows the next one's code; two digits shorter than a voucher's code, so that the
two are not taken for each other.
"""

from __future__ import annotations

import re
from typing import Final

from app.kernel import check_digits

LENGTH: Final = 8
_IN_A_LINK: Final = re.compile(r"[?&#]bag=([0-9]{8})(?![0-9])")


def new_code() -> str:
    """A fresh code; whether it is taken is the database's to say."""
    return check_digits.new_code(LENGTH)


def link(public_url: str, code: str) -> str:
    """What the printed QR code says: a phone's own camera opens the sheet with it."""
    return f"{public_url}/route?bag={code}"


def read(typed: str) -> str | None:
    """The code that was typed, or is in a link as scanners give it; None where it is none, or has a slip in it."""
    linked = _IN_A_LINK.search(typed)
    digits = linked[1] if linked else check_digits.digits_in(typed)
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if check_digits.is_right(digits) else None


def several(typed: str) -> list[str]:
    """What was typed into one field, code by code, right or not: with commas, or one behind the other."""
    found: list[str] = []
    for part in re.split(r"[,;\n]+|\s+(?=https?:)", typed):
        digits = check_digits.digits_in(part)
        if _IN_A_LINK.search(part) or not digits.isdigit() or len(digits) % LENGTH:
            found.append(part.strip())
        else:
            found += [digits[at : at + LENGTH] for at in range(0, len(digits), LENGTH)]
    return list(dict.fromkeys(one for one in found if one))


def spoken(code: str) -> str:
    """`4821 9370`, in the groups in which people say it."""
    return f"{code[:4]} {code[4:]}" if len(code) == LENGTH else code
