"""Does what changes the phones of a household, and tells those who should know."""

from __future__ import annotations

from app.conversation.states import Reply, say
from app.flows import actions
from app.flows.doing import Doing, Refusal
from app.flows.numbers import NumberChange
from app.flows.pin_commands import in_full_power
from app.households import invitations, phones
from app.kernel.phone import national
from app.messaging import contacts


def invite(doing: Doing, action: actions.InvitePhone) -> Reply | Refusal:
    """Ask the other phone, by one text. Raises `Conflict` and `Refused`."""
    in_full_power(doing, action.household_id)
    home = doing.home(action.household_id)
    phone = national(action.phone, doing.facts.region)
    if contacts.opted_out(doing.session, action.phone):
        return Refusal(say("phones.unreachable", phone=phone))
    asked = invitations.invite(
        doing.session,
        action.household_id,
        phone=action.phone,
        asked_by=doing.facts.phone,
        changing=action.changing,
        language=doing.facts.language,
        now=doing.now,
    )
    # Not yet the household's: its texts are kept with the household's own only once it agrees.
    doing.post.text(
        doing.session,
        phone=action.phone,
        language=doing.facts.language,
        key="phones.invited",
        values={"name": home.name, "programme": doing.facts.programme},
        now=doing.now,
        dedupe_key=f"invitation:{asked.id}",
    )
    return say("phones.asked", phone=phone, count=invitations.OPEN_DAYS)


def accept(doing: Doing, action: actions.AcceptInvitation) -> Reply:
    """Raises `Conflict` and `Refused`."""
    _agreed(doing)
    change = NumberChange.of(doing.settings, doing.post)
    line = change.accept(doing.session, action.invitation_id, doing.now)
    return say("phones.accepted", name=action.name, **change.free_from(doing.session, line))


def _agreed(doing: Doing) -> None:
    """To be texted, too; but who dials after they opted out gets no texts for that."""
    session, phone, on_screen = doing.session, doing.facts.phone, doing.facts.on_screen
    if not (on_screen and contacts.opted_out(session, phone)):
        text_id = None if on_screen else doing.message_id
        contacts.agreed(session, phone, "invitation", doing.now, text_id)


def claim(doing: Doing, action: actions.ClaimNumber) -> Reply:
    """The answer is the same whoever has that number: nobody is to find out who is a customer."""
    NumberChange.of(doing.settings, doing.post).claim(
        doing.session,
        phone=doing.facts.phone,
        old=action.old_phone,
        language=doing.facts.language,
        now=doing.now,
    )
    return say("number.noted")


def remove(doing: Doing, action: actions.RemovePhone) -> Reply:
    """Raises `Refused` for the last one, and for a phone that is too new to do so."""
    in_full_power(doing, action.household_id, to_object=action.phone)
    NumberChange.of(doing.settings, doing.post).remove(
        doing.session, action.household_id, action.phone, by=doing.facts.phone, now=doing.now
    )
    return say("phones.removed", phone=national(action.phone, doing.facts.region))


def set_texts(doing: Doing, action: actions.SetTexts) -> Reply:
    """Raises `Refused` where nobody would get the receipts any more."""
    in_full_power(doing, action.household_id)
    phones.set_texts(
        doing.session,
        action.household_id,
        action.phone,
        receipts=action.receipts,
        reminders=action.reminders,
    )
    return say("phones.texts.done", phone=national(action.phone, doing.facts.region))


def turn_near(doing: Doing, action: actions.TurnNear) -> Reply:
    """Each phone chooses for itself; it moves nothing, so that a phone that is new may choose it too."""
    line = phones.of(doing.session, action.household_id, doing.facts.phone)
    line.gets_approach = not line.gets_approach
    return say("near.on" if line.gets_approach else "near.off")
