"""When a payment that never arrived was sent once more under its own reference.

Revision ID: 2026_11_29_resending
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_resending"
down_revision = "2026_11_29_held_credits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payout_attempts", sa.Column("resent_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("payout_attempts", "resent_at")
