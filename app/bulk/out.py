"""Tables as CSV, read in batches so that nobody waits for a long export."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO, Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.bulk import collectors_out
from app.bulk.cells import guarded
from app.container import Container
from app.households import service as households
from app.households.models import Household
from app.ledger import service as ledger
from app.merchants import service as merchants
from app.payouts.models import Payout
from app.pickups.models import Pickup
from app.places import pluscodes
from app.places.models import Zone
from app.rewards.models import Redemption, Reward
from app.rewards.vouchers.codes import tail
from app.rewards.vouchers.models import Voucher
from app.weighing.models import Material, Weighing, WeighingLine

_BATCH_ROWS: Final = 500
Batch = tuple[Sequence[Sequence[Any]], UUID | None]


def _households(session: Session, after: UUID | None) -> Batch:
    query = select(Household, Zone.code).join(Zone, Zone.id == Household.zone_id)
    query = query.order_by(Household.id).limit(_BATCH_ROWS)
    found = session.execute(query if after is None else query.where(Household.id > after)).all()
    ids = [household.id for household, _ in found]
    phones, balances = households.phones_of(session, ids), ledger.balances(session, ids)
    rows = [
        (
            household.id,
            phones[household.id][0].phone if phones[household.id] else "",
            guarded(household.name),
            household.language,
            zone,
            guarded(household.landmark),
            household.latitude,
            household.longitude,
            _plus_code(household),
            household.status.value,
            household.joined_at.isoformat(),
            balances[household.id],
        )
        for household, zone in found
    ]
    return rows, ids[-1] if ids else None


def _plus_code(household: Household) -> str:
    place = households.location_of(household)
    return pluscodes.of(place) if place else ""


def _pickups(session: Session, after: UUID | None) -> Batch:
    query = select(Pickup, Zone.code).join(Zone, Zone.id == Pickup.zone_id)
    query = query.order_by(Pickup.id).limit(_BATCH_ROWS)
    found = session.execute(query if after is None else query.where(Pickup.id > after)).all()
    rows = [
        (
            pickup.id,
            pickup.household_id,
            zone,
            pickup.date.isoformat(),
            pickup.kind.value,
            pickup.status.value,
            pickup.missed_reason.value if pickup.missed_reason else "",
            pickup.moved_from.isoformat() if pickup.moved_from else "",
        )
        for pickup, zone in found
    ]
    return rows, found[-1][0].id if found else None


def _weighings(session: Session, after: UUID | None) -> Batch:
    page = select(Weighing.id).order_by(Weighing.id).limit(_BATCH_ROWS)
    ids = list(session.scalars(page if after is None else page.where(Weighing.id > after)))
    found = session.execute(
        select(Weighing, Material.code, WeighingLine)
        .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
        .join(Material, Material.id == WeighingLine.material_id)
        .where(Weighing.id.in_(ids))
        .order_by(Weighing.id, Material.code)
    )
    rows = [
        (
            weighing.id,
            weighing.pickup_id,
            weighing.household_id,
            weighing.collector_id,
            weighing.weighed_at.isoformat(),
            material,
            line.grams,
            line.rate_minor_per_kilogram,
            line.amount_minor,
        )
        for weighing, material, line in found
    ]
    return rows, ids[-1] if ids else None


def _payouts(session: Session, after: UUID | None) -> Batch:
    query = select(Payout).order_by(Payout.id).limit(_BATCH_ROWS)
    found = session.scalars(query if after is None else query.where(Payout.id > after)).all()
    rows = [
        (
            payout.id,
            payout.household_id,
            payout.provider,
            payout.payee_phone,
            payout.amount_minor,
            payout.currency,
            payout.status.value,
            payout.created_at.isoformat(),
        )
        for payout in found
    ]
    return rows, found[-1].id if found else None


def _redemptions(session: Session, after: UUID | None) -> Batch:
    query = (
        select(Redemption, Reward.code, Reward.kind)
        .join(Reward, Reward.id == Redemption.reward_id)
        .order_by(Redemption.id)
        .limit(_BATCH_ROWS)
    )
    found = session.execute(query if after is None else query.where(Redemption.id > after)).all()
    rows = [
        (
            made.id,
            made.household_id,
            code,
            kind.value,
            made.way.value,
            made.amount_minor,
            made.bonus_minor,
            made.payee_phone,
            made.beneficiary_id,
            made.status.value,
            made.created_at.isoformat(),
        )
        for made, code, kind in found
    ]
    return rows, found[-1][0].id if found else None


def _vouchers(session: Session, after: UUID | None) -> Batch:
    query = select(Voucher).order_by(Voucher.id).limit(_BATCH_ROWS)
    found = session.scalars(query if after is None else query.where(Voucher.id > after)).all()
    shops = merchants.codes(session, {one.paid_to_id for one in found if one.paid_to_id})
    rows = [
        (
            voucher.id,
            tail(voucher.code),
            voucher.household_id,
            voucher.what,
            voucher.amount_minor,
            voucher.currency,
            voucher.status.value,
            voucher.issued_at.isoformat(),
            voucher.last_day.isoformat(),
            voucher.closed_at.isoformat() if voucher.closed_at else "",
            shops[voucher.paid_to_id] if voucher.paid_to_id else "",
        )
        for voucher in found
    ]
    return rows, found[-1].id if found else None


TABLES: Final[dict[str, tuple[str, Callable[[Session, UUID | None], Batch]]]] = {
    "households": (
        "id phone name language zone landmark latitude longitude plus_code status joined_at balance_minor",
        _households,
    ),
    "collectors": (collectors_out.HEADER, partial(collectors_out.batch, limit=_BATCH_ROWS)),
    "pickups": ("id household_id zone date kind status missed_reason moved_from", _pickups),
    "weighings": (
        "id pickup_id household_id collector_id weighed_at material grams rate_minor_per_kilogram amount_minor",
        _weighings,
    ),
    "redemptions": (
        "id household_id reward kind way amount_minor bonus_minor payee_phone beneficiary_id status created_at",
        _redemptions,
    ),
    "vouchers": (
        "id digits household_id what amount_minor currency status issued_at last_day closed_at paid_to",
        _vouchers,
    ),
    "payouts": ("id household_id provider payee_phone amount_minor currency status created_at", _payouts),
}


def export(container: Container, table: str, file: IO[str]) -> Iterator[int]:
    """Write `table` to `file` with a header, yielding the number of rows after each batch.

    `households` and `collectors` have the columns that their imports take, and more.
    """
    header, read = TABLES[table]
    writer = csv.writer(file)
    writer.writerow(header.split())
    with container.database.unit_of_work() as session:
        record(session, COMMAND_LINE.actor, "exported", table, None, now=container.clock.now())
    after: UUID | None = None
    while True:
        with container.database.unit_of_work() as session:
            rows, after = read(session, after)
        if after is None:
            return
        writer.writerows(rows)
        yield len(rows)
