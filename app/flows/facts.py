"""Loads the facts a turn needs, and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.cases import service as cases
from app.conversation.catalogue import Catalogue
from app.flows.person import Person, chosen_home
from app.flows.purse_facts import purse_of
from app.flows.snapshot import (
    BALANCE,
    HISTORY,
    INVITATIONS,
    PHONES,
    RATES,
    REWARDS,
    SHOP_ACCOUNT,
    UPCOMING,
    WEIGHING,
    ZONES,
    Area,
    Happening,
    Home,
    HomePhone,
    Invited,
    Kind,
    LastWeighing,
    Offer,
    Price,
    Shop,
    ShopAccount,
    Snapshot,
    Visit,
)
from app.households import invitations
from app.households import service as households
from app.kernel.clock import at_local, local_date
from app.kernel.grams import Grams
from app.ledger import reading
from app.ledger.views import EntryView
from app.merchants import statements
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.places import service as places
from app.rewards import holding, limits, promising
from app.rewards.catalogue import Offered, options
from app.rewards.rules import RedemptionRules
from app.settings import Settings
from app.weighing import service as weighing

MOST_HAPPENINGS: Final = 12
"""What a household's history goes back to."""
STATEMENT_SPAN: Final = timedelta(days=30)
"""What a merchant's statement by text goes back to."""


@dataclass(frozen=True)
class Facts:
    """The parts of a snapshot that are the same for everybody, and how to fill in the rest."""

    programme: str
    currency: str
    region: str
    languages: tuple[tuple[str, str], ...]
    join_words: Mapping[str, str]
    pin_above_minor: int

    @classmethod
    def of(cls, settings: Settings, catalogue: Catalogue) -> Facts:
        return cls(
            settings.programme_name,
            settings.currency,
            settings.region,
            tuple((code, catalogue.name(code)) for code in catalogue.languages),
            {code: catalogue.keywords(code)["JOIN"][0] for code in catalogue.languages},
            settings.redemption_pin_above_minor,
        )

    def about(self, phone: str, person: Person, home: str | None, *, on_screen: bool = False) -> Snapshot:
        """What is known without looking anything up."""
        return Snapshot(
            phone=phone,
            programme=self.programme,
            currency=self.currency,
            region=self.region,
            language=person.language or self.languages[0][0],
            languages=self.languages,
            join_words=self.join_words,
            homes=person.homes,
            shop=person.shop,
            home=chosen_home(person.homes, home),
            pin_above_minor=self.pin_above_minor,
            on_screen=on_screen,
        )


def fill(
    session: Session, snapshot: Snapshot, needs: frozenset[str], rules: RedemptionRules, now: datetime
) -> Snapshot:
    """`snapshot` with what `needs` names; facts about a home only where it is known which."""
    found: dict[str, Any] = {}
    for name, load in _ABOUT_ALL.items():
        if name in needs:
            found |= load(session)
    if INVITATIONS in needs:
        found |= _invitations(session, snapshot.phone, now)
    if SHOP_ACCOUNT in needs and snapshot.shop is not None:
        found |= _shop_account(session, snapshot.shop, now)
    if snapshot.home is not None:
        if REWARDS in needs:
            found |= _offers(session, snapshot.home, snapshot.phone, rules, now)
        for name, load_home in _ABOUT_HOME.items():
            if name in needs:
                found |= load_home(session, snapshot.home, now)
    return replace(snapshot, **found) if found else snapshot


def visit_of(pickup: Pickup) -> Visit:
    return Visit(pickup.date, pickup.window_start, pickup.window_end, pickup.confirmed)


def _zones(session: Session) -> dict[str, Any]:
    areas = (Area(zone.code, zone.name, zone.latitude, zone.longitude) for zone in places.zones(session))
    return {"zones": tuple(sorted(areas, key=lambda area: area.name.casefold()))}


def _offers(
    session: Session, home: Home, phone: str, rules: RedemptionRules, now: datetime
) -> dict[str, Any]:
    """What can be had, none above what somebody can pay; what could be if somebody had the float; what went today."""
    offered = options(session, home.id, now)
    most = promising.most(session, [one.reward for one in offered], phone, rules, now)
    offers: list[Offer] = []
    missing: list[Offer] = []
    for one in offered:
        offer, most_minor = _offer(one), most.get(one.reward.id)
        if most_minor is not None and most_minor < offer.maximum_minor:
            offer = replace(offer, maximum_minor=most_minor - most_minor % offer.step_minor)
        (offers if offer.maximum_minor >= offer.minimum_minor else missing).append(offer)
    spent = limits.spent_today(session, home.id, rules.limits.timezone, now)
    return {"offers": tuple(offers), "missing_offers": tuple(missing), "spent_today_minor": spent}


def _offer(offered: Offered) -> Offer:
    reward = offered.reward
    return Offer(
        reward.code,
        reward.name,
        reward.minimum_minor,
        reward.maximum_minor,
        reward.step_minor,
        kind=reward.kind,
        extras=tuple(offered.extras),
        saved_minor=offered.saved_minor,
        open=offered.open,
        pays_out=reward.goal_payee_phone is not None,
        may_take_back=reward.goal_may_take_back,
    )


def _invitations(session: Session, phone: str, now: datetime) -> dict[str, Any]:
    asked = invitations.open_for(session, phone, now)
    return {"invitations": tuple(Invited(one.id, household.name) for one, household in asked)}


def _shop_account(session: Session, shop: Shop, now: datetime) -> dict[str, Any]:
    since = local_date(now, shop.timezone) - STATEMENT_SPAN
    stands = statements.summary(session, shop.code, at_local(since, time(), shop.timezone), now)
    return {"shop_account": ShopAccount(since, **asdict(stands))}


def _phones(session: Session, home: Home, now: datetime) -> dict[str, Any]:
    return {
        "phones": tuple(
            HomePhone(one.phone, one.gets_receipts, one.gets_reminders)
            for one in households.phones(session, home.id)
            if one.ends_at is None or one.ends_at > now
        )
    }


def _upcoming(session: Session, home: Home, now: datetime) -> dict[str, Any]:
    pickup = pickups.upcoming(session, home.id, local_date(now, home.timezone))
    return {"upcoming": visit_of(pickup) if pickup else None}


def _prices(session: Session, home: Home, now: datetime) -> dict[str, Any]:
    rates = weighing.rates_on(session, home.zone_id, local_date(now, home.timezone))
    return {"prices": tuple(Price(rate.name, rate.amount_minor_per_kilogram) for rate in rates.values())}


def _weighing(session: Session, home: Home, _now: datetime) -> dict[str, Any]:
    """The one that WRONG is about, at the weight that now counts."""
    latest = cases.in_question(session, home.id)
    if latest is None:
        return {"weighing": None}
    grams = sum(cases.standing_grams(session, latest.id).values())
    disputed = cases.open_for(session, latest.id) is not None
    return {"weighing": LastWeighing(local_date(latest.weighed_at, home.timezone), Grams(grams), disputed)}


_KINDS = {
    "correction": Kind.CORRECTED,
    "weighing_declined": Kind.CORRECTED,
    "payout_reserve": Kind.SPENT,
    "redemption_hold": Kind.SPENT,
    "redemption_unhold": Kind.GIVEN_BACK,
    "payout_release": Kind.GIVEN_BACK,
    "payout_reverse": Kind.GIVEN_BACK,
    "voucher_reserve": Kind.SPENT,
    "voucher_release": Kind.GIVEN_BACK,
    "goal_saving": Kind.SAVED,
    "goal_return": Kind.GIVEN_BACK,
    "pot_gift": Kind.GAVE,
    "bonus": Kind.EXTRA,
    "bonus_return": Kind.EXTRA,
}
_OUT_OF_GOALS = {
    "payout_reserve": Kind.SENT,
    "payout_release": Kind.GIVEN_BACK,
    "payout_reverse": Kind.GIVEN_BACK,
}
_HELD = ("redemption_hold", "redemption_unhold")
"""Of a redemption that was let go, its kind's own entry tells all."""
_GIFT = "gift"
_TOLD_OTHERWISE = ("weighing", "credit_hold", "credit_unhold")
"""Weighings tell of themselves, also of those that are looked at first."""


def _history(session: Session, home: Home, _now: datetime) -> dict[str, Any]:
    """Weighings as they were weighed, and what else moved the credit."""
    moments: list[tuple[datetime, Kind, int, Grams | None]] = [
        (seen.weighed_at, Kind.WEIGHED, seen.credit_minor, Grams(seen.grams))
        for seen in weighing.recent_for(session, home.id, MOST_HAPPENINGS)
    ]
    let_go = holding.let_go(session, home.id)
    entries = reading.credit_entries(
        session, home.id, but_kinds=_TOLD_OTHERWISE, but_kinds_of=(_HELD, let_go), limit=MOST_HAPPENINGS
    )
    moments += [(entry.effective_at, _kind_of(entry), entry.amount_minor, None) for entry in entries]
    moments += [
        (entry.effective_at, _OUT_OF_GOALS[entry.kind], entry.amount_minor, None)
        for entry in reading.goal_entries(session, home.id, kinds=_OUT_OF_GOALS, limit=MOST_HAPPENINGS)
    ]
    moments.sort(key=lambda moment: moment[0], reverse=True)
    return {
        "history": tuple(
            Happening(kind, local_date(at, home.timezone), amount_minor, weight)
            for at, kind, amount_minor, weight in moments[:MOST_HAPPENINGS]
        )
    }


def _kind_of(entry: EntryView) -> Kind:
    if entry.kind == _GIFT:
        return Kind.GOT if entry.amount_minor > 0 else Kind.GAVE
    return _KINDS.get(entry.kind, Kind.OTHER)


_ABOUT_ALL: Mapping[str, Callable[[Session], dict[str, Any]]] = {ZONES: _zones}
_ABOUT_HOME: Mapping[str, Callable[[Session, Home, datetime], dict[str, Any]]] = {
    BALANCE: purse_of,
    UPCOMING: _upcoming,
    RATES: _prices,
    WEIGHING: _weighing,
    PHONES: _phones,
    HISTORY: _history,
}
