"""Campaigns, whom each was for, and answers to quizzes; and texts that others may overtake.

Revision ID: 2026_11_24_campaigns
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_campaigns"
down_revision = "2026_11_24_consent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("segment", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("fallback_language", sa.String(length=12), nullable=True),
        sa.Column("quiz", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sponsor", sa.String(length=20), nullable=True),
        sa.Column("sponsor_name", sa.String(length=20), nullable=True),
        sa.Column("credit_minor", sa.Integer(), nullable=True),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("library_key", sa.String(length=60), nullable=True),
        sa.Column("week", sa.String(length=8), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'quiz') = (quiz IS NOT NULL)", name=op.f("ck_campaigns_quiz_has_answers")
        ),
        sa.CheckConstraint(
            "(sponsor IS NULL) = (credit_minor IS NULL) AND (sponsor IS NULL) = (budget_minor IS NULL)",
            name=op.f("ck_campaigns_sponsor_gives_credit"),
        ),
        sa.CheckConstraint(
            "credit_minor IS NULL OR (credit_minor > 0 AND budget_minor > 0)",
            name=op.f("ck_campaigns_credit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("kind", "week", name=op.f("uq_campaigns_kind_week")),
    )
    op.create_index(op.f("ix_campaigns_library_key"), "campaigns", ["library_key"], unique=False)
    op.create_index(op.f("ix_campaigns_status"), "campaigns", ["status"], unique=False)
    op.create_table(
        "quiz_answers",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_quiz_answers_campaign_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_quiz_answers_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_quiz_answers_transfer_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "phone", name=op.f("pk_quiz_answers")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_quiz_answers_transfer_id")),
    )
    op.create_index(op.f("ix_quiz_answers_household_id"), "quiz_answers", ["household_id"], unique=False)
    op.create_table(
        "campaign_recipients",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_recipients_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_campaign_recipients_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_messages.id"], name=op.f("fk_campaign_recipients_outbox_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "phone", name=op.f("pk_campaign_recipients")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_campaign_recipients_outbox_id")),
    )
    op.create_index(
        op.f("ix_campaign_recipients_household_id"), "campaign_recipients", ["household_id"], unique=False
    )
    op.create_index(
        "ix_campaign_recipients_left", "campaign_recipients", ["campaign_id", "status"], unique=False
    )
    op.create_index(
        "ix_campaign_recipients_phone_written", "campaign_recipients", ["phone", "written_at"], unique=False
    )
    op.add_column(
        "outbox_messages", sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("outbox_messages", "priority")
    op.drop_index("ix_campaign_recipients_phone_written", "campaign_recipients")
    op.drop_index("ix_campaign_recipients_left", "campaign_recipients")
    op.drop_index(op.f("ix_campaign_recipients_household_id"), "campaign_recipients")
    op.drop_table("campaign_recipients")
    op.drop_index(op.f("ix_quiz_answers_household_id"), "quiz_answers")
    op.drop_table("quiz_answers")
    op.drop_index(op.f("ix_campaigns_status"), "campaigns")
    op.drop_index(op.f("ix_campaigns_library_key"), "campaigns")
    op.drop_table("campaigns")
