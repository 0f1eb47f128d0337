"""All tables, gathered for Alembic; importing a feature's models registers its tables."""

from __future__ import annotations

import importlib

from app.db import Base

FEATURES = (
    "access",
    "bags",
    "campaigns",
    "cases",
    "collectors",
    "fieldwork",
    "households",
    "integrity",
    "ledger",
    "merchants",
    "messaging",
    "payouts",
    "payouts.floats",
    "pickups",
    "places",
    "reconciliation",
    "reminders",
    "rewards",
    "rotation",
    "routing",
    "signing_in",
    "teams",
    "weighing",
)

for feature in FEATURES:
    importlib.import_module(f"app.{feature}.models")
importlib.import_module("app.jobs")
importlib.import_module("app.rewards.vouchers.models")

metadata = Base.metadata
