"""When each hub's day was last compared with what is true.

Revision ID: 2026_11_29_following
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_following"
down_revision = "2026_11_29_settlements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followed_days",
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_followed_days_hub_id")),
        sa.PrimaryKeyConstraint("hub_id", "date", name=op.f("pk_followed_days")),
    )


def downgrade() -> None:
    op.drop_table("followed_days")
