"""What each USSD session cost, as a number, and the index by time that a month's reports read by.

Revision ID: 2026_11_24_ussd_costs
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_ussd_costs"
down_revision = "2026_11_24_ussd"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ussd_sessions", sa.Column("told_price_micros", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_ussd_sessions_started_at"), "ussd_sessions", ["started_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ussd_sessions_started_at"), "ussd_sessions")
    op.drop_column("ussd_sessions", "told_price_micros")
