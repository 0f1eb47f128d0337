"""Does what needs the household's PIN, or stands in for it."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from app.conversation.states import Reply, say
from app.db import lock_name
from app.errors import Refused
from app.flows import actions
from app.flows.doing import Doing, Refusal
from app.flows.notices import tell_phones
from app.households import phones, pins
from app.households.pins import Checked, PinLimits, Verdict
from app.rewards import limits


def confirm_phone(doing: Doing, action: actions.ConfirmPhone) -> Reply | Refusal:
    refusal = _wrong(doing, action.household_id, action.pin)
    if refusal is not None:
        return refusal
    phones.confirm(doing.session, action.household_id, doing.facts.phone, doing.now)
    return say("guard.done")


def check_pin(doing: Doing, action: actions.CheckPin) -> Reply | Refusal:
    return _wrong(doing, action.household_id, action.pin) or say("pin.new")


def set_pin(doing: Doing, action: actions.SetPin) -> Reply:
    """Raises `Refused` for a phone that may not, and where another phone set one meanwhile."""
    in_full_power(doing, action.household_id)
    if pins.has_pin(doing.session, action.household_id) and not action.knew_old:
        raise Refused("The household has a PIN already.")
    pins.set_pin(doing.session, action.household_id, action.pin, doing.now)
    tell_phones(
        doing.session,
        doing.post,
        action.household_id,
        key="pin.told",
        values={"programme": doing.facts.programme},
        but=doing.facts.phone,
        now=doing.now,
    )
    return say("pin.done")


def keep_from_spending(doing: Doing, action: actions.Redeem) -> Refusal | None:
    """Why this phone may not spend so much, or at all yet; None where it may.

    Judged by the phone's row, which is held until the transaction ends: whatever a flow believed.
    Raises `Refused` for a phone that may be a stranger's, `NotFound` for one that is none of the household's.
    """
    if doing.home(action.household_id).guarded:
        raise Refused("The phone is guarded.")
    phone = phones.of(doing.session, action.household_id, doing.facts.phone)
    cooling = phones.cooling_until(phone, doing.now) is not None
    if not cooling and not action.takes_pin(
        doing.settings.redemption_pin_above_minor, _spent_today(doing, action.household_id)
    ):
        return None
    return _wrong(doing, action.household_id, action.pin)


def in_full_power(doing: Doing, household_id: UUID, *, to_object: str | None = None) -> None:
    """Raises `Refused` for a phone that may be a stranger's, or is new in the household.

    One whose place is being taken may do nothing but send away `to_object`, the phone that takes it.
    """
    if doing.home(household_id).guarded:
        raise Refused("The phone is guarded.")
    phone = phones.of(doing.session, household_id, doing.facts.phone)
    if to_object is not None and phone.replaced_by == to_object:
        return
    if phones.cooling_until(phone, doing.now) is not None:
        raise Refused("The phone is new in the household, or leaves it.")


def _spent_today(doing: Doing, household_id: UUID) -> int:
    """Another phone of the home that spends at the same time waits, and then counts this too."""
    lock_name(doing.session, f"spending:{household_id}")
    return limits.spent_today(doing.session, household_id, doing.settings.timezone, doing.now)


def _wrong(doing: Doing, household_id: UUID, pin: str) -> Refusal | None:
    """None where this is the household's PIN."""
    checked = pins.check(doing.session, household_id, pin, limits=PinLimits.of(doing.settings), now=doing.now)
    if checked.verdict is Verdict.RIGHT:
        return None
    return Refusal(_said_of(checked, doing.home(household_id).timezone))


def _said_of(checked: Checked, timezone: str) -> Reply:
    if checked.verdict is Verdict.NONE:
        return say("pin.none")
    if checked.locked_until is None:
        return say("pin.wrong", count=checked.tries_left)
    until = checked.locked_until.astimezone(ZoneInfo(timezone))
    return say("pin.locked", date=until.date(), start=until.time().replace(second=0, microsecond=0))
