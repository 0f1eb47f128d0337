"""Payouts of more than households' credit: each names the accounts that it is paid from, and who wants it.

Revision ID: 2026_11_29_purses
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_purses"
down_revision = "2026_11_29_rewards"
branch_labels = None
depends_on = None

_ACCOUNTS = {"source_account_id": "household_credit", "hold_account_id": "household_hold"}


def upgrade() -> None:
    with op.batch_alter_table("payouts") as payouts:
        payouts.alter_column("redemption_id", existing_type=sa.Uuid(), nullable=True)
        payouts.alter_column("household_id", existing_type=sa.Uuid(), nullable=True)
        for column in ("settlement_id", *_ACCOUNTS):
            payouts.add_column(sa.Column(column, sa.Uuid(), nullable=True))
    for column, kind in _ACCOUNTS.items():
        accounts = sa.table("ledger_accounts", *(sa.column(name) for name in ("id", "household_id", "kind")))
        payouts_now = sa.table("payouts", sa.column("household_id"), sa.column(column))
        account_id = (
            sa.select(accounts.c.id)
            .where(accounts.c.household_id == payouts_now.c.household_id, accounts.c.kind == kind)
            .scalar_subquery()
        )
        op.execute(payouts_now.update().values({column: account_id}))
    with op.batch_alter_table("payouts") as payouts:
        for column in _ACCOUNTS:
            payouts.alter_column(column, existing_type=sa.Uuid(), nullable=False)
            payouts.create_foreign_key(op.f(f"fk_payouts_{column}"), "ledger_accounts", [column], ["id"])
        payouts.create_unique_constraint(op.f("uq_payouts_settlement_id"), ["settlement_id"])
        payouts.create_index(op.f("ix_payouts_hold_account_id"), ["hold_account_id"], unique=False)
        payouts.create_check_constraint(
            op.f("ck_payouts_one_purpose"),
            "(redemption_id IS NULL) <> (settlement_id IS NULL)"
            " AND (redemption_id IS NULL) = (household_id IS NULL)",
        )


def downgrade() -> None:
    with op.batch_alter_table("payouts") as payouts:
        payouts.drop_constraint(op.f("ck_payouts_one_purpose"), type_="check")
        payouts.drop_index(op.f("ix_payouts_hold_account_id"))
        payouts.drop_constraint(op.f("uq_payouts_settlement_id"), type_="unique")
        for column in _ACCOUNTS:
            payouts.drop_constraint(op.f(f"fk_payouts_{column}"), type_="foreignkey")
        for column in ("settlement_id", *_ACCOUNTS):
            payouts.drop_column(column)
        payouts.alter_column("redemption_id", existing_type=sa.Uuid(), nullable=False)
        payouts.alter_column("household_id", existing_type=sa.Uuid(), nullable=False)
