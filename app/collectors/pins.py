"""PINs: four to six digits, kept as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import InvalidInput

SHORTEST = 4
LONGEST = 6

# The second recommended option of RFC 9106 section 4. So few digits are not safe in a stolen database
# whatever the hash: what guards them is the count of tries (see sign_in).
_hasher = PasswordHasher()


def check_pin(pin: str) -> str:
    """`pin` without the spaces around it. Raises `InvalidInput` (field `pin`) unless it is 4 to 6 digits."""
    digits = pin.strip()
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise InvalidInput("pin", f"a PIN is {SHORTEST} to {LONGEST} digits")
    return digits


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
