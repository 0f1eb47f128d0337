"""Questions to payment providers whose answers come by callback.

Revision ID: 2026_11_24_questions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_questions"
down_revision = "2026_11_24_ussd_costs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("question_sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payout_attempts.id"], name=op.f("fk_payout_questions_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_questions")),
        sa.UniqueConstraint(
            "provider", "question_sha256", name=op.f("uq_payout_questions_provider_question_sha256")
        ),
    )
    op.create_index(op.f("ix_payout_questions_attempt_id"), "payout_questions", ["attempt_id"], unique=False)
