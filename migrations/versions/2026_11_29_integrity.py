"""What the nightly checks found, and which days were looked at.

Revision ID: 2026_11_29_integrity
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_integrity"
down_revision = "2026_11_29_enrolments"
branch_labels = None
depends_on = None

_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table(
        "integrity_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("material", sa.String(length=12), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("p_value", sa.Double(), nullable=False),
        sa.Column("certainty", sa.Double(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("word", sa.String(length=300), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_integrity_findings_collector_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_integrity_findings_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_findings")),
    )
    for column in ("collector_id", "household_id", "last_day"):
        op.create_index(op.f(f"ix_integrity_findings_{column}"), "integrity_findings", [column])
    op.create_index(
        "uq_integrity_findings_open",
        "integrity_findings",
        ["check", "subject"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "integrity_runs",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tests", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_integrity_runs")),
    )


def downgrade() -> None:
    op.drop_table("integrity_runs")
    op.drop_table("integrity_findings")
