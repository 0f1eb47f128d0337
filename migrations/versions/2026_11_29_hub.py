"""Hub staff, what they weigh in, and cases of collectors.

Revision ID: 2026_11_29_hub
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_hub"
down_revision = "2026_11_29_sheet"
branch_labels = None
depends_on = None

_OPEN = sa.text("status = 'open' AND kind = 'hub_difference'")


def upgrade() -> None:
    op.add_column(
        "collectors", sa.Column("role", sa.String(length=24), server_default="rider", nullable=False)
    )
    op.create_table(
        "hub_weighins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("weighed_by", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_hub_weighins_hub_id")),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_hub_weighins_collector_id")
        ),
        sa.ForeignKeyConstraint(["weighed_by"], ["collectors.id"], name=op.f("fk_hub_weighins_weighed_by")),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["collectors.id"], name=op.f("fk_hub_weighins_taken_back_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_weighins")),
    )
    op.create_index(op.f("ix_hub_weighins_hub_id"), "hub_weighins", ["hub_id"])
    op.create_index("ix_hub_weighins_collector_day", "hub_weighins", ["collector_id", "date"])
    op.create_table(
        "hub_weighin_lines",
        sa.Column("weighin_id", sa.Uuid(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_hub_weighin_lines_grams")),
        sa.ForeignKeyConstraint(
            ["weighin_id"], ["hub_weighins.id"], name=op.f("fk_hub_weighin_lines_weighin_id")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_hub_weighin_lines_material_id")
        ),
        sa.PrimaryKeyConstraint("weighin_id", "material_id", name=op.f("pk_hub_weighin_lines")),
    )
    op.create_table(
        "collector_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("said", sa.String(length=480), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_collector_cases_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector_cases")),
    )
    op.create_index(op.f("ix_collector_cases_collector_id"), "collector_cases", ["collector_id"])
    op.create_index(
        "uq_collector_cases_open_hub_difference",
        "collector_cases",
        ["collector_id", "date"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_table("collector_cases")
    op.drop_table("hub_weighin_lines")
    op.drop_table("hub_weighins")
    op.drop_column("collectors", "role")
