"""Read-only pictures of how the service is doing: sums, never people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Final

from babel.numbers import get_currency_precision, get_currency_symbol
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.insights import overview, text_costs
from app.insights.months import Month
from app.kernel.clock import at_local, local_date
from app.ledger import totals
from app.payouts.floats.forecasting import Forecast
from app.payouts.floats.models import Level
from app.payouts.floats.watching import judge
from app.pickups.statuses import PickupStatus
from app.places import service as places
from app.settings import Environment
from app.web.dashboard import charts, hubs
from app.web.dashboard.charts import Series
from app.web.dashboard.figure import Figure, pages
from app.web.deps import Here
from app.web.looks import static_file
from app.web.looks.writing import LOCALE, count, kilograms, money, price

HERE: Final = Path(__file__).parent
WEEKS: Final = 4
DAYS: Final = 10
COLOURS: Final = 6
"""How many the style sheet has; more series share the last."""
GRAMS_PER_KILOGRAM: Final = 1000

router = APIRouter(include_in_schema=False)
router.include_router(hubs.router)


@router.get("/dashboard")
def dashboard(container: Here) -> HTMLResponse:
    settings = container.settings
    now = container.clock.now()
    today = local_date(now, settings.timezone)
    weeks = [_monday(today) + timedelta(weeks=n - WEEKS + 1) for n in range(WEEKS + 1)]
    days = [today + timedelta(days=n - DAYS + 1) for n in range(DAYS + 1)]
    month = Month.read(None, now, settings.timezone)
    week_edges = [at_local(day, time(), settings.timezone) for day in weeks]
    day_edges = [at_local(day, time(), settings.timezone) for day in days]
    with container.database.snapshot() as session:
        stops = overview.stops(session, today)
        harvests = overview.harvests(session, week_edges)
        flows = totals.credit_flows(session, week_edges)
        traffic = overview.traffic(session, day_edges)
        costs = text_costs.text_costs(session, month.edges(settings.timezone), container.catalogue)
        named = places.hubs(session)
        floats = judge(session, container.payment_providers, settings.float_warning_days, now)
    week_names = [f"{day:%-d %b}" for day in weeks[:-1]]
    return pages.page(
        "dashboard.html",
        demo=settings.environment is Environment.DEMO,
        here="dashboard",
        programme=settings.programme_name,
        today=today,
        stops=_stops(stops),
        hubs=[(hub.code, hub.name) for hub in named],
        warnings=_float_warnings(floats, settings.currency),
        figures=[
            _harvest(harvests, week_names),
            _credit(flows, week_names, settings.currency),
            _texts(traffic, [f"{day:%-d %b}" for day in days[:-1]]),
            _costs(costs, f"{month.first_day:%B}", settings.currency),
        ],
    )


@router.get("/dashboard/static/{name}")
def static(name: str) -> Response:
    return static_file(HERE / "static", name)


def _float_warnings(floats: Sequence[Forecast], currency: str) -> list[str]:
    """One sentence for each float that is short."""
    said = []
    for one in floats:
        held = one.float
        left = "" if held.known_minor is None else f": {money(max(0, held.known_minor), currency)} left"
        if one.level is Level.OUT:
            said.append(f"The float with {held.provider} has run out{left}. Nothing is promised from it.")
        elif one.level is Level.LOW:
            lasts = f"some {one.days_left} days" if one.days_left else "less than a day"
            said.append(f"The float with {held.provider} lasts {lasts}{left}.")
    return said


def _stops(stops: dict[PickupStatus, int]) -> Figure:
    shown = [
        Series(status.value.capitalize(), f"status-{status.value}", [number])
        for status, number in stops.items()
        if number
    ]
    return Figure(
        title="Today's stops",
        note=f"{count(sum(stops.values()))} households on today's list.",
        picture=charts.band(shown),
        legend=shown,
        columns=["Stops"],
        rows=[(one.name, [count(one.values[0])]) for one in shown],
    )


def _harvest(harvests: list[overview.Harvest], weeks: list[str]) -> Figure:
    series = [
        Series(one.material, f"colour-{min(n, COLOURS)}", one.grams)
        for n, one in enumerate(harvests, start=1)
    ]
    return Figure(
        title="Kilograms a week",
        note="As weighed at the doors, by the week's Monday.",
        picture=charts.stacked(weeks, series, GRAMS_PER_KILOGRAM, ""),
        legend=series,
        columns=weeks,
        rows=[(one.name, [kilograms(grams) for grams in one.values]) for one in series],
    )


def _credit(flows: list[totals.CreditFlow], weeks: list[str], currency: str) -> Figure:
    series = [
        Series("Given", "colour-1", [flow.given_minor for flow in flows]),
        Series("Spent", "colour-2", [flow.spent_minor for flow in flows]),
    ]
    return Figure(
        title="Credit given and spent",
        note="Corrections and reversals are taken off.",
        picture=charts.beside(
            weeks, series, 10 ** get_currency_precision(currency), get_currency_symbol(currency, LOCALE)
        ),
        legend=series,
        columns=weeks,
        rows=[(one.name, [money(amount, currency) for amount in one.values]) for one in series],
    )


def _texts(traffic: list[overview.Traffic], days: list[str]) -> Figure:
    series = [
        Series("Received", "colour-2", [day.received for day in traffic]),
        Series("Written", "colour-1", [day.written for day in traffic]),
        Series("Parts", "colour-3", [day.parts for day in traffic]),
    ]
    return Figure(
        title="Texts a day",
        note="A written text costs its parts.",
        picture=charts.beside(days, series, 1, ""),
        legend=series,
        columns=days,
        rows=[(one.name, [count(number) for number in one.values]) for one in series],
    )


def _costs(costs: text_costs.TextCosts, month: str, currency: str) -> Figure:
    """The dearest templates, whatever their language, and all others together."""
    by_template: dict[str, text_costs.Sum] = {}
    for one in costs.templates:
        by_template.setdefault(one.template, text_costs.Sum()).add(one)
    ranked = sorted(by_template.items(), key=lambda pair: (-pair[1].known_micros, pair[0]))
    shown, rest = ranked[: COLOURS - 1], text_costs.Sum()
    for _, other in ranked[COLOURS - 1 :]:
        rest.add(other)
    rows = [*shown, ("all others", rest)] if rest.texts else shown
    series = [
        Series(name, f"colour-{n}", [each.known_micros]) for n, (name, each) in enumerate(rows, start=1)
    ]
    total = costs.total
    unknown = f" {count(total.unpriced_texts)} texts have no price." if total.unpriced_texts else ""
    return Figure(
        title="What texts cost",
        note=f"{_cost(total, currency)} in {month}, by what they say.{unknown}",
        picture=charts.band(series),
        legend=series,
        columns=["Texts", "Cost"],
        rows=[(name, [count(each.texts), _cost(each, currency)]) for name, each in rows],
    )


def _cost(one: text_costs.Sum, currency: str) -> str:
    return "unknown" if one.cost_micros is None else price(one.cost_micros, currency)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
