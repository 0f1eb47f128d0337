"""Stops that wait for a colleague, and what is given for them in return.

Revision ID: 2026_11_29_waiting
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_waiting"
down_revision = "2026_11_29_seconded"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("routes", sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "team_offer_stops", sa.Column("in_return", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("team_offer_stops", "in_return")
    op.drop_column("routes", "waits_until")
