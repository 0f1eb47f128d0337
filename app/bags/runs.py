"""Making bags' codes in runs, and calling a run back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.bags.codes import new_code
from app.bags.models import Bag, BagRun
from app.errors import InvalidInput, NotFound

MOST_BAGS: Final = 2_000
"""A run; some eighty pages."""
NOTE_MAX: Final = 80


def make(session: Session, *, bags: int, note: str, by: str, now: datetime) -> BagRun:
    """A run of so many new codes. Raises `InvalidInput` naming `bags` or `note`."""
    if not 1 <= bags <= MOST_BAGS:
        raise InvalidInput("bags", f"A run has 1 to {MOST_BAGS} bags.")
    if len(note) > NOTE_MAX:
        raise InvalidInput("note", f"Please keep it within {NOTE_MAX} characters.")
    run = BagRun(note=note, bags=bags, made_by=by, made_at=now)
    session.add(run)
    session.flush()
    fresh: set[str] = set()
    while len(fresh) < bags:
        made = {new_code() for _ in range(bags - len(fresh))}
        fresh |= made - set(session.scalars(select(Bag.code).where(Bag.code.in_(made))))
    session.add_all(Bag(code=code, run_id=run.id) for code in sorted(fresh))
    session.flush()
    return run


def get(session: Session, run_id: UUID) -> BagRun:
    """Raises `NotFound`."""
    found = session.get(BagRun, run_id)
    if found is None:
        raise NotFound("There is no such run of bags.")
    return found


def void(session: Session, run_id: UUID, now: datetime) -> BagRun:
    """Call the run's bags back: they are flagged wherever they are read from now on. Again, it changes nothing.

    Raises `NotFound`.
    """
    run = get(session, run_id)
    if run.void_since is None:
        run.void_since = now
        session.flush()
    return run


def codes_of(session: Session, run_id: UUID) -> Sequence[str]:
    return session.scalars(select(Bag.code).where(Bag.run_id == run_id).order_by(Bag.code)).all()


def in_use(session: Session) -> bool:
    """Whether there is any bag to look for a code on."""
    return bool(session.scalar(select(exists().where(BagRun.void_since.is_(None)))))
