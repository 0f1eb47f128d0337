"""Does what a flow decided, by calling the services, and says what came of it.

A refusal at this last moment (another phone of the home was faster, an area closed) becomes a polite
text; whatever had been begun is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import select

from app.cases import service as cases
from app.conversation.states import Reply, say
from app.errors import Conflict, InvalidInput, NotFound, Refused
from app.flows import actions, phone_commands, pin_commands, quiz, redeeming, shop_commands
from app.flows.doing import Doing, Done, Refusal
from app.flows.facts import visit_of
from app.flows.notices import tell_phones
from app.households import service as households
from app.kernel.clock import local_date
from app.kernel.grams import kilograms
from app.ledger import service as ledger
from app.messaging.models import OutboxMessage
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.places import service as places
from app.places.models import Zone
from app.routing.following import FOLLOW_DAY

log = structlog.get_logger()

_NEXT: Final = ("next.is", "next.ready")
_ASKED_FOR: Final = ("pickup.requested", "pickup.already")


def execute(doing: Doing, action: object) -> Done:
    """Do `action` whole or not at all. Raises nothing that a person can cause."""
    kind = type(action)
    try:
        with doing.session.begin_nested():
            answer = _ACTIONS[kind](doing, action)
            doing.session.flush()
        if isinstance(answer, Refusal):
            return Done(succeeded=False, reply=answer.reply)
        return Done(succeeded=True, reply=answer)
    except (Conflict, InvalidInput, NotFound) as refusal:
        log.info("action_refused", action=kind.__name__, code=refusal.code)
        reply = redeeming.explained(doing, action, refusal)
        return Done(succeeded=False, reply=reply or _REFUSED.get(kind, _trouble)(doing, action))


def _trouble(_doing: Doing, _action: object) -> Reply:
    return say("trouble")


def _enrol(doing: Doing, action: actions.Enrol) -> Reply:
    zone = places.zone_by_code(doing.session, action.zone_code)
    if zone is None:
        return say("join.zone.none", programme=doing.facts.programme)
    household = households.enrol(
        doing.session,
        phone=doing.facts.phone,
        name=action.name,
        language=action.language,
        zone_id=zone.id,
        landmark=action.landmark,
        location=action.location,
        # What a stranger finds at this number is not theirs to come back to.
        comes_back=not any(home.left and home.guarded for home in doing.facts.homes),
        now=doing.now,
    )
    first = _scheduled(doing, household.id, zone)
    if first is None:
        return say("join.done.undated", name=action.name, zone=zone.name)
    return say("join.done", name=action.name, **visit_of(first).when)


def _move(doing: Doing, action: actions.Move) -> Reply:
    """Raises `Refused` for a phone that may be a stranger's."""
    if doing.home(action.household_id).guarded:
        raise Refused("The phone is guarded.")
    zone = places.zone_by_code(doing.session, action.zone_code)
    if zone is None:
        return say("join.zone.none", programme=doing.facts.programme)
    households.change_place(
        doing.session,
        action.household_id,
        zone_id=zone.id,
        landmark=action.landmark,
        location=action.location,
        now=doing.now,
    )
    first = _scheduled(doing, action.household_id, zone)
    tell_phones(
        doing.session,
        doing.post,
        action.household_id,
        key="move.told",
        values={"zone": zone.name, "programme": doing.facts.programme},
        but=doing.facts.phone,
        now=doing.now,
    )
    if first is None:
        return say("move.done.undated", zone=zone.name)
    return say("move.done", zone=zone.name, **visit_of(first).when)


def _scheduled(doing: Doing, household_id: UUID, zone: Zone) -> Pickup | None:
    """Pickups for a household that came to `zone`, with those it brings along; the next one."""
    timetable = pickups.Timetable.of(doing.settings)
    pickups.extend(
        doing.session, doing.now, doing.post, timetable, zone_id=zone.id, household_id=household_id
    )
    today = local_date(doing.now, zone.timezone)
    first = pickups.upcoming(doing.session, household_id, today)
    if first is not None and first.zone_id != zone.id:  # today's, where they still live for a day
        first = pickups.upcoming(doing.session, household_id, today + timedelta(days=1))
    return first


def _request(doing: Doing, action: actions.RequestPickup) -> Reply:
    timetable = pickups.Timetable.of(doing.settings)
    requested = pickups.request(doing.session, action.household_id, doing.now, timetable=timetable)
    doing.jobs.enqueue(doing.session, FOLLOW_DAY)
    key = "pickup.requested" if requested.created else "pickup.already"
    return say(key, **visit_of(requested.pickup).when)


def _skip(doing: Doing, action: actions.SkipPickup) -> Reply:
    on = _just_told(doing, action.household_id)
    pickup = pickups.decline(doing.session, action.household_id, doing.now, on)
    if pickup is None:
        return say("next.none")
    doing.jobs.enqueue(doing.session, FOLLOW_DAY)
    return say("skip.done", date=pickup.date)


def _confirm(doing: Doing, action: actions.ConfirmPickup) -> Reply:
    on = _just_told(doing, action.household_id)
    pickup = pickups.confirm(doing.session, action.household_id, doing.now, on)
    return say("ready.done", **visit_of(pickup).when) if pickup else say("next.none")


def _just_told(doing: Doing, household_id: UUID) -> date | None:
    """The day that our last text to this phone named, with SKIP and READY as answers to it.

    Without one they are about the next pickup, be it one that was called off a moment ago.
    """
    last = (
        select(OutboxMessage.template, OutboxMessage.household_id, OutboxMessage.created_at)
        .where(OutboxMessage.phone == doing.facts.phone)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(1)
    )
    told = doing.session.execute(last).one_or_none()
    if told is None or told.household_id != household_id:
        return None
    home = doing.home(household_id)
    if told.template in _ASKED_FOR:
        timetable = pickups.Timetable.of(doing.settings)
        day = pickups.next_open_day(doing.session, home.zone_id, told.created_at, timetable=timetable)
        return day.date if day else None
    if told.template not in _NEXT:
        return None
    pickup = pickups.upcoming(doing.session, household_id, local_date(told.created_at, home.timezone))
    return pickup.date if pickup else None


def _dispute(doing: Doing, action: actions.OpenDispute) -> Reply | None:
    phone, weighing = doing.facts.phone, doing.facts.weighing
    cases.open_dispute(doing.session, action.household_id, _in_kilograms(action), doing.now, phone=phone)
    if weighing is None:
        return None
    if action.weight is not None:
        return say("wrong.done.weight", date=weighing.date, weight=action.weight)
    return say("wrong.done", date=weighing.date)


def _in_kilograms(action: actions.OpenDispute) -> str:
    """What they said, with the weight as the office writes it where they did not: `2,5` is `2.5 kg: 2,5`."""
    weight = f"{kilograms(action.weight.grams)} kg" if action.weight else ""
    plain = weight.replace(" ", "") in action.said.lower().replace(" ", "")
    return action.said if plain else f"{weight}: {action.said}"


def _speak(doing: Doing, action: actions.SetLanguage) -> None:
    households.set_phone_language(doing.session, doing.facts.phone, action.language, doing.now)


def _leave(doing: Doing, action: actions.Leave) -> Reply:
    pickups.leave(doing.session, action.household_id, doing.now)
    balance_minor = ledger.balance(doing.session, action.household_id)
    if not balance_minor:
        return say("leave.done.empty", programme=doing.facts.programme)
    return say("leave.done", programme=doing.facts.programme, balance=doing.money(balance_minor))


_ACTIONS: Mapping[type, Callable[[Doing, Any], Reply | Refusal | None]] = {
    actions.Enrol: _enrol,
    actions.RequestPickup: _request,
    actions.SkipPickup: _skip,
    actions.ConfirmPickup: _confirm,
    actions.TurnNear: phone_commands.turn_near,
    actions.Redeem: redeeming.redeem,
    actions.FindNeighbour: redeeming.find_neighbour,
    actions.OpenDispute: _dispute,
    actions.SetLanguage: _speak,
    actions.Leave: _leave,
    actions.ConfirmPhone: pin_commands.confirm_phone,
    actions.CheckPin: pin_commands.check_pin,
    actions.SetPin: pin_commands.set_pin,
    actions.AnswerQuiz: quiz.answer,
    actions.InvitePhone: phone_commands.invite,
    actions.AcceptInvitation: phone_commands.accept,
    actions.ClaimNumber: phone_commands.claim,
    actions.RemovePhone: phone_commands.remove,
    actions.SetTexts: phone_commands.set_texts,
    actions.Move: _move,
    actions.TakeVoucher: shop_commands.take_voucher,
}
_REFUSED: Mapping[type, Callable[[Doing, Any], Reply]] = {
    actions.RequestPickup: lambda doing, action: say(
        "pickup.none", zone=doing.home(action.household_id).zone_name
    ),
    actions.SkipPickup: lambda _doing, _action: say("skip.late"),
    actions.ConfirmPickup: lambda _doing, _action: say("skip.late"),
    actions.Redeem: lambda _doing, _action: say("redeem.refused"),
    actions.InvitePhone: lambda _doing, _action: say("phones.refused"),
    actions.AcceptInvitation: lambda _doing, _action: say("phones.refused"),
    actions.RemovePhone: lambda _doing, _action: say("phones.last"),
    actions.SetTexts: lambda _doing, _action: say("phones.texts.last"),
}
