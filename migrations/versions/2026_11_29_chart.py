"""Kinds of accounts: savings goals, of which a household may have several, and who may go below zero.

Revision ID: 2026_11_29_chart
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ledger_triggers

revision = "2026_11_29_chart"
down_revision = "2026_11_24_questions"
branch_labels = None
depends_on = None

_ONE_OF_EACH = sa.text("kind IN ('household_credit', 'household_hold')")


def upgrade() -> None:
    with ledger_triggers.lifted(), op.batch_alter_table("ledger_accounts") as accounts:
        accounts.drop_constraint(op.f("ck_ledger_accounts_households_have_no_overdraft"), type_="check")
        accounts.drop_constraint(op.f("uq_ledger_accounts_household_id_kind"), type_="unique")
        accounts.create_check_constraint(
            op.f("ck_ledger_accounts_households_own_theirs"),
            "(kind IN ('household_credit', 'household_hold', 'savings_goal')) = (household_id IS NOT NULL)",
        )
        accounts.create_check_constraint(
            op.f("ck_ledger_accounts_nobody_else_may_overdraw"),
            "NOT may_go_below_zero OR kind IN ('funding', 'provider_float', 'receivable', 'fees',"
            " 'programme_expense', 'rounding', 'written_off')",
        )
        accounts.create_index(op.f("ix_ledger_accounts_household_id"), ["household_id"], unique=False)
        accounts.create_index(
            "uq_ledger_accounts_household",
            ["household_id", "kind"],
            unique=True,
            sqlite_where=_ONE_OF_EACH,
            postgresql_where=_ONE_OF_EACH,
        )


def downgrade() -> None:
    with ledger_triggers.lifted(), op.batch_alter_table("ledger_accounts") as accounts:
        accounts.drop_index("uq_ledger_accounts_household")
        accounts.drop_index(op.f("ix_ledger_accounts_household_id"))
        accounts.drop_constraint(op.f("ck_ledger_accounts_nobody_else_may_overdraw"), type_="check")
        accounts.drop_constraint(op.f("ck_ledger_accounts_households_own_theirs"), type_="check")
        accounts.create_unique_constraint(
            op.f("uq_ledger_accounts_household_id_kind"), ["household_id", "kind"]
        )
        accounts.create_check_constraint(
            op.f("ck_ledger_accounts_households_have_no_overdraft"),
            "(kind IN ('household_credit', 'household_hold')) = (household_id IS NOT NULL)"
            " AND (household_id IS NULL OR NOT may_go_below_zero)",
        )
