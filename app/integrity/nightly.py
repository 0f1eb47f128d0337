"""The night's look at the day that is over: many tests, few findings, each kept until a person has decided.

Decided here:
- A day is looked at once, after `NOT_BEFORE`, so that what phones send in the evening is in it; what comes later is in the
  next night's window, and a weight is tested on the night after it was received.
- One finding is open at a time per check and subject; later nights bring its figures up to date.
- What a person has decided is not brought up again within the window: its evidence was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.db import lock_name
from app.errors import Conflict, InvalidInput, NotFound
from app.integrity import looking
from app.integrity.checks import hub, numbers, silence, times, travel
from app.integrity.checks import weights as heavy
from app.integrity.checks.seen import Test
from app.integrity.checks.verdict import Found, found
from app.integrity.hub_day import Allowance
from app.integrity.looking import HOME_DAYS, Stretch
from app.integrity.models import Finding, FindingStatus, IntegrityRun
from app.kernel.clock import at_local, local_date
from app.settings import Settings

JOB: Final = "look_for_findings"
NOT_BEFORE: Final = time(2)
"""Local time from which yesterday is looked at."""
WORD_MAX: Final = 300

log = structlog.get_logger()


@dataclass(frozen=True)
class Rules:
    timezone: str
    window_days: int
    false_share: float
    """Of what is found, so much may be chance, on average."""
    allowance: Allowance

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.timezone,
            settings.integrity_window_days,
            settings.integrity_false_findings_percent / 100,
            Allowance.of(settings),
        )


def due(session: Session, rules: Rules, now: datetime) -> date | None:
    """The day that is to be looked at now; None where that was done, or it is too early."""
    today = local_date(now, rules.timezone)
    yesterday = today - timedelta(days=1)
    if now < at_local(today, NOT_BEFORE, rules.timezone) or session.get(IntegrityRun, yesterday) is not None:
        return None
    return yesterday


def look(session: Session, day: date, rules: Rules, now: datetime) -> IntegrityRun:
    """Look at `day` and keep what stands out; a day that was looked at before is left as it is."""
    lock_name(session, f"integrity:{day}")
    known = session.get(IntegrityRun, day, populate_existing=True)
    if known is not None:
        return known
    tests = _tests(session, day, rules)
    made = found(tests, rules.false_share)
    for one in made:
        _keep(session, one, day, rules, now)
    run = IntegrityRun(day=day, tests=len(tests), findings=len(made), ended_at=now)
    session.add(run)
    session.flush()
    log.info("integrity.looked", day=day.isoformat(), tests=run.tests, findings=run.findings)
    return run


def decide(
    session: Session, finding_id: UUID, status: FindingStatus, word: str, *, by: str, now: datetime
) -> Finding:
    """A person has looked: `explained` or `confirmed`, with a word. Raises `NotFound`, `InvalidInput` and `Conflict`."""
    finding = session.get(Finding, finding_id, with_for_update=True, populate_existing=True)
    if finding is None:
        raise NotFound("There is no such finding.")
    if finding.status is not FindingStatus.OPEN:
        raise Conflict(f"That finding was decided already: {finding.status.value}.")
    if status is FindingStatus.OPEN or not word.strip():
        raise InvalidInput("word", "Please say what was found, in a few words.")
    finding.status, finding.word = status, word.strip()[:WORD_MAX]
    finding.decided_by, finding.decided_at = by, now
    session.flush()
    record(session, by, status.value, "integrity_finding", finding.id, now=now)
    return finding


def _tests(session: Session, day: date, rules: Rules) -> list[Test]:
    window = Stretch(day - timedelta(days=rules.window_days - 1), day, rules.timezone)
    long = Stretch(day - timedelta(days=max(HOME_DAYS, rules.window_days) - 1), day, rules.timezone)
    weighings = looking.weights(session, long)
    every_line = [line for _, lines in weighings.values() for line in lines]
    lines = [line for line in every_line if line.day >= window.first]
    all_doors = looking.doors(session, long)
    doors = [door for door in all_doors if door.day >= window.first]
    since, until = _received_since(session, day, rules)
    new_ids = {one for one, (received_at, _) in weighings.items() if since <= received_at < until}
    new = [line for line in every_line if line.weighing_id in new_ids]
    past = [line for line in every_line if line.weighing_id not in new_ids]
    return [
        *heavy.unlikely(new, past),
        *heavy.heavy_hands(lines),
        *numbers.round_numbers(lines),
        *numbers.repeated_digits(lines),
        *numbers.same_again(lines),
        *times.haste(doors),
        *times.hours(doors),
        *travel.travel(doors),
        *travel.place(doors),
        *hub.shortfalls(looking.loads(session, window, lines, rules.allowance)),
        *silence.never_answered(all_doors),
        *silence.ghosts(all_doors, looking.heard_of(session)),
    ]


def _received_since(session: Session, day: date, rules: Rules) -> tuple[datetime, datetime]:
    """From the end of the last day that was looked at before, so that a night without a run loses nothing."""
    last = session.scalar(select(func.max(IntegrityRun.day)).where(IntegrityRun.day < day))
    first = max(last, day - timedelta(days=rules.window_days)) + timedelta(days=1) if last else day
    return Stretch(first, day, rules.timezone).edges


def _keep(session: Session, one: Found, day: date, rules: Rules, now: datetime) -> None:
    test, subject = one.test, one.test.subject
    about = (Finding.check == test.check, Finding.subject == subject.key)
    finding = session.scalar(select(Finding).where(*about, Finding.status == FindingStatus.OPEN))
    if finding is None:
        since = now - timedelta(days=rules.window_days)
        if session.scalar(select(Finding.id).where(*about, Finding.decided_at > since).limit(1)) is not None:
            return
        finding = Finding(
            check=test.check,
            subject=subject.key,
            collector_id=subject.collector_id,
            household_id=subject.household_id,
            material=subject.material,
            first_day=day,
            status=FindingStatus.OPEN,
        )
        session.add(finding)
    finding.last_day = max(day, finding.last_day or day)
    finding.p_value, finding.certainty = test.p_value, one.certainty
    finding.figures = dict(test.figures)
    session.flush()
