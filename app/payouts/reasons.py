"""Why a payout was given back, in the few kinds that a household can do something with. A closed set."""

from __future__ import annotations

import enum


class Because(enum.StrEnum):
    PHONE = "phone"
    """The phone, or its wallet, cannot take it: another phone may."""
    AMOUNT = "amount"
    """Too much, too little or too often for whoever pays: another amount may go."""
    COMPANY = "company"
    """Whoever pays could not, or it never arrived there: it may go later."""
    PERSON = "person"
    """A person looked and found that it did not arrive."""
