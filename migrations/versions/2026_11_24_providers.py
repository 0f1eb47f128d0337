"""Payment providers: chosen per payout, known to be well or not, and paid by hand with a proof.

Revision ID: 2026_11_24_providers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_providers"
down_revision = "2026_11_24_text_costs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rewards", sa.Column("provider", sa.String(length=32), nullable=True))
    op.add_column("payouts", sa.Column("candidates", sa.JSON(), nullable=True))
    op.create_table(
        "payment_provider_health",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("unwell_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("short_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("short_from_minor", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_payment_provider_health")),
    )
    op.create_table(
        "payout_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("receipt_number", sa.String(length=64), nullable=False),
        sa.Column("paid_by", sa.String(length=80), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting", "accepted", "rejected", name="proofstatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payout_proofs_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_proofs")),
    )
    op.create_index(op.f("ix_payout_proofs_payout_id"), "payout_proofs", ["payout_id"], unique=False)
    standing = sa.text("status <> 'rejected'")
    op.create_index(
        "uq_payout_proofs_standing",
        "payout_proofs",
        ["payout_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(
        "uq_payout_proofs_receipt",
        "payout_proofs",
        ["method", "receipt_number"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
