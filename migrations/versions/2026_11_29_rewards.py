"""Kinds of rewards, their stock and who may have them; goals, gifts, and what sponsors add.

Revision ID: 2026_11_29_rewards
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_rewards"
down_revision = "2026_11_29_riders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reward_bonuses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reward_id", sa.Uuid(), nullable=False),
        sa.Column("sponsor", sa.String(length=20), nullable=False),
        sa.Column("sponsor_name", sa.String(length=20), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_reward_bonuses_percent")),
        sa.CheckConstraint(
            "used_minor >= 0 AND used_minor <= budget_minor", name=op.f("ck_reward_bonuses_within_budget")
        ),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name=op.f("fk_reward_bonuses_reward_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_bonuses")),
    )
    op.create_index(op.f("ix_reward_bonuses_reward_id"), "reward_bonuses", ["reward_id"], unique=False)
    with op.batch_alter_table("rewards") as rewards:
        rewards.add_column(sa.Column("stock", sa.Integer(), nullable=True))
        rewards.add_column(sa.Column("eligibility", sa.JSON(none_as_null=True), nullable=True))
        rewards.add_column(sa.Column("goal_payee_phone", sa.String(length=16), nullable=True))
        rewards.add_column(
            sa.Column("goal_may_take_back", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        rewards.create_check_constraint(op.f("ck_rewards_stock_not_negative"), "stock >= 0")
    with op.batch_alter_table("redemptions") as redemptions:
        redemptions.add_column(sa.Column("way", sa.String(length=24), server_default="spend", nullable=False))
        redemptions.add_column(sa.Column("bonus_minor", sa.BigInteger(), server_default="0", nullable=False))
        redemptions.add_column(sa.Column("bonus_id", sa.Uuid(), nullable=True))
        redemptions.add_column(sa.Column("beneficiary_id", sa.Uuid(), nullable=True))
        redemptions.add_column(
            sa.Column("stock_taken", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        redemptions.create_check_constraint(op.f("ck_redemptions_bonus_not_negative"), "bonus_minor >= 0")
        redemptions.create_foreign_key(
            op.f("fk_redemptions_bonus_id"), "reward_bonuses", ["bonus_id"], ["id"]
        )
        redemptions.create_foreign_key(
            op.f("fk_redemptions_beneficiary_id"), "households", ["beneficiary_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("redemptions") as redemptions:
        redemptions.drop_constraint(op.f("fk_redemptions_beneficiary_id"), type_="foreignkey")
        redemptions.drop_constraint(op.f("fk_redemptions_bonus_id"), type_="foreignkey")
        redemptions.drop_constraint(op.f("ck_redemptions_bonus_not_negative"), type_="check")
        for column in ("stock_taken", "beneficiary_id", "bonus_id", "bonus_minor", "way"):
            redemptions.drop_column(column)
    with op.batch_alter_table("rewards") as rewards:
        rewards.drop_constraint(op.f("ck_rewards_stock_not_negative"), type_="check")
        for column in ("goal_may_take_back", "goal_payee_phone", "eligibility", "stock"):
            rewards.drop_column(column)
    op.drop_index(op.f("ix_reward_bonuses_reward_id"), "reward_bonuses")
    op.drop_table("reward_bonuses")
