"""PINs, of collectors and of households: a few digits, kept as Argon2id hashes (RFC 9106).

So few digits are not safe in a stolen database whatever the hash: what guards them is the count of tries,
which is kept by whoever asks for the PIN.
"""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 4
LONGEST = 6

_RUNS = ("0123456789", "9876543210")
_hasher = PasswordHasher()  # the second recommended option of RFC 9106 section 4


class NotAPin(ValueError):
    """The text is no PIN."""


def check_pin(typed: str, *, shortest: int = SHORTEST, longest: int = LONGEST) -> str:
    """`typed` without the spaces around it. Raises `NotAPin` unless it is that many digits."""
    digits = typed.strip()
    if not (digits.isascii() and digits.isdigit() and shortest <= len(digits) <= longest):
        raise NotAPin(f"a PIN is {shortest} to {longest} digits")
    return digits


def is_weak(pin: str) -> bool:
    """Whether `pin` is among the first that anybody would try: `0000`, `1212`, `1234`, `9876`."""
    half = len(pin) // 2
    return len(set(pin)) == 1 or pin[:half] * 2 == pin or any(pin in run for run in _RUNS)


def hash_pin(pin: str) -> str:
    return _hasher.hash(pin)


def verify(pin: str, pin_hash: str | None) -> bool:
    """Whether `pin` made `pin_hash`. Slow on purpose, and just as slow where there is no hash to compare."""
    try:
        _hasher.verify(pin_hash or _nobodys_hash(), pin)
    except (VerificationError, InvalidHashError):
        return False
    return pin_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex())
