"""The page at the hub's scale: who stands there, and how a collector's day compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bags import runs
from app.bags.codes import spoken
from app.collectors.models import Collector, CollectorRole
from app.collectors.sessions import SignedIn
from app.container import Container
from app.errors import NotFound
from app.integrity import hub_bags, hub_weighins
from app.integrity.hub_day import Compared, compare
from app.kernel.clock import local_date
from app.kernel.grams import Grams
from app.web.routesheet.forms import WEIGHT_PREFIX, Mistake, StopForm
from app.web.routesheet.looks import material_name
from app.web.routesheet.pages import render
from app.weighing import visits
from app.weighing.models import Material


@dataclass(frozen=True)
class Desk:
    """Who stands at the scale, and the day whose loads come in."""

    who: SignedIn
    today: date
    day: date
    rules: hub_weighins.Rules

    @property
    def before(self) -> date:
        return self.today - timedelta(days=1)

    @property
    def query(self) -> str:
        return f"?day={self.day.isoformat()}"


def desk_of(session: Session, container: Container, who: SignedIn, asked: str, now: datetime) -> Desk:
    """`asked` may be yesterday, for what came in late or over midnight; anything else is today.

    Raises `NotFound` for riders: nobody weighs in what they brought themselves.
    """
    if who.role is not CollectorRole.HUB:
        raise NotFound("this page is the hub staff's")
    rules = hub_weighins.Rules.of(session, who.hub_id, container.settings)
    date_here = local_date(now, rules.timezone)
    today = Desk(who, date_here, date_here, rules)
    return replace(today, day=today.before) if asked == today.before.isoformat() else today


def materials(session: Session) -> Sequence[str]:
    """What is taken now, by code."""
    return [one.code for one in visits.materials(session)]


def show(
    session: Session,
    container: Container,
    desk: Desk,
    collector_id: UUID,
    *,
    form: StopForm | None = None,
    mistakes: Sequence[Mistake] = (),
    said: str = "",
    status: int = 200,
) -> Response:
    """The rider's day so far and the form of a load. Raises `NotFound` unless he rides for this hub.

    `said` is what has just happened: an outcome of weighing in, `taken_back`, or `again` where whoever sent the form
    had to sign in in between.
    """
    rider = session.get(Collector, collector_id)
    if rider is None or rider.hub_id != desk.who.hub_id or rider.role is not CollectorRole.RIDER:
        raise NotFound("no such collector at this hub")
    language = desk.who.language
    names: Mapping[str, str] = {
        row.code: material_name(container, language, row.code, row.name)
        for row in session.scalars(select(Material).order_by(Material.code))
    }
    bags = [
        # A code does not break where a line does.
        (" + ".join(spoken(code).replace(" ", "\u00a0") for code in one.codes), one)
        for one in hub_bags.of_day(session, collector_id, desk.day, desk.rules.allowance)
    ]
    compared = compare(session, collector_id, desk.day, desk.rules.timezone, desk.rules.allowance)
    loads = hub_weighins.loads_of(session, collector_id, desk.day)
    return render(
        container,
        "hub_collector.html",
        language,
        status=status,
        desk=desk,
        rider=rider,
        said=said,
        compared=compared,
        bags=bags,
        with_bags=bool(bags) or runs.in_use(session),
        agrees=all(one.agrees for one in compared),
        loads=[(one.id, [(names[code], Grams(grams)) for code, grams in lines]) for one, lines in loads],
        names=names,
        materials=materials(session),
        grams=Grams,
        sign=_sign,
        form=form or StopForm.blank(),
        mistakes=mistakes,
        labels={WEIGHT_PREFIX + code: name for code, name in names.items()},
    )


def _sign(one: Compared) -> str:
    # A true minus: a hyphen is easily missed in the sun.
    return "+" if one.difference_grams > 0 else "\u2212" if one.difference_grams < 0 else ""
