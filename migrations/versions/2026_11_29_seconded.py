"""Decisions on where a goal pays to, and on what leaves a pot, that wait for a second person.

Revision ID: 2026_11_29_seconded
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_seconded"
down_revision = "2026_11_29_hub"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reward_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reward_id", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.String(length=24), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("payee_phone", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconded_by", sa.String(length=120), nullable=True),
        sa.Column("seconded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_because", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name=op.f("fk_reward_decisions_reward_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_decisions")),
    )
    op.create_index(op.f("ix_reward_decisions_reward_id"), "reward_decisions", ["reward_id"], unique=False)
    op.create_index(op.f("ix_reward_decisions_status"), "reward_decisions", ["status"], unique=False)
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "uq_reward_decisions_waiting",
        "reward_decisions",
        ["reward_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    op.drop_index("uq_reward_decisions_waiting", "reward_decisions")
    op.drop_index(op.f("ix_reward_decisions_status"), "reward_decisions")
    op.drop_index(op.f("ix_reward_decisions_reward_id"), "reward_decisions")
    op.drop_table("reward_decisions")
