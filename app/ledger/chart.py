"""The chart of accounts: which accounts a book may have, and what each of them promises. Pure.

An account is opened by its code the first time it is asked for (`app.ledger.accounts.named`). A new kind of account is
one more `Heading` here and one more row in docs/money.md; only a kind that belongs to households, or that may go below
zero, needs a migration as well, since the database keeps those two lists itself (`app.ledger.models.Account`).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID


class AccountKind(enum.StrEnum):
    HOUSEHOLD_CREDIT = "household_credit"
    HOUSEHOLD_HOLD = "household_hold"
    SAVINGS_GOAL = "savings_goal"
    COMMUNITY_POT = "community_pot"
    MERCHANT_PAYABLE = "merchant_payable"
    MERCHANT_HOLD = "merchant_hold"
    SPONSOR = "sponsor"
    FUNDING = "funding"
    PROVIDER_FLOAT = "provider_float"
    FEES = "fees"
    PROGRAMME_EXPENSE = "programme_expense"
    ROUNDING = "rounding"
    WRITTEN_OFF = "written_off"
    RECEIVABLE = "receivable"


PROGRAMME_EXPENSE: Final = "programme:expense"
"""What households have earned so far, as a negative balance."""
ROUNDING: Final = "programme:rounding"
"""Parts of an amount that could not be paid or were paid on top, because somebody rounds."""
WRITTEN_OFF: Final = "programme:written-off"
"""What was owed to the programme and will not come, as a negative balance."""
RECEIVABLE_PAYOUTS: Final = "receivable:payouts"
"""What was paid out after its credit had been given back, as a negative balance: owed to the programme."""
FUNDING_SPONSORS: Final = "funding:sponsors"
"""What sponsors have paid in, as a negative balance."""
FUNDING_PROGRAMME: Final = "funding:programme"
"""The programme's own bank account, seen from this book: where floats are filled from and receivables come back to."""

_PLACES: Final = {
    "household": "(?P<household>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    "code": r"(?P<code>[^:\s]+)",
}


@dataclass(frozen=True)
class Heading:
    """One kind of account."""

    kind: AccountKind
    code: str
    """How its accounts are called; `<code>` and `<household>` (an id) stand for one part of the name."""
    journal: tuple[str, ...]
    """Where accountants find it in the exported journal."""
    may_go_below_zero: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"<(\w+)>", lambda place: _PLACES[place[1]], self.code))


CHART: Final = (
    Heading(
        AccountKind.HOUSEHOLD_CREDIT, "household:<household>:credit", ("Liabilities", "Households", "Credit")
    ),
    Heading(AccountKind.HOUSEHOLD_HOLD, "household:<household>:hold", ("Liabilities", "Households", "Hold")),
    Heading(AccountKind.SAVINGS_GOAL, "goal:<household>:<code>", ("Liabilities", "Goals")),
    Heading(AccountKind.COMMUNITY_POT, "pot:<code>", ("Liabilities", "Pots")),
    Heading(AccountKind.MERCHANT_PAYABLE, "merchant:<code>:payable", ("Liabilities", "Merchants", "Payable")),
    Heading(AccountKind.MERCHANT_HOLD, "merchant:<code>:hold", ("Liabilities", "Merchants", "Hold")),
    Heading(AccountKind.SPONSOR, "sponsor:<code>", ("Liabilities", "Sponsors")),
    Heading(AccountKind.FUNDING, "funding:<code>", ("Assets", "Funding"), may_go_below_zero=True),
    Heading(AccountKind.PROVIDER_FLOAT, "float:<code>", ("Assets", "Float"), may_go_below_zero=True),
    Heading(AccountKind.RECEIVABLE, "receivable:<code>", ("Assets", "Receivable"), may_go_below_zero=True),
    Heading(AccountKind.FEES, "fees:<code>", ("Expenses", "Fees"), may_go_below_zero=True),
    Heading(
        AccountKind.PROGRAMME_EXPENSE, PROGRAMME_EXPENSE, ("Expenses", "Programme"), may_go_below_zero=True
    ),
    Heading(AccountKind.ROUNDING, ROUNDING, ("Expenses", "Rounding"), may_go_below_zero=True),
    Heading(AccountKind.WRITTEN_OFF, WRITTEN_OFF, ("Expenses", "Written-off"), may_go_below_zero=True),
)


@dataclass(frozen=True)
class Place:
    """Where an account stands in the chart."""

    heading: Heading
    household_id: UUID | None
    """Whose it is."""
    own: tuple[str, ...]
    """The parts of its code that are its own."""


def place_of(code: str) -> Place | None:
    """Where the account `code` stands; None for no account of ours."""
    for heading in CHART:
        found = heading.pattern.fullmatch(code)
        if found is not None:
            household = found.groupdict().get("household")
            return Place(heading, UUID(household) if household else None, found.groups())
    return None


def float_code(provider: str) -> str:
    """What `provider` has paid out for us."""
    return f"float:{provider}"


def fees_code(provider: str) -> str:
    """What `provider` has kept for its work, as a negative balance."""
    return f"fees:{provider}"


def sponsor_code(sponsor: str) -> str:
    """What is left of a sponsor's money."""
    return f"sponsor:{sponsor}"


def pot_code(pot: str) -> str:
    """What neighbours have given to a community pot."""
    return f"pot:{pot}"


def goal_code(household_id: UUID, goal: str) -> str:
    """What a household has saved towards one goal."""
    return f"goal:{household_id}:{goal}"


def merchant_code(merchant: str) -> str:
    """What is owed to a merchant."""
    return f"merchant:{merchant}:payable"


def merchant_hold_code(merchant: str) -> str:
    """What of that is on its way to the merchant."""
    return f"merchant:{merchant}:hold"
