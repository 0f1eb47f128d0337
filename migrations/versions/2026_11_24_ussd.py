"""USSD sessions and their turns.

Revision ID: 2026_11_24_ussd
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_ussd"
down_revision = "2026_11_24_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ussd_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("service_code", sa.String(length=40), nullable=False),
        sa.Column("network_code", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("trail", sa.JSON(), nullable=False),
        sa.Column("screens", sa.JSON(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("open", "ended", "dropped", name="ussdoutcome", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_status", sa.String(length=32), nullable=True),
        sa.Column("cost", sa.String(length=40), nullable=True),
        sa.Column("duration_milliseconds", sa.Integer(), nullable=True),
        sa.Column("end_raw", sa.JSON(), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ussd_sessions")),
        sa.UniqueConstraint(
            "gateway", "session_id", "phone", name=op.f("uq_ussd_sessions_gateway_session_id_phone")
        ),
    )
    op.create_index("ix_ussd_sessions_phone_id", "ussd_sessions", ["phone", "id"])
    op.create_index("ix_ussd_sessions_outcome_last_at", "ussd_sessions", ["outcome", "last_at"])
    op.create_table(
        "ussd_turns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ussd_session_id", sa.Uuid(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("ends", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_ussd_turns_household_id")),
        sa.ForeignKeyConstraint(
            ["ussd_session_id"], ["ussd_sessions.id"], name=op.f("fk_ussd_turns_ussd_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ussd_turns")),
        sa.UniqueConstraint(
            "ussd_session_id", "text_digest", name=op.f("uq_ussd_turns_ussd_session_id_text_digest")
        ),
    )
    op.create_index(op.f("ix_ussd_turns_household_id"), "ussd_turns", ["household_id"])


def downgrade() -> None:
    op.drop_table("ussd_turns")
    op.drop_table("ussd_sessions")
