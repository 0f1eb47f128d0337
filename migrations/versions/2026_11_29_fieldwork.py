"""What collectors' phones send of the day, with the phones' own times.

Revision ID: 2026_11_29_fieldwork
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_fieldwork"
down_revision = "2026_11_29_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visits", sa.Column("device_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("visits", sa.Column("via", sa.String(length=24), server_default="form", nullable=False))
    op.create_table(
        "field_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("off_route", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_field_records_collector_id")
        ),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_field_records_pickup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_records")),
    )
    op.create_index(op.f("ix_field_records_collector_id"), "field_records", ["collector_id"], unique=False)
    op.create_index(op.f("ix_field_records_pickup_id"), "field_records", ["pickup_id"], unique=False)
