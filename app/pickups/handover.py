"""The handover code of the day: told to a household's phone in the reminder, said or shown to the collector.

It costs nothing and proves that somebody of the household, or whom they asked, was there. Nothing is stored: the
code follows from the phone, the day and the service's secret. A sheet that works without network carries a digest of
eight bits: enough to notice a slip of the finger, and too little to find the code by trying, for some forty codes
fit it. The service compares whole codes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from uuid import UUID

DIGITS = 4


def code_of(secret: str, phone: str, date: dt.date) -> str:
    """Four digits, the same all day."""
    made = hmac.digest(secret.encode(), f"handover:{phone}:{date.isoformat()}".encode(), "sha256")
    return f"{int.from_bytes(made[:8]) % 10**DIGITS:0{DIGITS}}"


def digest(pickup_id: UUID, code: str) -> str:
    """Two hexadecimal digits, salted with the stop."""
    return hashlib.sha256(f"{pickup_id}:{code}".encode()).hexdigest()[:2]
