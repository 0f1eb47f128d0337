"""The first schema.

Revision ID: 2026_11_23_first
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ledger_triggers

revision = "2026_11_23_first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    ledger_triggers.put_up()


def create_tables() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "api_creations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name=op.f("fk_api_creations_api_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_creations")),
        sa.UniqueConstraint("api_key_id", "key", name=op.f("uq_api_creations_api_key_id_key")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_actor", "audit_events", ["actor"], unique=False)
    op.create_index("ix_audit_events_object", "audit_events", ["object_type", "object_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inbound_on", sa.Date(), nullable=True),
        sa.Column("inbound_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone", name=op.f("pk_contacts")),
    )
    op.create_table(
        "conversations",
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone", name=op.f("pk_conversations")),
    )
    op.create_table(
        "delivery_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("provider_message_id", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_reports")),
    )
    op.create_index(
        op.f("ix_delivery_reports_provider_message_id"),
        "delivery_reports",
        ["provider_message_id"],
        unique=False,
    )
    op.create_table(
        "hubs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hubs")),
        sa.UniqueConstraint("code", name=op.f("uq_hubs_code")),
    )
    op.create_table(
        "inbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("provider_message_id", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("opt_out_type", sa.String(length=12), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_messages")),
        sa.UniqueConstraint(
            "gateway", "provider_message_id", name=op.f("uq_inbox_messages_gateway_provider_message_id")
        ),
    )
    op.create_index(op.f("ix_inbox_messages_phone_id"), "inbox_messages", ["phone", "id"], unique=False)
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("cause_type", sa.String(length=40), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("posting_count", sa.Integer(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("posting_count > 0", name=op.f("ck_ledger_transfers_has_postings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_transfers_key")),
    )
    op.create_table(
        "materials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
        sa.UniqueConstraint("code", name=op.f("uq_materials_code")),
    )
    op.create_table(
        "rewards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column(
            "kind", sa.Enum("airtime", name="rewardkind", native_enum=False, length=24), nullable=False
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("minimum_minor", sa.Integer(), nullable=False),
        sa.Column("maximum_minor", sa.Integer(), nullable=False),
        sa.Column("step_minor", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "minimum_minor > 0 AND maximum_minor >= minimum_minor AND step_minor > 0",
            name=op.f("ck_rewards_range"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("code", name=op.f("uq_rewards_code")),
    )
    op.create_table(
        "sender_paces",
        sa.Column("sender", sa.String(length=32), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_sender_paces")),
    )
    op.create_table(
        "worker_heartbeats",
        sa.Column("executor_id", sa.String(length=36), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_worker_heartbeats")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_forget_at"), "sign_in_tries", ["forget_at"], unique=False)
    op.create_table(
        "collectors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("capacity_grams", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity_grams > 0", name=op.f("ck_collectors_capacity")),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_collectors_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collectors")),
        sa.UniqueConstraint("phone", name=op.f("uq_collectors_phone")),
    )
    op.create_index(op.f("ix_collectors_hub_id"), "collectors", ["hub_id"], unique=False)
    op.create_table(
        "consent_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("inbox_message_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbox_message_id"], ["inbox_messages.id"], name=op.f("fk_consent_events_inbox_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_events")),
    )
    op.create_index(op.f("ix_consent_events_phone"), "consent_events", ["phone"], unique=False)
    op.create_table(
        "zones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_zones_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
        sa.UniqueConstraint("code", name=op.f("uq_zones_code")),
    )
    op.create_table(
        "collector_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_collector_sessions_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_collector_sessions_token_hash")),
    )
    op.create_index(
        op.f("ix_collector_sessions_collector_id"), "collector_sessions", ["collector_id"], unique=False
    )
    op.create_table(
        "conflicting_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("other_content", "second_visit", name="conflictreason", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collectors.id"], name=op.f("fk_conflicting_submissions_collector_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicting_submissions")),
        sa.UniqueConstraint(
            "visit_id", "content_digest", name=op.f("uq_conflicting_submissions_visit_id_content_digest")
        ),
    )
    op.create_table(
        "households",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("landmark", sa.String(length=160), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("location_source", sa.String(length=20), nullable=True),
        sa.Column("location_uncertainty_metres", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("active", "paused", "left", name="householdstatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_households_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
    )
    op.create_index(op.f("ix_households_zone_id"), "households", ["zone_id"], unique=False)
    op.create_table(
        "rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor_per_kilogram", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor_per_kilogram >= 0", name=op.f("ck_rates_not_negative")),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_rates_material_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_rates_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates")),
        sa.UniqueConstraint(
            "material_id", "zone_id", "valid_from", name=op.f("uq_rates_material_id_zone_id_valid_from")
        ),
    )
    op.create_index(
        "uq_rates_everywhere",
        "rates",
        ["material_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("zone_id IS NULL"),
        postgresql_where=sa.text("zone_id IS NULL"),
    )
    op.create_table(
        "routes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("planned", "started", "finished", name="routestatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("distance_metres", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collectors.id"], name=op.f("fk_routes_collector_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hubs.id"], name=op.f("fk_routes_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
        sa.UniqueConstraint("date", "collector_id", name=op.f("uq_routes_date_collector_id")),
    )
    op.create_index(op.f("ix_routes_collector_id"), "routes", ["collector_id"], unique=False)
    op.create_table(
        "service_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("window_start", sa.Time(), nullable=False),
        sa.Column("window_end", sa.Time(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 52", name=op.f("ck_service_days_every_weeks")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_service_days_weekday")),
        sa.CheckConstraint("window_start < window_end", name=op.f("ck_service_days_window")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_service_days_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_days")),
    )
    op.create_index(op.f("ix_service_days_zone_id"), "service_days", ["zone_id"], unique=False)
    op.create_table(
        "service_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("closed", "extra", name="exceptionkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("moved_to", sa.Date(), nullable=True),
        sa.Column("window_start", sa.Time(), nullable=True),
        sa.Column("window_end", sa.Time(), nullable=True),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'extra' OR zone_id IS NOT NULL", name=op.f("ck_service_exceptions_extra_needs_zone")
        ),
        sa.CheckConstraint(
            "(window_start IS NULL) = (window_end IS NULL)", name=op.f("ck_service_exceptions_whole_window")
        ),
        sa.CheckConstraint("window_start < window_end", name=op.f("ck_service_exceptions_window")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_service_exceptions_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_exceptions")),
        sa.UniqueConstraint("zone_id", "date", name=op.f("uq_service_exceptions_zone_id_date")),
    )
    op.create_index(
        "uq_service_exceptions_everywhere",
        "service_exceptions",
        ["date"],
        unique=True,
        sqlite_where=sa.text("zone_id IS NULL"),
        postgresql_where=sa.text("zone_id IS NULL"),
    )
    op.create_table(
        "household_phones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("gets_receipts", sa.Boolean(), nullable=False),
        sa.Column("gets_reminders", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_household_phones_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_phones")),
        sa.UniqueConstraint("phone", "household_id", name=op.f("uq_household_phones_phone_household_id")),
    )
    op.create_index(
        op.f("ix_household_phones_household_id"), "household_phones", ["household_id"], unique=False
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "household_credit",
                "household_hold",
                "programme_expense",
                "provider_float",
                "receivable",
                name="accountkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("may_go_below_zero", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('household_credit', 'household_hold')) = (household_id IS NOT NULL)"
            " AND (household_id IS NULL OR NOT may_go_below_zero)",
            name=op.f("ck_ledger_accounts_households_have_no_overdraft"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_ledger_accounts_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_accounts_code")),
        sa.UniqueConstraint("household_id", "kind", name=op.f("uq_ledger_accounts_household_id_kind")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("in_reply_to_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("encoding", sa.String(length=8), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "delivered",
                "undelivered",
                "failed",
                "dropped",
                "unclear",
                "replied",
                name="outboxstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("dedupe_key", sa.String(length=120), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gateway", sa.String(length=32), nullable=True),
        sa.Column("sender", sa.String(length=32), nullable=True),
        sa.Column("provider_message_id", sa.String(length=80), nullable=True),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_outbox_messages_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["in_reply_to_id"], ["inbox_messages.id"], name=op.f("fk_outbox_messages_in_reply_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("in_reply_to_id", name=op.f("uq_outbox_messages_in_reply_to_id")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_messages_dedupe_key")),
    )
    op.create_index("ix_outbox_messages_due", "outbox_messages", ["status", "not_before"], unique=False)
    op.create_index(
        op.f("ix_outbox_messages_household_id"), "outbox_messages", ["household_id"], unique=False
    )
    op.create_index(op.f("ix_outbox_messages_phone"), "outbox_messages", ["phone"], unique=False)
    op.create_index(
        op.f("ix_outbox_messages_provider_message_id"),
        "outbox_messages",
        ["provider_message_id"],
        unique=False,
    )
    op.create_table(
        "pickups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("window_start", sa.Time(), nullable=False),
        sa.Column("window_end", sa.Time(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("recurring", "on_demand", name="pickupkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "scheduled",
                "confirmed",
                "declined",
                "routed",
                "collected",
                "missed",
                "cancelled",
                name="pickupstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column(
            "missed_reason",
            sa.Enum(
                "nobody_home",
                "nothing_to_give",
                "refused",
                "not_found",
                "unsafe",
                "not_visited",
                name="missedreason",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "cancel_reason",
            sa.Enum(
                "left",
                "paused",
                "closed",
                "merged",
                "office",
                name="cancelreason",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("moved_from", sa.Date(), nullable=True),
        sa.Column("date_set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_pickups_household_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_pickups_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickups")),
        sa.UniqueConstraint("household_id", "date", name=op.f("uq_pickups_household_id_date")),
    )
    op.create_index("ix_pickups_day", "pickups", ["date", "zone_id"], unique=False)
    op.create_table(
        "redemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("reward_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("payee_phone", sa.String(length=16), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "paid",
                "given_back",
                "in_review",
                "reversed",
                name="redemptionstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_redemptions_household_id")
        ),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name=op.f("fk_redemptions_reward_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint("key", name=op.f("uq_redemptions_key")),
    )
    op.create_index(op.f("ix_redemptions_household_id"), "redemptions", ["household_id"], unique=False)
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_account_id", sa.Uuid(), nullable=False),
        sa.Column("destination_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_postings_amount_positive")),
        sa.CheckConstraint(
            "source_account_id <> destination_account_id", name=op.f("ck_ledger_postings_two_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["destination_account_id"],
            ["ledger_accounts.id"],
            name=op.f("fk_ledger_postings_destination_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_postings_source_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_ledger_postings_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_postings")),
        sa.UniqueConstraint("transfer_id", "position", name=op.f("uq_ledger_postings_transfer_id_position")),
    )
    op.create_table(
        "payouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("payee_phone", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "reserved",
                "submitting",
                "pending",
                "unknown",
                "paid",
                "failed",
                "needs_review",
                "reversed",
                name="payoutstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("review_reason", sa.String(length=200), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payouts_amount_positive")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_payouts_household_id")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_payouts_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_payouts_redemption_id")),
    )
    op.create_index(op.f("ix_payouts_household_id"), "payouts", ["household_id"], unique=False)
    op.create_index(op.f("ix_payouts_next_check_at"), "payouts", ["next_check_at"], unique=False)
    op.create_index(op.f("ix_payouts_status"), "payouts", ["status"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("evening_before", "morning_of", name="reminderkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("written", "dropped", name="reminderstatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum("late", "nobody_to_tell", name="dropreason", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_reminders_pickup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("pickup_id", "kind", "date", name=op.f("uq_reminders_pickup_id_kind_date")),
    )
    op.create_table(
        "route_stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_route_stops_pickup_id")),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_route_stops_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_stops")),
        sa.UniqueConstraint("pickup_id", name=op.f("uq_route_stops_pickup_id")),
        sa.UniqueConstraint("route_id", "position", name=op.f("uq_route_stops_route_id_position")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("collected", "missed", name="visitoutcome", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("off_route", sa.Boolean(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collectors.id"], name=op.f("fk_visits_collector_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_visits_pickup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_collector_id"), "visits", ["collector_id"], unique=False)
    op.create_index(op.f("ix_visits_pickup_id"), "visits", ["pickup_id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_entries_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["ledger_postings.id"], name=op.f("fk_ledger_entries_posting_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "sequence", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("posting_id", "account_id", name=op.f("uq_ledger_entries_posting_id_account_id")),
    )
    op.create_table(
        "payout_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("provider_reference", sa.String(length=80), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "not_sent",
                "succeeded",
                "failed",
                "not_found",
                "late",
                "reversed",
                name="attemptresult",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("first_not_found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payout_attempts_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_attempts")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_payout_attempts_provider_reference")),
    )
    op.create_index(op.f("ix_payout_attempts_payout_id"), "payout_attempts", ["payout_id"], unique=False)
    op.create_index(
        op.f("ix_payout_attempts_provider_reference"), "payout_attempts", ["provider_reference"], unique=False
    )
    op.create_index(
        "uq_payout_attempts_open",
        "payout_attempts",
        ["payout_id"],
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "weighings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pickup_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("collector_id", sa.Uuid(), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credit_minor", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collectors.id"], name=op.f("fk_weighings_collector_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_weighings_household_id")),
        sa.ForeignKeyConstraint(["id"], ["visits.id"], name=op.f("fk_weighings_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["pickups.id"], name=op.f("fk_weighings_pickup_id")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_weighings_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weighings")),
        sa.UniqueConstraint("pickup_id", name=op.f("uq_weighings_pickup_id")),
    )
    op.create_index(op.f("ix_weighings_household_id"), "weighings", ["household_id"], unique=False)
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("weighing_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=480), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "corrected", "upheld", name="disputestatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("corrected_grams", sa.JSON(), nullable=True),
        sa.Column("corrected_credit_minor", sa.BigInteger(), nullable=True),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_by", sa.String(length=80), nullable=True),
        sa.Column("resolution", sa.String(length=300), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_disputes_household_id")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_disputes_transfer_id")
        ),
        sa.ForeignKeyConstraint(["weighing_id"], ["weighings.id"], name=op.f("fk_disputes_weighing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_household_id"), "disputes", ["household_id"], unique=False)
    op.create_index(op.f("ix_disputes_weighing_id"), "disputes", ["weighing_id"], unique=False)
    op.create_index(
        "uq_disputes_open",
        "disputes",
        ["weighing_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "payout_observations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("auth_level", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payout_attempts.id"], name=op.f("fk_payout_observations_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_observations")),
    )
    op.create_index(
        op.f("ix_payout_observations_attempt_id"), "payout_observations", ["attempt_id"], unique=False
    )
    op.create_table(
        "weighing_lines",
        sa.Column("weighing_id", sa.Uuid(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("rate_minor_per_kilogram", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_weighing_lines_grams")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_weighing_lines_material_id")
        ),
        sa.ForeignKeyConstraint(
            ["weighing_id"], ["weighings.id"], name=op.f("fk_weighing_lines_weighing_id")
        ),
        sa.PrimaryKeyConstraint("weighing_id", "material_id", name=op.f("pk_weighing_lines")),
    )


def downgrade() -> None:
    raise RuntimeError("the first schema has nothing before it; drop the database instead")
