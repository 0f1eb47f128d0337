"""Codes of vouchers: ten digits, said as `482 193 7063`.

Nine digits are random, the tenth checks them (`app.kernel.check_digits`); a USSD screen takes them too.

How many guesses it stands: there are 900 million codes, so with ten thousand vouchers open one guess in 90 thousand
finds one. Only merchants may guess, under their names, and after `VoucherRules.guesses_before_lock` (30) wrong ones in
thirty days the office has to let them go on: one merchant in three thousand who tries all of them finds one voucher. A code whose
check digit is wrong is no guess: no voucher has it.
"""

from __future__ import annotations

import enum
import re
from typing import Final

from app.kernel import check_digits

LENGTH: Final = 10
_IN_A_TEXT: Final = re.compile(r"(?<!\d)(\d{3}) ?(\d{3}) ?(\d{4})(?!\d)", re.ASCII)


class Slip(enum.Enum):
    """Why what was typed can be nobody's code."""

    NONE_GIVEN = "none-given"
    LENGTH = "length"
    CHECK = "check"


def new_code() -> str:
    """A fresh code; whether it is taken is the database's to say."""
    return check_digits.new_code(LENGTH)


def read(typed: str) -> str | Slip:
    """The code in `typed`, however it is spaced and with O for 0 or l for 1; or what is wrong with it."""
    digits = check_digits.digits_in(typed)
    if not digits:
        return Slip.NONE_GIVEN
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        return Slip.LENGTH
    return digits if check_digits.is_right(digits) else Slip.CHECK


def spoken(code: str) -> str:
    """`482 193 7063`, in the groups in which people say it."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


def tail(code: str) -> str:
    """Its last digits: enough to tell one's own vouchers apart, too few to spend one."""
    return code[6:]


def hidden(text: str) -> str:
    """`text` with all but the tail of every code in it covered, for whoever need not know it."""
    return _IN_A_TEXT.sub(
        lambda found: f"*** *** {found[3]}" if check_digits.is_right("".join(found.groups())) else found[0],
        text,
    )
