"""Trips and expected times on routes, pickups that must be served, who could not be, and troubles on the way.

Revision ID: 2026_11_29_days
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_days"
down_revision = "2026_11_29_reconciliations"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("routes", sa.Column("returns_at", _MOMENT, nullable=True))
    op.add_column("routes", sa.Column("rests_at", _MOMENT, nullable=True))
    op.add_column("route_stops", sa.Column("trip", sa.Integer(), server_default="1", nullable=False))
    op.add_column("route_stops", sa.Column("arrives_at", _MOMENT, nullable=True))
    op.add_column("route_stops", sa.Column("told_arrives_at", _MOMENT, nullable=True))
    op.add_column("route_stops", sa.Column("told_at", _MOMENT, nullable=True))
    op.add_column("pickups", sa.Column("must_serve", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(
        "household_phones",
        sa.Column("gets_approach", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "unserved_pickups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "no_collector",
                "too_heavy",
                "too_bulky",
                "too_far",
                "out_of_hours",
                "no_room_left",
                "not_worth_it",
                name="whyunplanned",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("next_pickup_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_unserved_pickups_hub_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_unserved_pickups_pickup_id")),
        sa.ForeignKeyConstraint(
            ["next_pickup_id"], ["pickups.id"], name=op.f("fk_unserved_pickups_next_pickup_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unserved_pickups")),
        sa.UniqueConstraint("pickup_id", name=op.f("uq_unserved_pickups_pickup_id")),
    )
    op.create_index(op.f("ix_unserved_pickups_date"), "unserved_pickups", ["date"], unique=False)
    op.create_table(
        "day_troubles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("bike_broken", "box_full", name="troublekind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("trip", sa.Integer(), nullable=False),
        sa.Column("reported_by", sa.String(length=80), nullable=False),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("resolved_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_day_troubles_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_troubles")),
    )
    op.create_index("ix_day_troubles_day", "day_troubles", ["date", "collector_id"], unique=False)


def downgrade() -> None:
    op.drop_table("day_troubles")
    op.drop_table("unserved_pickups")
    for table, columns in (
        ("household_phones", ("gets_approach",)),
        ("pickups", ("must_serve",)),
        ("route_stops", ("told_at", "told_arrives_at", "arrives_at", "trip")),
        ("routes", ("rests_at", "returns_at")),
    ):
        for column in columns:
            op.drop_column(table, column)
