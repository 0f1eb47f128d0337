"""Which payment of a provider that asks before it pays an attempt has approved.

Revision ID: 2026_11_24_approvals
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_approvals"
down_revision = "2026_11_24_gateways"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payout_attempts", sa.Column("approved_as", sa.String(length=80), nullable=True))
