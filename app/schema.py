"""All tables, gathered for Alembic; importing a feature's models registers its tables."""

from __future__ import annotations

import importlib

from app.db import Base

FEATURES = (
    "access",
    "campaigns",
    "cases",
    "collectors",
    "fieldwork",
    "households",
    "ledger",
    "messaging",
    "payouts",
    "payouts.floats",
    "pickups",
    "places",
    "reminders",
    "rewards",
    "rotation",
    "routing",
    "weighing",
)

for feature in FEATURES:
    importlib.import_module(f"app.{feature}.models")
importlib.import_module("app.jobs")

metadata = Base.metadata
