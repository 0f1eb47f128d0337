"""Households that join at their door, and cases about those that may be known already.

Revision ID: 2026_11_29_enrolments
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_enrolments"
down_revision = "2026_11_29_roundings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collectors.id"], name=op.f("fk_enrolments_collector_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_enrolments_household_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_enrolments_pickup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    for column in ("collector_id", "household_id", "received_at"):
        op.create_index(op.f(f"ix_enrolments_{column}"), "enrolments", [column])
    op.add_column("collector_cases", sa.Column("household_ids", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("collector_cases") as batch:
        batch.drop_column("household_ids")
    op.drop_table("enrolments")
