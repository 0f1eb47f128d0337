"""What is known of a gateway's health.

Revision ID: 2026_11_24_gateways
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_gateways"
down_revision = "2026_11_24_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_health",
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("down_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_health")),
    )


def downgrade() -> None:
    op.drop_table("gateway_health")
