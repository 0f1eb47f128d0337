"""How fast each zone was found to be.

Revision ID: 2026_11_29_paces
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_paces"
down_revision = "2026_11_29_landmarks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zone_paces",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("factor", sa.Double(), nullable=False),
        sa.Column("stop_seconds", sa.Double(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_paces_zone_id")),
        sa.PrimaryKeyConstraint("zone_id", name=op.f("pk_zone_paces")),
    )


def downgrade() -> None:
    op.drop_table("zone_paces")
