"""How evenly a hub's riding is shared, and which days of service it should have. Columns have no people's names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from babel.numbers import get_currency_precision, get_currency_symbol
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.errors import NotFound
from app.insights.fairness import FairnessReport, fairness
from app.insights.service_days import Asked, Proposal, Schedule, service_days
from app.kernel.clock import local_date
from app.places import service as places
from app.rotation.yields import Pay
from app.settings import Environment
from app.web.dashboard import charts
from app.web.dashboard.charts import Series
from app.web.dashboard.figure import Figure, pages
from app.web.deps import Here
from app.web.looks.writing import LOCALE, kilograms, money

FAIRNESS_WEEKS: Final = 4
_METRES_PER_KILOMETRE: Final = 1000
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

router = APIRouter()


@router.get("/dashboard/hubs/{code}")
def hub_page(container: Here, code: str) -> HTMLResponse:
    settings, now = container.settings, container.clock.now()
    with container.database.snapshot() as session:
        hub = places.hub_by_code(session, code)
        if hub is None:
            raise NotFound("There is no such hub.")
        today = local_date(now, places.hub_timezone(session, hub.id) or settings.timezone)
        since = today - timedelta(weeks=FAIRNESS_WEEKS) + timedelta(days=1)
        shared = fairness(session, hub.id, since, today, Pay.of(settings))
        asked = Asked(detour_factor=settings.route_detour_factor)
        proposals = service_days(session, hub.id, today, asked)
        name = hub.name
    return pages.page(
        "hub.html",
        demo=settings.environment is Environment.DEMO,
        here="dashboard",
        programme=settings.programme_name,
        name=name,
        figures=[earnings(shared, since, settings.currency), days(proposals, asked)],
    )


def earnings(report: FairnessReport, since: date, currency: str) -> Figure:
    """Who rode, the one who earned most first; with the Gini figure, and what rotation did to it."""
    shares = sorted((one for one in report.shares if one.days), key=lambda one: -one.earned_minor)
    series = [Series("Earned", "colour-1", [one.earned_minor for one in shares])] if shares else []
    names = [str(place) for place in range(1, len(shares) + 1)]
    return Figure(
        title="Earnings of the collectors",
        note=f"Since {since:%-d %B}, the highest first. {_evenly(report)}",
        picture=charts.stacked(
            names, series, 10 ** get_currency_precision(currency), get_currency_symbol(currency, LOCALE)
        ),
        legend=series,
        columns=["Earned", "Weighed", "Planned way", "Days"],
        rows=[
            (
                name,
                [
                    money(one.earned_minor, currency),
                    kilograms(one.grams),
                    f"{one.metres / _METRES_PER_KILOMETRE:.1f} km",
                    str(one.days),
                ],
            )
            for name, one in zip(names, shares, strict=True)
        ],
    )


def _evenly(report: FairnessReport) -> str:
    earned, rotation = report.gini.earned, report.rotation
    if earned is None:
        return ""
    said = f"Gini {earned:.2f}: 0 is all alike."
    if not report.pay_known:
        said += " No pay is set; the worth of the material stands in for it."
    if rotation is not None and rotation.gini_with is not None and rotation.gini_without is not None:
        said += (
            f" By whose turn it was {rotation.gini_with:.2f}, without rotation {rotation.gini_without:.2f}."
        )
    return said


def days(proposals: Sequence[Proposal], asked: Asked) -> Figure:
    """Kilometres a week of each zone, as it is served and as is proposed."""
    pairs = [
        (one, one.now, one.proposed) for one in proposals if one.now is not None and one.proposed is not None
    ]
    series = [
        Series("Now", "colour-3", [_metres(now) for _, now, _ in pairs]),
        Series("Proposed", "colour-1", [_metres(proposed) for _, _, proposed in pairs]),
    ]
    saved = sum(one.saved_kilometres_per_week for one, _, _ in pairs)
    without = len(proposals) - len(pairs)
    note = f"Kilometres a week by zone, from the last {asked.weeks} weeks."
    if pairs:
        note += f" The proposal saves {saved:.1f} km a week."
    if without:
        note += f" {without} of {len(proposals)} zones have too little history."
    return Figure(
        title="Days of service",
        note=note,
        picture=charts.beside([one.code for one, _, _ in pairs], series, _METRES_PER_KILOMETRE, ""),
        legend=series if pairs else [],
        columns=["Now", "Proposed", "Saved a week"],
        rows=[
            (one.code, [_said(now), _said(proposed), f"{one.saved_kilometres_per_week:.1f} km"])
            for one, now, proposed in pairs
        ],
    )


def _metres(schedule: Schedule) -> int:
    return round(schedule.kilometres_per_week * _METRES_PER_KILOMETRE)


def _said(schedule: Schedule) -> str:
    days = " ".join(_WEEKDAYS[day] for day in schedule.weekdays)
    return f"{days}, every {schedule.interval_weeks:.2g} weeks, {schedule.kilometres_per_week:.1f} km"
