"""Why a payout was given back.

Revision ID: 2026_11_29_reasons
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_reasons"
down_revision = "2026_11_29_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    because = sa.Enum("phone", "amount", "company", "person", name="because", native_enum=False, length=24)
    op.add_column("payouts", sa.Column("because", because, nullable=True))
