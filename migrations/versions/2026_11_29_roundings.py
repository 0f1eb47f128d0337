"""What fractions in a provider's fees have come to, booked apart from what was moved into its float.

Revision ID: 2026_11_29_roundings
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_roundings"
down_revision = "2026_11_29_bags"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "float_topups", sa.Column("rounding", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("float_topups", "rounding")
