"""Credit of weighings that a person looks at before it can be spent.

Revision ID: 2026_11_29_held_credits
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_held_credits"
down_revision = "2026_11_29_waiting"
branch_labels = None
depends_on = None

_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "held_credits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("weighing_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.String(length=24), nullable=False),
        sa.Column("certainty", sa.Double(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_by", sa.String(length=120), nullable=True),
        sa.Column("first_says", sa.String(length=24), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["weighing_id"], ["weighings.id"], name=op.f("fk_held_credits_weighing_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_held_credits_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_credits")),
    )
    op.create_index(op.f("ix_held_credits_weighing_id"), "held_credits", ["weighing_id"])
    op.create_index(op.f("ix_held_credits_household_id"), "held_credits", ["household_id"])
    op.create_index("ix_held_credits_due", "held_credits", ["status", "due_at"])
    op.create_index(
        "uq_held_credits_waiting",
        "held_credits",
        ["weighing_id"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_table("held_credits")
