"""Who wrote an opt-out down for somebody, and why.

Revision ID: 2026_11_24_consent
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_consent"
down_revision = "2026_11_24_providers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_events", sa.Column("recorded_by", sa.String(length=120), nullable=True))
    op.add_column("consent_events", sa.Column("reason", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("consent_events", "reason")
    op.drop_column("consent_events", "recorded_by")
