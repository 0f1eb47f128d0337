"""The three-way match itself. Pure: lines of a statement, attempts as we know them, and what the book says of each.

A line and an attempt belong together where our reference is the same, else where the provider's is. Lines outside the
day only help to find what lies across midnight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.payouts.models import TOOK_FLOAT, AttemptResult
from app.payouts.telling import StatementLine, StatementStatus
from app.reconciliation.differences import Difference

_GIVEN_BACK = frozenset({AttemptResult.FAILED, AttemptResult.NOT_FOUND, AttemptResult.NOT_SENT})


@dataclass(frozen=True)
class Attempted:
    """One attempt of ours."""

    payout_id: UUID
    reference: str
    provider_reference: str | None
    amount_minor: int
    currency: str
    payee_phone: str
    result: AttemptResult | None
    """None while it is open."""
    booked_minor: int
    """What the book has taken off the float for it, and not put back."""
    of_the_day: bool = True


@dataclass(frozen=True)
class Found:
    """A difference, with what it is about."""

    kind: Difference
    attempt: Attempted | None = None
    line: StatementLine | None = None


def pair(
    lines: Iterable[StatementLine], attempts: Iterable[Attempted]
) -> tuple[dict[str, list[StatementLine]], list[StatementLine]]:
    """Lines by our reference, and those that belong to no attempt."""
    attempts = list(attempts)
    ours = {one.reference for one in attempts}
    theirs = {one.provider_reference: one.reference for one in attempts if one.provider_reference}
    found: dict[str, list[StatementLine]] = defaultdict(list)
    strange = []
    for line in lines:
        reference = line.reference if line.reference in ours else theirs.get(line.provider_reference or "")
        if reference is None:
            strange.append(line)
        else:
            found[reference].append(line)
    return found, strange


def compare(
    day_lines: Sequence[StatementLine],
    other_lines: Sequence[StatementLine],
    attempts: Sequence[Attempted],
    *,
    stated: bool,
) -> list[Found]:
    """Every difference. `stated` is False where there is no statement at all: then only attempts and book are compared."""
    found: list[Found] = []
    of_attempt, strange = pair(day_lines, attempts)
    nearby, _ = pair(other_lines, attempts)
    found += [
        Found(Difference.CREDIT_WITHOUT_ATTEMPT, line=line)
        for line in strange
        if line.status is StatementStatus.CREDITED
    ]
    for attempt in attempts:
        expected = attempt.amount_minor if attempt.result in TOOK_FLOAT else 0
        if attempt.booked_minor != expected:
            kind = Difference.NOT_IN_BOOK if expected else Difference.BOOKED_WITHOUT_ATTEMPT
            found.append(Found(kind, attempt))
        if not stated:
            continue
        lines = of_attempt.get(attempt.reference, [])
        if lines or nearby.get(attempt.reference):
            found += _with_lines(attempt, lines + nearby.get(attempt.reference, []))
        elif attempt.of_the_day:
            found += _without_line(attempt)
    if not stated and attempts:
        found.append(Found(Difference.NO_STATEMENT))
    return found


def _without_line(attempt: Attempted) -> list[Found]:
    if attempt.result in TOOK_FLOAT:
        return [Found(Difference.BOOKED_BUT_MISSING, attempt)]
    return [Found(Difference.OPEN_AND_MISSING, attempt)] if attempt.result is None else []


def _with_lines(attempt: Attempted, lines: Sequence[StatementLine]) -> list[Found]:
    credited = [line for line in lines if line.status is StatementStatus.CREDITED]
    if not credited:
        return _uncredited(attempt, lines)
    line, found = credited[0], []
    if len(credited) > 1:
        found.append(Found(Difference.PAID_TWICE, attempt, credited[1]))
    if attempt.result is None:
        found.append(Found(Difference.OPEN_BUT_PAID, attempt, line))
    elif attempt.result in _GIVEN_BACK:
        found.append(Found(Difference.PAID_THOUGH_GIVEN_BACK, attempt, line))
    elif attempt.result is AttemptResult.REVERSED:
        found.append(Found(Difference.PAID_THOUGH_TAKEN_BACK, attempt, line))
    differing = _differing(attempt, line)
    return found if differing is None else [*found, Found(differing, attempt, line)]


def _uncredited(attempt: Attempted, lines: Sequence[StatementLine]) -> list[Found]:
    failed = next((line for line in lines if line.status is StatementStatus.FAILED), None)
    waiting = next((line for line in lines if line.status is StatementStatus.PENDING), None)
    if attempt.result in TOOK_FLOAT:
        if failed is not None:
            return [Found(Difference.BOOKED_BUT_FAILED, attempt, failed)]
        return [Found(Difference.BOOKED_BUT_PENDING, attempt, waiting)] if waiting else _without_line(attempt)
    if attempt.result is None and failed is not None:
        return [Found(Difference.OPEN_BUT_FAILED, attempt, failed)]
    return []


def _differing(attempt: Attempted, line: StatementLine) -> Difference | None:
    if line.currency != attempt.currency:
        return Difference.CURRENCY_DIFFERS
    if line.amount_minor != attempt.amount_minor:
        return Difference.AMOUNT_DIFFERS
    if line.payee_phone is not None and line.payee_phone != attempt.payee_phone:
        return Difference.PAYEE_DIFFERS
    return None
