"""People's decisions on payouts, raw exchanges, providers' fees, and contradictions that wait for a person.

Revision ID: 2026_11_29_decisions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_decisions"
down_revision = "2026_11_29_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconded_by", sa.String(length=120), nullable=True),
        sa.Column("seconded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_because", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payout_decisions_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_decisions")),
    )
    op.create_index(op.f("ix_payout_decisions_payout_id"), "payout_decisions", ["payout_id"], unique=False)
    op.create_index(op.f("ix_payout_decisions_status"), "payout_decisions", ["status"], unique=False)
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "uq_payout_decisions_waiting",
        "payout_decisions",
        ["payout_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.add_column("payouts", sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_payouts_alarmed_at"), "payouts", ["alarmed_at"], unique=False)
    op.add_column("payout_attempts", sa.Column("fee_minor", sa.BigInteger(), nullable=True))
    late = sa.text("result = 'late'")
    op.create_index(
        "ix_payout_attempts_late",
        "payout_attempts",
        ["closed_at"],
        unique=False,
        sqlite_where=late,
        postgresql_where=late,
    )
    op.add_column("payout_observations", sa.Column("exchange", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("payout_observations", "exchange")
    op.drop_index("ix_payout_attempts_late", "payout_attempts")
    op.drop_column("payout_attempts", "fee_minor")
    op.drop_index(op.f("ix_payouts_alarmed_at"), "payouts")
    op.drop_column("payouts", "alarmed_at")
    op.drop_index("uq_payout_decisions_waiting", "payout_decisions")
    op.drop_index(op.f("ix_payout_decisions_status"), "payout_decisions")
    op.drop_index(op.f("ix_payout_decisions_payout_id"), "payout_decisions")
    op.drop_table("payout_decisions")
