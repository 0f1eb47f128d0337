"""Merchants, the vouchers they honour, and wrong guesses at codes.

Revision ID: 2026_11_29_merchants
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_merchants"
down_revision = "2026_11_29_holds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merchants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("payee_phone", sa.String(length=16), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("guesses_count_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_merchants_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
        sa.UniqueConstraint("code", name=op.f("uq_merchants_code")),
    )
    op.create_index(op.f("ix_merchants_zone_id"), "merchants", ["zone_id"], unique=False)
    op.create_table(
        "merchant_phones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_phones_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_phones")),
        sa.UniqueConstraint("phone", name=op.f("uq_merchant_phones_phone")),
    )
    op.create_index(op.f("ix_merchant_phones_merchant_id"), "merchant_phones", ["merchant_id"], unique=False)
    op.create_table(
        "merchant_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["phone_id"],
            ["merchant_phones.id"],
            name=op.f("fk_merchant_sessions_phone_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_merchant_sessions_token_hash")),
    )
    op.create_index(op.f("ix_merchant_sessions_phone_id"), "merchant_sessions", ["phone_id"], unique=False)
    with op.batch_alter_table("rewards") as rewards:
        rewards.add_column(sa.Column("merchant_id", sa.Uuid(), nullable=True))
        rewards.create_foreign_key(op.f("fk_rewards_merchant_id"), "merchants", ["merchant_id"], ["id"])
    _vouchers()


def _vouchers() -> None:
    op.create_table(
        "vouchers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("hold_account_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("only_at_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open", "paid", "expired", "cancelled", name="voucherstatus", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_to_id", sa.Uuid(), nullable=True),
        sa.Column("paid_through", sa.String(length=16), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_vouchers_amount_positive")),
        sa.CheckConstraint(
            "(status = 'paid') = (paid_to_id IS NOT NULL)", name=op.f("ck_vouchers_paid_to_somebody")
        ),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_vouchers_closed_at")),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_vouchers_redemption_id")
        ),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_vouchers_household_id")),
        sa.ForeignKeyConstraint(
            ["hold_account_id"], ["ledger_accounts.id"], name=op.f("fk_vouchers_hold_account_id")
        ),
        sa.ForeignKeyConstraint(["only_at_id"], ["merchants.id"], name=op.f("fk_vouchers_only_at_id")),
        sa.ForeignKeyConstraint(["paid_to_id"], ["merchants.id"], name=op.f("fk_vouchers_paid_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("code", name=op.f("uq_vouchers_code")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_vouchers_redemption_id")),
    )
    op.create_index(op.f("ix_vouchers_household_id"), "vouchers", ["household_id"], unique=False)
    op.create_index(op.f("ix_vouchers_paid_to_id"), "vouchers", ["paid_to_id"], unique=False)
    op.create_index("ix_vouchers_status_expires_at", "vouchers", ["status", "expires_at"], unique=False)
    op.create_table(
        "voucher_guesses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_voucher_guesses_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_guesses")),
    )
    op.create_index(
        "ix_voucher_guesses_merchant_id_at", "voucher_guesses", ["merchant_id", "at"], unique=False
    )


def downgrade() -> None:
    with op.batch_alter_table("rewards") as rewards:
        rewards.drop_constraint(op.f("fk_rewards_merchant_id"), type_="foreignkey")
        rewards.drop_column("merchant_id")
    for table in ("voucher_guesses", "vouchers", "merchant_sessions", "merchant_phones", "merchants"):
        op.drop_table(table)
