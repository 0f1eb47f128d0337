"""What a plan asks of collectors: the room in the box, the week, the zones they know.

Revision ID: 2026_11_29_riders
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_riders"
down_revision = "2026_11_29_densities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("collectors") as collectors:
        collectors.add_column(
            sa.Column("capacity_litres", sa.Integer(), server_default="1500", nullable=False)
        )
        collectors.create_check_constraint("box", "capacity_litres > 0")
    op.create_table(
        "collector_shifts",
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("break_from", sa.Time(), nullable=True),
        sa.Column("break_until", sa.Time(), nullable=True),
        sa.Column("break_minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_collector_shifts_weekday")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_collector_shifts_hours")),
        sa.CheckConstraint(
            "(break_from IS NULL) = (break_until IS NULL) AND (break_from IS NULL) = (break_minutes IS NULL)",
            name=op.f("ck_collector_shifts_whole_break"),
        ),
        sa.CheckConstraint(
            "break_from <= break_until AND break_minutes > 0", name=op.f("ck_collector_shifts_break")
        ),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_collector_shifts_collector_id")
        ),
        sa.PrimaryKeyConstraint("collector_id", "weekday", name=op.f("pk_collector_shifts")),
    )
    op.create_table(
        "collector_zones",
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_collector_zones_collector_id")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_collector_zones_zone_id")),
        sa.PrimaryKeyConstraint("collector_id", "zone_id", name=op.f("pk_collector_zones")),
    )


def downgrade() -> None:
    op.drop_table("collector_zones")
    op.drop_table("collector_shifts")
    with op.batch_alter_table("collectors") as collectors:
        collectors.drop_constraint(op.f("ck_collectors_box"))
        collectors.drop_column("capacity_litres")
