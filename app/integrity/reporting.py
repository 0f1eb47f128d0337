"""A day's findings, and what else waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.integrity.models import Finding, FindingStatus, IntegrityRun
from app.weighing.models import HeldCredit, HeldStatus


@dataclass(frozen=True)
class Report:
    day: date | None
    """None where no day was ever looked at."""
    run: IntegrityRun | None
    findings: Sequence[Finding]
    """That stood out on the day, the surest first; decided ones among them."""
    open_before: int
    held_count: int
    held_minor: int


def report(session: Session, day: date | None) -> Report:
    """Of `day`, or of the newest day that was looked at."""
    day = day or session.scalar(select(func.max(IntegrityRun.day)))
    findings = session.scalars(
        select(Finding).where(Finding.last_day == day).order_by(Finding.p_value, Finding.id)
    ).all()
    others = select(func.count()).where(Finding.status == FindingStatus.OPEN, Finding.last_day != day)
    held = select(func.count(), func.coalesce(func.sum(HeldCredit.amount_minor), 0)).where(
        HeldCredit.status == HeldStatus.WAITING
    )
    count, held_minor = session.execute(held).one()
    run = session.get(IntegrityRun, day) if day else None
    return Report(day, run, findings, session.scalar(others) or 0, int(count), int(held_minor))
