"""Pickups: what others may ask of this feature. Each verb has its own file."""

from __future__ import annotations

from app.pickups.asking import (
    PickupRequested,
    cancel,
    confirm,
    decline,
    get,
    leave,
    move_to,
    next_open_day,
    on_the_spot,
    pause,
    request,
    upcoming,
)
from app.pickups.closing import close_days
from app.pickups.horizon import EXTEND_PICKUPS, extend
from app.pickups.rescheduling import reschedule
from app.pickups.settling import apply_exception, settle
from app.pickups.timetable import Timetable

__all__ = [
    "EXTEND_PICKUPS",
    "PickupRequested",
    "Timetable",
    "apply_exception",
    "cancel",
    "close_days",
    "confirm",
    "decline",
    "extend",
    "get",
    "leave",
    "move_to",
    "next_open_day",
    "on_the_spot",
    "pause",
    "request",
    "reschedule",
    "settle",
    "upcoming",
]
