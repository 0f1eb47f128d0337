"""The facts a turn may look at: plain values, loaded for it, never a row of the database."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from app.conversation.values import Value
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.rewards.bonuses import Extra
from app.rewards.models import RewardKind

HOMES: Final = "homes"
ZONES: Final = "zones"
BALANCE: Final = "balance"
UPCOMING: Final = "upcoming"
REWARDS: Final = "rewards"
RATES: Final = "rates"
WEIGHING: Final = "weighing"
HISTORY: Final = "history"
PHONES: Final = "phones"
INVITATIONS: Final = "invitations"
SHOP_ACCOUNT: Final = "shop-account"

ABOUT_A_HOME = frozenset({BALANCE, UPCOMING, REWARDS, RATES, WEIGHING, HISTORY, PHONES})
"""Facts that are loaded only once it is known which home is meant."""


@dataclass(frozen=True)
class Home:
    """A household that the phone speaks for."""

    id: UUID
    name: str
    zone_id: UUID
    zone_name: str
    timezone: str
    left: bool
    landmark: str = ""
    guarded: bool = False
    """The phone was silent for so long that it may be a stranger's: it is told nothing, until confirmed."""
    cooling_until: datetime | None = None
    """The phone is new here, or another takes its place: until then it spends nothing without the PIN."""
    leaves: bool = False
    """Another phone takes its place."""
    has_pin: bool = False

    @property
    def reference(self) -> str:
        """How a stored conversation names it."""
        return str(self.id)


@dataclass(frozen=True)
class Area:
    """A zone that can be joined."""

    code: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Visit:
    """A pickup that is to come."""

    date: date
    start: time
    end: time
    ready: bool

    @property
    def when(self) -> dict[str, Value]:
        return {"date": self.date, "start": self.start, "end": self.end}


@dataclass(frozen=True)
class Purse:
    """A household's money."""

    balance_minor: int
    held_minor: int
    """Set aside: for vouchers, and for what is on its way."""
    looked_at_minor: int = 0
    """Earned, or about to be spent, and looked at by a person first."""


@dataclass(frozen=True)
class Offer:
    """A reward, with its limits."""

    code: str
    name: str
    minimum_minor: int
    maximum_minor: int
    step_minor: int
    kind: RewardKind = RewardKind.AIRTIME
    extras: tuple[Extra, ...] = ()
    """What sponsors add to it."""
    saved_minor: int = 0
    """Put aside for this goal."""
    open: bool = True
    """Not a goal that takes no more."""
    pays_out: bool = False
    """A goal that has a payee."""
    may_take_back: bool = False
    """A goal whose savings the household can turn into credit again."""


@dataclass(frozen=True)
class Saved:
    """What is put aside for one goal."""

    name: str
    amount_minor: int


@dataclass(frozen=True)
class Price:
    """What a kilogram of one material earns."""

    material: str
    amount_minor: int


@dataclass(frozen=True)
class LastWeighing:
    date: date
    weight: Grams
    disputed: bool


class Kind(enum.Enum):
    WEIGHED = "weighed"
    CORRECTED = "corrected"
    SPENT = "spent"
    GIVEN_BACK = "given-back"
    GAVE = "gave"
    GOT = "got"
    SAVED = "saved"
    SENT = "sent"
    """Out of what was put aside, to the goal's payee."""
    EXTRA = "extra"
    OTHER = "other"


@dataclass(frozen=True)
class Happening:
    """One line of a household's history."""

    kind: Kind
    date: date
    amount_minor: int
    """What it did to the credit, or to what was put aside; negative where it was taken."""
    weight: Grams | None = None


@dataclass(frozen=True)
class HomePhone:
    """A phone that speaks for the home."""

    number: str
    gets_receipts: bool
    gets_reminders: bool


@dataclass(frozen=True)
class Invited:
    """A home that asks this phone to speak for it."""

    invitation_id: UUID
    name: str


@dataclass(frozen=True)
class HeldVoucher:
    """A voucher that can still be spent."""

    code: str
    """As it is said: `482 193 7063`."""
    amount_minor: int
    last_day: date
    shop: str = ""
    """The only shop that takes it."""

    @property
    def digits(self) -> str:
        """The last of its code, which tell it from others."""
        return self.code[-4:]


@dataclass(frozen=True)
class Shop:
    """The merchant that the phone speaks for."""

    id: UUID
    code: str
    name: str
    payee_phone: str
    timezone: str


@dataclass(frozen=True)
class ShopAccount:
    """How a merchant stands with the programme; amounts in minor units."""

    since: date
    taken_minor: int
    vouchers: int
    paid_minor: int
    paying_minor: int
    owed_minor: int


@dataclass(frozen=True)
class Snapshot:
    """What is known in this turn. Facts that nobody asked for are empty."""

    phone: str
    programme: str
    currency: str
    region: str
    language: str
    """What we speak with this phone so far."""
    languages: tuple[tuple[str, str], ...]
    """Code and own name of each enabled language."""
    join_words: Mapping[str, str] = field(default_factory=dict)
    """By code, the word that joins in that language: who cannot read the default one knows theirs by it."""
    pin_above_minor: int | None = None
    """Spending more than that in a day takes the PIN; None = never."""
    spent_today_minor: int = 0
    """By the home that is meant, of what counts for that."""
    on_screen: bool = False
    """The answer goes on a USSD screen, which pages long lists by itself, and not into a text."""
    homes: tuple[Home, ...] = ()
    home: Home | None = None
    """The one that is meant, once that is clear."""
    shop: Shop | None = None
    """The merchant that the phone speaks for, beside any homes."""
    shop_account: ShopAccount | None = None
    vouchers: tuple[HeldVoucher, ...] = ()
    """Of the home that is meant, the one that expires first, first."""
    zones: tuple[Area, ...] = ()
    purse: Purse | None = None
    goals: tuple[Saved, ...] = ()
    upcoming: Visit | None = None
    offers: tuple[Offer, ...] = ()
    missing_offers: tuple[Offer, ...] = ()
    """Those that nobody who pays them has the float for just now."""
    prices: tuple[Price, ...] = ()
    weighing: LastWeighing | None = None
    phones: tuple[HomePhone, ...] = ()
    invitations: tuple[Invited, ...] = ()
    history: tuple[Happening, ...] = ()
    """The newest first."""

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.currency)

    @property
    def balance(self) -> Money:
        """Raises `LookupError` where the flow forgot to say that it needs it."""
        if self.purse is None:
            raise LookupError("a flow looks at the balance without needing it")
        return self.money(self.purse.balance_minor)
