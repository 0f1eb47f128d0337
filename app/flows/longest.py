"""The longest values that texts are given, so that each can be held against the one part it may take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final
from uuid import UUID

from app.campaigns.quiz import ANSWER_MAX, EXPLANATION_MAX, SPONSOR_MAX
from app.conversation.catalogue import Catalogue, Language
from app.conversation.fit import measure
from app.conversation.states import Data
from app.conversation.values import Command, Value
from app.flows.home import PLACE_LONGEST
from app.flows.join import NAME_LONGEST
from app.flows.snapshot import Area, HeldVoucher, Home, HomePhone, LastWeighing, Offer, Purse, Saved, Snapshot
from app.flows.where import LANDMARK_LONGEST
from app.households.phones import MOST_PHONES
from app.integrity.held_credits import TOLD_MAX
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.merchants.service import NAME_LONGEST as SHOP_LONGEST
from app.rewards.bonuses import Extra
from app.rewards.catalogue import NAME_MAX
from app.rewards.models import RewardKind
from app.weighing.receipt import LINES_ROOM_CHARACTERS

_ZONE = "Lagos Island South"
_MUCH = Money(9_999_950, "NGN")
_DAY = date(2026, 12, 30)
_REWARD = "W" * NAME_MAX
_YEAR = [date(2026, 1, 1) + timedelta(days) for days in range(365)]

LONGEST: Final[Mapping[str, Value]] = {
    "amount": _MUCH,
    "at": time(12, 30),
    "answer": "A" * ANSWER_MAX,
    "balance": Money(99_999_950, "NGN"),
    "bonus": _MUCH,
    "code": "SUR-01",
    "collector": "C" * NAME_LONGEST,
    "command": Command("BALANCE"),
    "count": 99,
    "credit": _MUCH,
    "date": _DAY,
    "day": _DAY,
    "digits": "0000",
    "done": 99,
    "end": time(12, 30),
    "from": _DAY,
    "held": _MUCH,
    "letter": "D",
    "letters": "A/B/C/D",
    "limit": Grams(199_950),
    "material": "Plastic bottles",
    "maximum": _MUCH,
    "metres": 9_999,
    "minimum": Money(100_000, "NGN"),
    "moved_from": _DAY,
    "moved_to": _DAY,
    "name": "W" * NAME_LONGEST,
    "owed": Money(99_999_950, "NGN"),
    "paid": _MUCH,
    "phone": "0800 000 0000",
    "phones": ", ".join(["0800 000 0000"] * MOST_PHONES),
    "place": "W" * PLACE_LONGEST,
    "number": 999,
    "handover": "0000",
    "link": "https://weighback.example.org/route/in/" + "W" * 22,
    "position": 99,
    "programme": "Weighback",
    "question": "W" * 160,
    "rate": Money(99_950, "NGN"),
    "reward": _REWARD,
    "saved": _MUCH,
    "shop": "W" * SHOP_LONGEST,
    "sponsor": "S" * SPONSOR_MAX,
    "start": time(12, 30),
    "step": Money(100_000, "NGN"),
    "text": "T" * EXPLANATION_MAX,
    "total": 99,
    "voucher": "000 000 0000",
    "weight": Grams(199_950),
    "weights": "W" * LINES_ROOM_CHARACTERS,
    "why": "W" * TOLD_MAX,
    "zone": _ZONE,
}
"""By placeholder. A new placeholder needs its longest value here; a date becomes the longest of the language."""

_OFFERS: Final = tuple(
    Offer(
        kind.name,
        f"{_REWARD[:-1]}{number}",
        5_000,
        9_999_950,
        50,
        kind=kind,
        extras=(Extra(UUID(int=3), "S" * SPONSOR_MAX, 99, 9_999_950),),
        saved_minor=9_999_950 if kind is RewardKind.GOAL else 0,
        pays_out=True,
        may_take_back=True,
    )
    for number, kind in enumerate(RewardKind)
)


def longest_values(language: Language) -> Mapping[str, Value]:
    """`LONGEST`, with the day that is longest where `language` writes it."""
    day = max(_YEAR, key=lambda each: measure(language.write(each)).units)
    return {name: day if isinstance(value, date) else value for name, value in LONGEST.items()}


def longest_facts(catalogue: Catalogue) -> Snapshot:
    """A home with the longest names, and more of everything than a text can show at once."""
    home = Home(UUID(int=1), "W" * NAME_LONGEST, UUID(int=2), _ZONE, "Africa/Lagos", left=True)
    return Snapshot(
        phone="+2348000000000",
        programme="Weighback",
        currency="NGN",
        region="NG",
        language=catalogue.default,
        languages=tuple((code, catalogue.name(code)) for code in catalogue.languages),
        join_words={code: catalogue.keywords(code)["JOIN"][0] for code in catalogue.languages},
        homes=(home, home),
        home=home,
        zones=tuple(Area(f"Z{number:02}", f"{_ZONE} {number}", 6.5, 3.4) for number in range(30)),
        purse=Purse(99_999_950, 9_999_950, 9_999_950),
        vouchers=tuple(HeldVoucher("000 000 0000", 999_950, _DAY, "W" * SHOP_LONGEST) for _ in range(3)),
        goals=tuple(Saved(f"{_REWARD[:-1]}{number}", 9_999_950) for number in range(3)),
        offers=_OFFERS,
        weighing=LastWeighing(_DAY, Grams(199_950), disputed=False),
        phones=tuple(HomePhone(f"+234800000{n:04}", True, True) for n in range(MOST_PHONES)),
    )


LONGEST_DATA: Final[Data] = {
    "reward": "AIRTIME",
    "amount_minor": "9999950",
    "bonus_minor": "9999950",
    "sponsor": "S" * SPONSOR_MAX,
    "to": "+2348000000000",
    "zone": "Z01",
    "left": "1",
    "home": str(UUID(int=1)),
    "command": "BALANCE",
    "phone": "+2348000000000",
    "landmark": "W" * LANDMARK_LONGEST,
}
"""What a conversation has gathered when its questions are longest."""
