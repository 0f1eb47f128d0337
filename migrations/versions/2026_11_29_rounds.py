"""Rounds drawn by lot, whose turn each is, and the days on which collectors are away.

Revision ID: 2026_11_29_rounds
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_rounds"
down_revision = "2026_11_29_floats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collector_absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_collector_absences_days")),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_collector_absences_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector_absences")),
    )
    op.create_index(op.f("ix_collector_absences_collector_id"), "collector_absences", ["collector_id"])
    op.create_table(
        "round_draws",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("promise", sa.String(length=64), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mode", sa.String(length=24), nullable=True),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("entrants", sa.JSON(), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("rounds", sa.JSON(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_round_draws_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_draws")),
    )
    op.create_index(op.f("ix_round_draws_hub_id"), "round_draws", ["hub_id"])
    op.create_index(
        "uq_round_draws_promised",
        "round_draws",
        ["hub_id"],
        unique=True,
        sqlite_where=sa.text("drawn_at IS NULL"),
        postgresql_where=sa.text("drawn_at IS NULL"),
    )
    op.create_table(
        "round_turns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_round_turns_collector_id")
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["round_draws.id"], name=op.f("fk_round_turns_draw_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_round_turns_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_turns")),
        sa.UniqueConstraint(
            "draw_id", "first_day", "collector_id", name=op.f("uq_round_turns_draw_id_first_day_collector_id")
        ),
        sa.UniqueConstraint(
            "draw_id", "first_day", "round_number", name=op.f("uq_round_turns_draw_id_first_day_round_number")
        ),
    )
    op.create_index("ix_round_turns_days", "round_turns", ["hub_id", "first_day"])
    op.create_index(op.f("ix_round_turns_collector_id"), "round_turns", ["collector_id"])


def downgrade() -> None:
    op.drop_table("round_turns")
    op.drop_table("round_draws")
    op.drop_table("collector_absences")
