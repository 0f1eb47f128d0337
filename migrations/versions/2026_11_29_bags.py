"""Bags with a printed code, and where their codes were read.

Revision ID: 2026_11_29_bags
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_bags"
down_revision = "2026_11_29_resending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bag_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=80), nullable=False),
        sa.Column("bags", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("bags > 0", name=op.f("ck_bag_runs_bags")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bag_runs")),
    )
    op.create_table(
        "bags",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["bag_runs.id"], name=op.f("fk_bags_run_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_bags")),
    )
    op.create_index(op.f("ix_bags_run_id"), "bags", ["run_id"])
    op.create_table(
        "bag_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=24), nullable=False),
        sa.Column("finding", sa.String(length=24), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=True),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_bag_readings_pickup_id")),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_bag_readings_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bag_readings")),
    )
    op.create_index(op.f("ix_bag_readings_code"), "bag_readings", ["code"])
    op.create_index(op.f("ix_bag_readings_pickup_id"), "bag_readings", ["pickup_id"])
    op.create_index("ix_bag_readings_read_at_id", "bag_readings", ["read_at", "id"])


def downgrade() -> None:
    op.drop_table("bag_readings")
    op.drop_table("bags")
    op.drop_table("bag_runs")
