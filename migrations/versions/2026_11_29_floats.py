"""Our float with each provider: what was put there, and what the provider says is left.

Revision ID: 2026_11_29_floats
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_floats"
down_revision = "2026_11_29_purses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "float_topups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("receipt_number", sa.String(length=64), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_float_topups_moves_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_float_topups")),
        sa.UniqueConstraint(
            "provider", "receipt_number", name=op.f("uq_float_topups_provider_receipt_number")
        ),
    )
    op.create_index(op.f("ix_float_topups_provider"), "float_topups", ["provider"], unique=False)
    op.create_table(
        "float_standings",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=80), nullable=True),
        sa.Column(
            "level",
            sa.Enum("unknown", "enough", "low", "out", name="level", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_float_standings")),
    )
    op.create_index(
        op.f("ix_payout_attempts_provider_created_at"), "payout_attempts", ["provider", "created_at"]
    )
