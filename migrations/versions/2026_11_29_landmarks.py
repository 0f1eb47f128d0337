"""Landmarks that people name when they say where they live.

Revision ID: 2026_11_29_landmarks
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_landmarks"
down_revision = "2026_11_29_following"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "landmarks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("uncertainty_metres", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("uncertainty_metres > 0", name=op.f("ck_landmarks_uncertainty")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_landmarks_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landmarks")),
    )
    op.create_index(op.f("ix_landmarks_zone_id"), "landmarks", ["zone_id"])


def downgrade() -> None:
    op.drop_table("landmarks")
