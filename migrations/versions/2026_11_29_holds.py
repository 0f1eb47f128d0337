"""Redemptions over a limit of the day are held until a person has looked.

Revision ID: 2026_11_29_holds
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_holds"
down_revision = "2026_11_29_fieldwork"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redemption_holds",
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("limit", sa.String(length=24), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting", "released", "refused", name="holdstatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_by", sa.String(length=120), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_redemption_holds_redemption_id")
        ),
        sa.PrimaryKeyConstraint("redemption_id", name=op.f("pk_redemption_holds")),
    )
    with op.batch_alter_table("redemptions") as redemptions:
        redemptions.add_column(sa.Column("collector_id", sa.Uuid(), nullable=True))
        redemptions.create_foreign_key(
            op.f("fk_redemptions_collector_id"), "collectors", ["collector_id"], ["id"]
        )
    for columns in (["created_at"], ["payee_phone", "created_at"], ["collector_id", "created_at"]):
        op.create_index(op.f(f"ix_redemptions_{'_'.join(columns)}"), "redemptions", columns)
