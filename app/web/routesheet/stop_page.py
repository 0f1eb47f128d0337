"""The page of one stop: its form, and what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Response
from sqlalchemy.orm import Session

from app.bags import reading, runs
from app.bags.codes import spoken
from app.bags.models import Finding
from app.collectors.sessions import SignedIn
from app.container import Container
from app.errors import NotFound
from app.fieldwork import enrolling
from app.kernel.grams import Grams
from app.kernel.money import Money
from app.kernel.phone import national
from app.pickups.models import Pickup
from app.pickups.statuses import MissedReason
from app.routing.sheet import RouteSheet, SheetStop
from app.web.routesheet.at_the_door import DoorPhones, of_household
from app.web.routesheet.forms import NOTE_LONGEST, REASONS, WEIGHT_PREFIX, Mistake, StopForm
from app.web.routesheet.looks import mark, material_name
from app.web.routesheet.pages import render
from app.web.routesheet.today import todays_sheet
from app.weighing import visits
from app.weighing.service import rates_on
from app.weighing.visits import RecordedVisit


@dataclass(frozen=True)
class MaterialField:
    code: str
    name: str
    rate: Money | None
    """Per kilogram."""


@dataclass(frozen=True)
class StopView:
    """All that the page of one stop may say."""

    pickup_id: UUID
    language: str
    day: RouteSheet
    stop: SheetStop | None
    """None where it is not on today's list: then nothing is told of the household."""
    materials: tuple[MaterialField, ...]
    missed_reason: MissedReason | None
    phones: DoorPhones | None
    """What somebody at the door may be asked about their phones."""
    with_bags: bool
    """There are printed bags about."""
    bags: tuple[tuple[str, Finding], ...]
    """Whose codes were read at this stop."""
    first_visit: bool = False
    """At a home that this collector has just enrolled: it is on no route, and there is something to weigh."""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(material.code for material in self.materials)

    @property
    def next(self) -> SheetStop | None:
        return self.day.next_after(self.stop.position if self.stop else 0)


def load(session: Session, container: Container, who: SignedIn, pickup_id: UUID, now: datetime) -> StopView:
    """Raises `NotFound` unless there is such a pickup, on whoever's route, or a home that the collector enrolled."""
    pickup = session.get(Pickup, pickup_id)
    enrolled = enrolling.get(session, pickup_id)
    mine = enrolled is not None and enrolled.collector_id == who.collector_id
    if pickup is not None:
        zone_id, date = pickup.zone_id, pickup.date
    elif enrolled is not None and mine:
        zone_id, date = enrolling.zone_and_day(session, enrolled)
    else:
        raise NotFound("no such stop")
    day = todays_sheet(session, container, who, now)
    rates = rates_on(session, zone_id, date)
    currency = container.settings.currency
    stop = day.stop(pickup_id)
    return StopView(
        pickup_id=pickup_id,
        language=who.language,
        day=day,
        stop=stop,
        materials=tuple(
            MaterialField(
                code=material.code,
                name=material_name(container, who.language, material.code, material.name),
                rate=Money(rates[material.code].amount_minor_per_kilogram, currency)
                if material.code in rates
                else None,
            )
            for material in visits.materials(session)
        ),
        missed_reason=pickup.missed_reason if pickup else None,
        phones=of_household(session, container, stop.household_id, now) if stop else None,
        with_bags=runs.in_use(session),
        bags=tuple((spoken(one.code), one.finding) for one in reading.of_stops(session, [pickup_id])),
        first_visit=mine,
    )


def show_form(
    container: Container,
    view: StopView,
    form: StopForm,
    mistakes: Sequence[Mistake] = (),
    *,
    back: bool = False,
    status: int = 200,
) -> Response:
    """The form with what was typed in it. `back`: its sender had to sign in again in between."""
    stop = view.stop
    return render(
        container,
        "stop.html",
        view.language,
        status=status,
        view=view,
        stop=stop,
        mark=mark(stop) if stop else "new" if view.first_visit else "open",
        phone_written=national(stop.phone, container.settings.region) if stop and stop.phone else "",
        form=form,
        mistakes=mistakes,
        labels={WEIGHT_PREFIX + material.code: material.name for material in view.materials},
        back=back,
        reasons=REASONS,
        note_longest=NOTE_LONGEST,
    )


def show_result(
    container: Container, view: StopView, visit: RecordedVisit | None, *, conflict: bool = False
) -> Response:
    """What counts for this stop now. `conflict`: what was just sent does not, and waits for the office."""
    currency = container.settings.currency
    lines = [
        (
            material_name(container, view.language, line.code, line.name),
            Grams(line.grams),
            Money(line.amount_minor, currency),
        )
        for line in (visit.lines if visit else ())
    ]
    return render(
        container,
        "result.html",
        view.language,
        status=409 if conflict else 200,
        view=view,
        stop=view.stop,
        visit=visit,
        lines=lines,
        weight=Grams(visit.grams if visit else 0),
        credit=Money(visit.credit_minor if visit else 0, currency),
        conflict=conflict,
    )
