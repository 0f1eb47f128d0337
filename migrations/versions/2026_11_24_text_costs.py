"""What each text cost; and the indexes by time that a month's reports read by.

Revision ID: 2026_11_24_text_costs
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_text_costs"
down_revision = "2026_11_23_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_messages", sa.Column("price_micros", sa.BigInteger(), nullable=True))
    op.add_column("outbox_messages", sa.Column("told_price_micros", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_outbox_messages_sent_at"), "outbox_messages", ["sent_at"], unique=False)
    op.create_index(op.f("ix_weighings_weighed_at"), "weighings", ["weighed_at"], unique=False)
    op.create_index(
        op.f("ix_ledger_transfers_effective_at"), "ledger_transfers", ["effective_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_transfers_effective_at"), "ledger_transfers")
    op.drop_index(op.f("ix_weighings_weighed_at"), "weighings")
    op.drop_index(op.f("ix_outbox_messages_sent_at"), "outbox_messages")
    op.drop_column("outbox_messages", "told_price_micros")
    op.drop_column("outbox_messages", "price_micros")
