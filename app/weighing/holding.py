"""Credit that is earned but held: in the book from the first moment, spendable once it is let go.

It lies on the household's hold, so what can be spent, what is held and what was paid out still come to what was
earned. Nobody outside a transaction ever sees it in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.weighing.doubting import Doubt
from app.weighing.models import HeldCredit, HeldStatus, Weighing

_HOLD, _UNHOLD = "credit_hold", "credit_unhold"

log = structlog.get_logger()


def hold(session: Session, weighing: Weighing, amount_minor: int, doubt: Doubt, now: datetime) -> HeldCredit:
    """Put `amount_minor` of what `weighing` earned on hold."""
    held = HeldCredit(
        id=new_id(),
        weighing_id=weighing.id,
        household_id=weighing.household_id,
        amount_minor=amount_minor,
        because=doubt.because,
        certainty=doubt.certainty,
        figures=dict(doubt.figures),
        status=HeldStatus.WAITING,
        held_at=now,
        due_at=doubt.until,
    )
    session.add(held)
    session.flush()
    _move(session, held, _HOLD, f"held:{held.id}:hold", now)
    log.warning("held_credit.held", held_credit_id=str(held.id), because=doubt.because.value)
    return held


def let_go(session: Session, held: HeldCredit, now: datetime) -> None:
    """It can be spent from now on. `held` is locked by the caller, and waits."""
    _move(session, held, _UNHOLD, f"held:{held.id}:unhold", now)


def take_back(session: Session, held: HeldCredit, now: datetime) -> None:
    """It was not earned after all. `held` as in `let_go`."""
    let_go(session, held, now)
    credit = ledger.household_accounts(session, held.household_id).credit_id
    expense = ledger.named(session, ledger.PROGRAMME_EXPENSE)
    posting = ledger.Posting(credit, expense, held.amount_minor)
    _book(session, held, "weighing_declined", posting, key=f"held:{held.id}:declined", now=now)


def waiting(session: Session, weighing_id: UUID) -> HeldCredit | None:
    """What of a weighing's credit is on hold, locked."""
    return session.scalar(
        select(HeldCredit)
        .where(HeldCredit.weighing_id == weighing_id, HeldCredit.status == HeldStatus.WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_for_correction(session: Session, held: HeldCredit, correction_id: UUID, now: datetime) -> None:
    """Let a correction reach what is on hold; `close_again` must follow in the same transaction."""
    _move(session, held, _UNHOLD, f"held:{held.id}:unhold:{correction_id}", now)


def close_again(
    session: Session, held: HeldCredit, difference_minor: int, correction_id: UUID, now: datetime
) -> None:
    """Hold what the correction left of it."""
    held.amount_minor += difference_minor
    if held.amount_minor > 0:
        _move(session, held, _HOLD, f"held:{held.id}:hold:{correction_id}", now)
    else:
        held.status, held.decided_at = HeldStatus.CORRECTED, now
    session.flush()


def declined_minor(session: Session, weighing_id: UUID) -> int:
    """What of a weighing's credit was taken back, because a person said that it was not earned."""
    taken = select(func.coalesce(func.sum(HeldCredit.amount_minor), 0)).where(
        HeldCredit.weighing_id == weighing_id, HeldCredit.status == HeldStatus.DECLINED
    )
    return int(session.scalar(taken) or 0)


def declined_since(session: Session, household_id: UUID, moment: datetime) -> UUID | None:
    """The weighing whose credit was declined last, at `moment` or later."""
    return session.scalar(
        select(HeldCredit.weighing_id)
        .where(
            HeldCredit.household_id == household_id,
            HeldCredit.status == HeldStatus.DECLINED,
            HeldCredit.decided_at >= moment,
        )
        .order_by(HeldCredit.decided_at.desc(), HeldCredit.id.desc())
        .limit(1)
    )


def waiting_minor(session: Session, household_id: UUID) -> int:
    """What a household's credit will grow by, if all goes well."""
    waits = select(func.coalesce(func.sum(HeldCredit.amount_minor), 0)).where(
        HeldCredit.household_id == household_id, HeldCredit.status == HeldStatus.WAITING
    )
    return int(session.scalar(waits) or 0)


def claims(session: Session) -> Mapping[UUID, int]:
    """What waits on hold, by the hold's account: for `app.payouts.holds.check`."""
    rows = session.execute(
        select(HeldCredit.household_id, func.sum(HeldCredit.amount_minor))
        .where(HeldCredit.status == HeldStatus.WAITING)
        .group_by(HeldCredit.household_id)
    ).all()
    return {
        ledger.household_accounts(session, household_id).hold_id: int(amount) for household_id, amount in rows
    }


def _move(session: Session, held: HeldCredit, kind: str, key: str, now: datetime) -> None:
    accounts = ledger.household_accounts(session, held.household_id)
    way = (accounts.credit_id, accounts.hold_id)
    _book(
        session,
        held,
        kind,
        ledger.Posting(*(way if kind == _HOLD else way[::-1]), held.amount_minor),
        key=key,
        now=now,
    )


def _book(
    session: Session, held: HeldCredit, kind: str, posting: ledger.Posting, *, key: str, now: datetime
) -> None:
    ledger.transfer(
        session,
        key=key,
        kind=kind,
        postings=[posting],
        reason=f"weighing looked at: {held.because.value}",
        cause=ledger.Cause("held_credit", held.id),
        effective_at=now,
        now=now,
    )
