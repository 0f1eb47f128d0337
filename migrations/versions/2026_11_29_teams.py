"""Stops that collectors offer, take and swap among themselves, and the book of it, which nobody can rewrite.

Revision ID: 2026_11_29_teams
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_teams"
down_revision = "2026_11_29_paces"
branch_labels = None
depends_on = None

_SQLITE = [
    f"CREATE TRIGGER route_events_no_{action} BEFORE {action} ON route_events "
    "BEGIN SELECT RAISE(ABORT, 'route_events: append-only'); END"
    for action in ("update", "delete")
]
_POSTGRESQL = [
    (
        "CREATE FUNCTION route_events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'route_events: append-only'; END $$"
    ),
    (
        "CREATE TRIGGER route_events_append_only BEFORE UPDATE OR DELETE ON route_events "
        "FOR EACH ROW EXECUTE FUNCTION route_events_append_only()"
    ),
]


def upgrade() -> None:
    op.create_table(
        "team_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["collectors.id"], name=op.f("fk_team_offers_from_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_team_offers_hub_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["collectors.id"], name=op.f("fk_team_offers_taken_by_id")),
        sa.ForeignKeyConstraint(["to_id"], ["collectors.id"], name=op.f("fk_team_offers_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_offers")),
    )
    op.create_index("ix_team_offers_day", "team_offers", ["hub_id", "date"])
    op.create_table(
        "team_offer_stops",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["team_offers.id"], name=op.f("fk_team_offer_stops_offer_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_team_offer_stops_pickup_id")),
        sa.PrimaryKeyConstraint("offer_id", "pickup_id", name=op.f("pk_team_offer_stops")),
    )
    op.create_index(op.f("ix_team_offer_stops_pickup_id"), "team_offer_stops", ["pickup_id"])
    op.create_table(
        "route_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["collectors.id"], name=op.f("fk_route_events_actor_id")),
        sa.ForeignKeyConstraint(["from_id"], ["collectors.id"], name=op.f("fk_route_events_from_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_route_events_hub_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["team_offers.id"], name=op.f("fk_route_events_offer_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_route_events_pickup_id")),
        sa.ForeignKeyConstraint(["to_id"], ["collectors.id"], name=op.f("fk_route_events_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_events")),
    )
    op.create_index("ix_route_events_day", "route_events", ["hub_id", "date"])
    op.create_index(op.f("ix_route_events_pickup_id"), "route_events", ["pickup_id"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("route_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION route_events_append_only()")
    op.drop_table("team_offer_stops")
    op.drop_table("team_offers")
