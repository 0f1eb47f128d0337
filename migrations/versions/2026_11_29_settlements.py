"""Settlements of merchants, each paid by one payout.

Revision ID: 2026_11_29_settlements
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_settlements"
down_revision = "2026_11_29_reasons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merchant_settlements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("owed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "paid",
                "given_back",
                "in_review",
                "reversed",
                name="settlementstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_merchant_settlements_amount_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_settlements_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_settlements")),
    )
    op.create_index(
        op.f("ix_merchant_settlements_merchant_id"), "merchant_settlements", ["merchant_id"], unique=False
    )
    under_way = sa.text("status IN ('requested', 'in_review')")
    op.create_index(
        "uq_merchant_settlements_open",
        "merchant_settlements",
        ["merchant_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )
    with op.batch_alter_table("payouts") as payouts:
        payouts.create_foreign_key(
            op.f("fk_payouts_settlement_id"), "merchant_settlements", ["settlement_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("payouts") as payouts:
        payouts.drop_constraint(op.f("fk_payouts_settlement_id"), type_="foreignkey")
    op.drop_table("merchant_settlements")
