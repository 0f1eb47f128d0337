"""Photos from the door, and links that sign collectors in.

Revision ID: 2026_11_29_sheet
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_sheet"
down_revision = "2026_11_29_teams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "field_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_field_photos_collector_id")
        ),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_field_photos_pickup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_photos")),
    )
    for column in ("collector_id", "pickup_id", "received_at"):
        op.create_index(op.f(f"ix_field_photos_{column}"), "field_photos", [column], unique=False)
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_sign_in_links_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )
    for column in ("collector_id", "expires_at"):
        op.create_index(op.f(f"ix_sign_in_links_{column}"), "sign_in_links", [column], unique=False)
